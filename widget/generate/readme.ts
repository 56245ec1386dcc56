/** `npm run readme`: writes the tables of README.md anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { elementsOf, readManifest } from './manifest.ts'
import { withTables } from './readme-tables.ts'

const file = new URL('../../README.md', import.meta.url)
writeFileSync(file, withTables(readFileSync(file, 'utf8'), elementsOf(readManifest())))

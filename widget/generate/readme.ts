/** `npm run readme`: writes the tables of README.md and of the documentation anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { elementsOf, readManifest } from './manifest.ts'
import { TABLES, withTables } from './readme-tables.ts'

const elements = elementsOf(readManifest())
for (const [path, extent] of TABLES) {
  const file = new URL(`../../${path}`, import.meta.url)
  writeFileSync(file, withTables(readFileSync(file, 'utf8'), elements, extent))
}

/** `npx tsx test/frameworks/lock.ts demo/frameworks/react`: writes a lockfile anew, after a change of dependencies. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lockfile } from '../dependencies/lockfile.js'
import { npm } from './npm.ts'
import './pack.ts'

for (const folder of process.argv.slice(2)) {
  await npm(folder, ['install', '--package-lock-only', '--no-audit'])
  const file = join(folder, 'package-lock.json')
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  // It would be the hash of this moment's build.
  delete lockfile.packages?.['node_modules/coinslot']?.integrity
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`)
}

/** `npx tsx test/frameworks/lock.ts react`: writes a sample's lockfile anew, after a change of its dependencies. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Lockfile } from '../dependencies/lockfile.js'
import { npm } from './npm.ts'
import './pack.ts'
import { folderOf } from './sample.ts'

for (const name of process.argv.slice(2)) {
  const cwd = folderOf({ name })
  await npm(cwd, ['install', '--package-lock-only', '--no-audit'])
  const file = `${cwd}/package-lock.json`
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  // It would be the hash of this moment's build.
  delete lockfile.packages?.['node_modules/coinslot']?.integrity
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`)
}

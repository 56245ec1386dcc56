/** `npx tsx test/frameworks/lock.ts react`: writes a sample's lockfile anew, after a change of its dependencies. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Lockfile } from '../dependencies/lockfile.js'
import './pack.ts'
import { folderOf } from './sample.ts'

for (const name of process.argv.slice(2)) {
  const cwd = folderOf({ name })
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit'], { cwd, stdio: 'inherit' })
  const file = `${cwd}/package-lock.json`
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  // It would be the hash of this moment's build.
  delete lockfile.packages?.['node_modules/coinslot']?.integrity
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`)
}

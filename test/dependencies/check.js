/** Before anything is installed: is the lockfile whole, and is nothing in it known to be dangerous? */
import { spawnSync } from 'node:child_process'
import { readAudit } from './audit.js'
import { lockfileProblems } from './lockfile.js'
import { packageFolders, readPackage } from './packages.js'

const folders = packageFolders()
for (const folder of folders) {
  const problems = lockfileProblems(...readPackage(folder))
  if (problems.length > 0) fail(`${folder}package-lock.json`, problems)
}

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: new URL('../../', import.meta.url),
  encoding: 'utf8',
  timeout: 60_000,
})
const audit = readAudit(stdout ?? '')
if (audit.kind === 'found') fail('npm audit', audit.findings)
console.log(`${folders.length} lockfiles: each package has its hash, and comes from a registry`)
console.log(
  audit.kind === 'clean'
    ? 'npm audit: nothing of high severity is known of what is shipped'
    : `npm audit: NOT DONE, because the registry does not answer it: ${audit.why}`,
)

/**
 * @param {string} what
 * @param {string[]} problems
 * @returns {never}
 */
function fail(what, problems) {
  console.error([`${what}:`, ...problems].join('\n  - '))
  process.exit(1)
}

/** Installs the runtimes that the built server is tested on, where they are missing: 700 MB that `npm ci` does without. */
import { spawnSync } from 'node:child_process'
import { canRunHere, missingRuntimes } from './programs.js'

if (!canRunHere) throw new Error('These runtimes are for Linux on x64.')
if (missingRuntimes().length > 0) {
  // No script is run: what is needed of these packages is in them.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: new URL('.', import.meta.url),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
}

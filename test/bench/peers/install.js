/** Installs what the script tag is measured against, where it is missing: 130 MB that `npm ci` does without. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

if (!existsSync(new URL('node_modules', import.meta.url))) {
  // No script is run: what is needed of these packages is in them.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: new URL('.', import.meta.url),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
}

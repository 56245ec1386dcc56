/** Packs what `npm run build` has made, as it would be published, for the samples to install. */
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { version } from '../../server/version.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const samples = `${root}demo/frameworks`

execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', samples], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'pipe'],
})
renameSync(`${samples}/coinslot-${version}.tgz`, `${samples}/coinslot.tgz`)

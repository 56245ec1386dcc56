/** Installs the browser engines that are missing, as CI does before the tests. */
import { installPackages } from './debian.js'
import { installCommand, missingEngines } from './engines.js'

const missing = missingEngines()
if (missing.length) installPackages(missing.flatMap((engine) => engine.packages))

const failed = missingEngines()
for (const engine of failed) console.error(`${engine.name} is not installed.`)
if (failed.length) throw new Error(`On Debian, as root: ${installCommand(failed)}`)

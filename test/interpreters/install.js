/** Installs what the samples are written in, and what reads the systemd unit, where they are missing, as CI does before the tests. */
import { installPackages } from '../browsers/debian.js'
import { findProgram } from '../browsers/find-program.js'

/** By program: what Debian calls it. */
const PACKAGES = {
  curl: 'curl',
  php: 'php-cli',
  python3: 'python3',
  'systemd-analyze': 'systemd',
}

const isMissing = (/** @type {[program: string, name: string]} */ [program]) =>
  !findProgram([program])

const missing = Object.entries(PACKAGES).filter(isMissing)
if (missing.length) installPackages(missing.map(([, name]) => name))
const names = missing.filter(isMissing).map(([, name]) => name)
if (names.length) throw new Error(`On Debian, as root: apt-get install ${names.join(' ')}`)

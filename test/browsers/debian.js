/** Installs Debian packages, as root or by a sudo that asks for no password. */
import { spawnSync } from 'node:child_process'
import { findProgram } from './find-program.js'

/**
 * Installs the packages where there is an `apt-get`. What goes wrong is on the screen: the caller
 * looks whether the programs are there now.
 *
 * @param {string[]} packages
 */
export function installPackages(packages) {
  const isRoot = process.getuid?.() === 0
  if (!findProgram(['apt-get']) || (!isRoot && !findProgram(['sudo']))) return
  aptGet(isRoot, 'update')
  aptGet(isRoot, 'install', '-y', '--no-install-recommends', ...packages)
}

/**
 * @param {boolean} isRoot
 * @param {string[]} args
 */
function aptGet(isRoot, ...args) {
  const sudo = isRoot ? [] : ['sudo', '-n']
  const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  const patiently = ['-o', 'DPkg::Lock::Timeout=300']
  const [program = '', ...rest] = [...sudo, ...quietly, ...patiently, ...args]
  spawnSync(program, rest, { stdio: 'inherit' })
}

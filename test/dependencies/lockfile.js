/** What is wrong with a lockfile: what could be installed that is not what was looked at. */

const OURS = /^file:(\.\.|(\.\.\/){3}demo\/frameworks)\/coinslot\.tgz$/
const HASH = /^sha512-[A-Za-z0-9+/]{86}==$/

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, inBundle?: boolean, hasInstallScript?: boolean }} LockedPackage
 * @typedef {{ lockfileVersion?: number, packages?: Record<string, LockedPackage> }} Lockfile
 * @typedef {{ allowScripts?: Record<string, boolean> }} Manifest
 */

/**
 * @param {Lockfile} lockfile
 * @param {Manifest} manifest
 * @param {string} [npmrc] what is set for the installation
 * @returns {string[]} each with the path of its package; empty where all is well
 */
export function lockfileProblems(
  { lockfileVersion, packages = {} },
  { allowScripts = {} },
  npmrc = '',
) {
  if (lockfileVersion !== 3) return ['lockfileVersion: is not 3']
  const { '': root, ...installed } = packages
  if (!root || Object.keys(installed).length === 0) return ['packages: there are none']
  const runsNone = /^ignore-scripts=true$/m.test(npmrc)
  return Object.entries(installed)
    .filter(([path, locked]) => path !== 'node_modules/coinslot' || !isOurs(locked))
    .flatMap(([path, locked]) =>
      problemsOf(locked, runsNone || Object.hasOwn(allowScripts, nameOf(path))).map(
        (problem) => `${path}: ${problem}`,
      ),
    )
}

/**
 * Whether it is what the samples are tried with: packed before their tests, so that it has no hash yet.
 *
 * @param {LockedPackage} locked
 */
function isOurs({ version, integrity, resolved, link }) {
  return !!version && !integrity && !link && OURS.test(resolved ?? '')
}

/**
 * @param {LockedPackage} locked
 * @param {boolean} isDecided whether its script may run has been decided, either way
 */
function problemsOf({ version, integrity, resolved, link, inBundle, hasInstallScript }, isDecided) {
  return [
    ...(link ? ['is a link to a folder'] : []),
    ...(version ? [] : ['has no version']),
    // What another package brings with it is in that one's hash.
    ...(inBundle || HASH.test(integrity ?? '') ? [] : ['has no SHA-512 of what it is']),
    // npm leaves out where it got a package of a registry, see .npmrc: what is written is an address of its own.
    ...(resolved === undefined ? [] : ['comes from an address instead of a registry']),
    ...(hasInstallScript && !isDecided ? ['runs a script that "allowScripts" does not name'] : []),
  ]
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

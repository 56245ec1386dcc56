/** The packages of this repository: what is published, and those that its tests and samples have of their own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const PARENTS = ['demo/frameworks/', 'test/', 'test/bench/', 'test/frameworks/']

/** The folders of all that have a lockfile, the root's first. */
export function packageFolders() {
  const children = PARENTS.flatMap((parent) =>
    readdirSync(root + parent).map((name) => `${parent}${name}/`),
  )
  return ['', ...children.filter((folder) => existsSync(`${root}${folder}package-lock.json`))]
}

/**
 * What says what is installed there.
 *
 * @param {string} folder
 * @returns {[lockfile: object, manifest: object, npmrc: string]}
 */
export function readPackage(folder) {
  /** @param {string} name */
  const read = (name) => readFileSync(root + folder + name, 'utf8')
  return [JSON.parse(read('package-lock.json')), JSON.parse(read('package.json')), read('.npmrc')]
}

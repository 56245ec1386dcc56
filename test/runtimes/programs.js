/** The runtimes in this folder's packages, and how each starts a program. */
import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url))

const DENO_MAY = ['--allow-net', '--allow-env', '--allow-sys', '--allow-read', '--allow-write']

/**
 * By name: the command, to which the program's file is added. Deno is given what the README asks for.
 *
 * @type {ReadonlyMap<string, readonly string[]>}
 */
export const RUNTIMES = new Map([
  ['Node 20', [here('node-20/bin/node')]],
  ['Node 22', [here('node-22/bin/node')]],
  ['Node 24', [here('node-24/bin/node')]],
  ['Bun', [here('@oven/bun-linux-x64/bin/bun')]],
  ['Deno', [here('@deno/linux-x64-glibc/deno'), 'run', '--no-prompt', ...DENO_MAY]],
])

/** Whether the packages are for this machine. */
export const canRunHere = process.platform === 'linux' && process.arch === 'x64'

/** The names of those that are not installed. */
export function missingRuntimes() {
  return [...RUNTIMES].filter(([, [program = '']]) => !isProgram(program)).map(([name]) => name)
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The Node that a sample's tools run on: some want a newer one than Coinslot does. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installLocked } from './npm.ts'

/** What Angular, Nuxt and SvelteKit ask for. */
const NEWER = 24

const folder = fileURLToPath(new URL('node/', import.meta.url))

let newer: Promise<string> | undefined

/** The folder of a `node` of at least version 24: this one's, or that of the npm package. */
export function newerNode(): Promise<string> {
  const [major] = process.versions.node.split('.')
  return (newer ??= Number(major) >= NEWER ? Promise.resolve(dirname(process.execPath)) : install())
}

async function install(): Promise<string> {
  const bin = `${folder}node_modules/node-${process.platform}-${process.arch}/bin`
  if (!existsSync(bin)) await installLocked(folder)
  if (!existsSync(bin)) throw new Error(`Node ${NEWER} is needed for this sample: install it`)
  return bin
}

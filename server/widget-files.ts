/** Reads the built widget: the script tag and its parts. */
import { readdir, readFile } from 'node:fs/promises'

export interface WidgetFiles {
  /** The bytes of `coinslot.js`. */
  readonly script: Uint8Array
  /** What the script loads when a page needs it, by file name; the name holds a hash of the content. */
  readonly parts: ReadonlyMap<string, Uint8Array>
}

const PART = /^coinslot-[a-z]+-[\w-]{8,}\.js$/

/** @throws Error where the widget is not built */
export async function readWidgetFiles(folder: URL): Promise<WidgetFiles> {
  try {
    const names = (await readdir(folder)).filter((name) => PART.test(name))
    const read = (name: string) => readFile(new URL(name, folder))
    const parts = names.map(async (name) => [name, await read(name)] as const)
    return { script: await read('coinslot.js'), parts: new Map(await Promise.all(parts)) }
  } catch (cause) {
    throw new Error('the widget is not built: run "npm run build" first', { cause })
  }
}

/** Loads a part of the script tag only as it was built: who pinned the script has pinned its parts. */

import { pageNonce } from './page-nonce.ts'

/** Tries that failed: browsers keep a module that could not be loaded, and would not ask again. */
let failures = 0

/**
 * Imports a file beside this script if its bytes have this hash.
 * @throws Error where it cannot be had or is another; the next call asks again
 */
export async function importVerified(file: string, integrity: string): Promise<unknown> {
  const { href } = new URL(failures ? `${file}?${failures}` : file, import.meta.url)
  // `import()` takes no hash, but a module that was preloaded with one is taken from there.
  await preload(href, integrity)
  return import(/* @vite-ignore */ href)
}

function preload(href: string, integrity: string): Promise<unknown> {
  const link = document.createElement('link')
  const isLoaded = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve)
    link.addEventListener('error', () => {
      failures++
      reject(new Error(`cannot load ${href}`))
    })
  })
  const nonce = pageNonce()
  Object.assign(link, { rel: 'modulepreload', crossOrigin: '', nonce, integrity, href })
  document.head.append(link)
  return isLoaded
}

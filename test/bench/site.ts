/** A site for the browser: its files in memory, sent as a shop's server would send them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync } from 'node:zlib'

export interface Site {
  readonly url: string
  close(): void
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' }

/** @param files by path; what has no ending is a page */
export async function openSite(files: ReadonlyMap<string, Uint8Array | string>): Promise<Site> {
  const packed = new Map([...files].map(([path, file]) => [path, brotliCompressSync(file)]))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const body = packed.get(pathname)
    const type = TYPES[/\.(\w+)$/.exec(pathname)?.[1] ?? ''] ?? 'text/html'
    const headers = { 'Content-Type': type, 'Content-Encoding': 'br' }
    if (body) response.writeHead(200, headers).end(body)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, close: () => server.close() }
}

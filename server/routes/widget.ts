/** `/coinslot.js`, `/coinslot-{version}.js`, how to pin it, and the script's parts; each compressed once, when it is first asked for. */
import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Hono, type Context } from 'hono'
import { accepts } from 'hono/accepts'
import { etag } from 'hono/etag'
import { version } from '../version.ts'
import type { WidgetFiles } from '../widget-files.ts'
import type { Env } from './guards.ts'

const REVALIDATED = 'public, no-cache'
const IMMUTABLE = 'public, max-age=31536000, immutable'

/**
 * Only the files that were built have a route: nothing of an address is ever a path on the disk.
 * @param base the path of the server's own address
 */
export function widgetRoutes({ script, parts }: WidgetFiles, base: string): Hono<Env> {
  const answerScript = answerWith(script)
  const pinned = `/coinslot-${version}.js`
  const hash = createHash('sha384').update(script).digest('base64')
  const routes = new Hono<Env>()
    .get('/coinslot.js', etag(), (c) => answerScript(c, REVALIDATED))
    .get(pinned, etag(), (c) => answerScript(c, IMMUTABLE))
    .get('/coinslot.json', (c) => {
      c.header('Cache-Control', REVALIDATED)
      c.header('Access-Control-Allow-Origin', '*')
      return c.json({ version, src: base + pinned, integrity: `sha384-${hash}` })
    })
  for (const [name, source] of parts) {
    const answerPart = answerWith(source)
    routes.get(`/${name}`, etag(), (c) => answerPart(c, IMMUTABLE))
  }
  return routes
}

const encoders: Readonly<Record<string, (source: Uint8Array) => Uint8Array>> = {
  br: brotliCompressSync,
  gzip: gzipSync,
}

function answerWith(source: Uint8Array): (c: Context<Env>, cacheControl: string) => Response {
  const encoded = new Map([['identity', new Uint8Array(source)]])
  const tag = `W/"${createHash('sha256').update(source).digest('base64url')}"`

  return function answer(c, cacheControl) {
    const encoding = accepts(c, {
      header: 'Accept-Encoding',
      supports: ['br', 'gzip'],
      default: 'identity',
      // Browsers name them all with the same weight: ours is the order of preference.
      match: (accepted, { supports, default: none }) =>
        supports.find((name) => accepted.some(({ type, q }) => type === name && q > 0)) ?? none,
    })
    c.header('Content-Type', 'text/javascript; charset=utf-8')
    c.header('Cache-Control', cacheControl)
    c.header('ETag', tag)
    c.header('Vary', 'Accept-Encoding')
    // Any page may load it, also with subresource integrity, which needs CORS.
    c.header('Access-Control-Allow-Origin', '*')
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    if (encoding !== 'identity') c.header('Content-Encoding', encoding)
    const body = encoded.get(encoding) ?? new Uint8Array(encoders[encoding]!(source))
    encoded.set(encoding, body)
    return c.body(body)
  }
}

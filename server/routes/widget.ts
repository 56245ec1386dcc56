/** `/coinslot.js` and `/coinslot-{version}.js`: the widget, compressed once when the server starts. */
import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Hono, type Context } from 'hono'
import { accepts } from 'hono/accepts'
import { etag } from 'hono/etag'
import { version } from '../version.ts'
import type { Env } from './guards.ts'

export function widgetRoutes(source: Uint8Array): Hono<Env> {
  const encoded: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    br: new Uint8Array(brotliCompressSync(source)),
    gzip: new Uint8Array(gzipSync(source)),
    identity: new Uint8Array(source),
  }
  const tag = `W/"${createHash('sha256').update(source).digest('base64url')}"`

  function serve(c: Context<Env>, cacheControl: string): Response {
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
    return c.body(encoded[encoding] ?? encoded['identity']!)
  }

  return new Hono<Env>()
    .get('/coinslot.js', etag(), (c) => serve(c, 'public, no-cache'))
    .get(`/coinslot-${version}.js`, etag(), (c) => serve(c, 'public, max-age=31536000, immutable'))
}

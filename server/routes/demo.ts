/** The demo page's files, under the strictest policy that a merchant's page may have, and what its merchant is told. */
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Notification } from '../contract/schemas.ts'
import type { Store } from '../store/store.ts'
import type { Env } from './guards.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** @param root the folder with the built demo */
export function demoRoutes(root: string, store: Store): Hono<Env> {
  const files = serveStatic<Env>({ root })
  const headers = (cacheControl: string): MiddlewareHandler<Env> =>
    async function demoHeaders(c, next) {
      c.header('Content-Security-Policy', POLICY)
      // It shows how a payment is opened in a window of its own.
      c.header('Cross-Origin-Opener-Policy', 'same-origin-allow-popups')
      c.header('Cache-Control', cacheControl)
      await next()
    }
  return new Hono<Env>()
    .get('/demo/notifications/:session', async (c) => {
      const messages = await store.findMessages('listener', c.req.param('session'))
      c.header('Cache-Control', 'no-store')
      return c.json(messages.map(({ body }) => JSON.parse(body) as Notification))
    })
    .get('/', headers('no-cache'), files)
    .get('/:page{[a-z-]+\\.(html|svg)}', headers('no-cache'), files)
    .get('/assets/*', headers('public, max-age=31536000, immutable'), files)
}

/** The demo's pages, under the strictest policy that a merchant's page may have, and what its merchants' back ends do. */
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import type { Config } from '../config.ts'
import type { Notification } from '../contract/schemas.ts'
import { cartSchema, triedTermsSchema, type DemoOffers } from '../demo/offers.ts'
import type { DemoTrace } from '../demo/trace.ts'
import type { Store } from '../store/store.ts'
import { answerEvents } from './event-stream.ts'
import {
  addressOf,
  limitBody,
  readBody,
  refuseNul,
  requireJson,
  requireOrigin,
  type Env,
} from './guards.ts'

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

const MAX_BODY_BYTES = 8_192

/** What there is in demo mode alone. */
export interface Demo {
  /** The folder with the built pages. */
  readonly root: string
  readonly offers: DemoOffers
  readonly trace: DemoTrace
}

export function demoRoutes({ root, offers, trace }: Demo, config: Config, store: Store): Hono<Env> {
  const files = serveStatic<Env>({
    root,
    onFound(path, c) {
      if (path.endsWith('.md')) c.header('Content-Type', 'text/markdown; charset=utf-8')
    },
  })
  const page = serveStatic<Env>({ root, rewriteRequestPath: (path) => `${path}.html` })
  const headers = (cacheControl: string): MiddlewareHandler<Env> =>
    async function demoHeaders(c, next) {
      c.header('Content-Security-Policy', POLICY)
      // It shows how a payment is opened in a window of its own.
      c.header('Cross-Origin-Opener-Policy', 'same-origin-allow-popups')
      c.header('Cache-Control', cacheControl)
      await next()
    }
  const guards = [requireOrigin(config), requireJson, limitBody(MAX_BODY_BYTES)] as const

  return new Hono<Env>()
    .use('/demo/*', refuseNul, async (c, next) => {
      await next()
      c.res.headers.set('Cache-Control', 'no-store')
    })
    .get('/demo/notifications/:session', async (c) => {
      const messages = await store.findMessages('listener', c.req.param('session'))
      return c.json(messages.map(({ body }) => JSON.parse(body) as Notification))
    })
    .get('/demo/sessions/:session/trace', (c) => followTrace(c, trace, config))
    .post('/demo/offers', ...guards, async (c) =>
      c.json(await offers.signTried(await readBody(c, triedTermsSchema)), 201),
    )
    .post('/demo/carts', ...guards, async (c) =>
      c.json(await offers.signCart(await readBody(c, cartSchema)), 201),
    )
    .get('/', headers('no-cache'), compress(), files)
    .get('/:page{[a-z-]+\\.(html|svg|txt)}', headers('no-cache'), compress(), files)
    .get('/docs', (c) => c.redirect('/docs/'))
    .get('/docs/:page{([a-z-]+\\.(html|md))?}', headers('no-cache'), compress(), files)
    .get('/:page{shop|donate}', headers('no-cache'), compress(), page)
    .get('/assets/*', headers('public, max-age=31536000, immutable'), compress(), files)
}

function followTrace(
  c: Context<Env, '/demo/sessions/:session/trace'>,
  trace: DemoTrace,
  config: Config,
): Response {
  const seen = Number(c.req.header('Last-Event-ID')) || 0
  const following = trace.follow(c.req.param('session'), seen, addressOf(c, config))
  return answerEvents(c, following, (item) =>
    item
      ? { event: 'trace', id: String(item.number), data: JSON.stringify(item.entry) }
      : undefined,
  )
}

/** The Hono app: every route under its address, every error turned into its answer. */
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { routePath } from 'hono/route'
import { nanoid } from 'nanoid'
import { getPath } from 'hono/utils/url'
import { basePathOf, withoutBase } from './base-path.ts'
import type { Config } from './config.ts'
import { CoinslotError, MethodNotAllowed, NotFound, OriginNotAllowed, toProblem } from './errors.ts'
import type { Log } from './log.ts'
import type { SessionFeed } from './session-feed.ts'
import { createSessions, type SessionsDeps } from './sessions.ts'
import type { Settlement } from './settlement/settlement.ts'
import type { ConfiguredProvider } from './configured-providers.ts'
import { bridgeRoutes } from './routes/bridge.ts'
import { checkoutRoutes } from './routes/checkouts.ts'
import { allowOrigins } from './routes/cors.ts'
import { demoRoutes, type Demo } from './routes/demo.ts'
import { traceOpening, traceWebhook } from './routes/demo-trace.ts'
import {
  limitBody,
  refuseEmbedding,
  refuseNul,
  refuseUser,
  requireOrigin,
  requireUnreadBody,
  type Env,
} from './routes/guards.ts'
import { healthRoutes } from './routes/health.ts'
import { toKnown } from './routes/known-error.ts'
import { notFoundPage, wantsPage } from './routes/not-found-page.ts'
import { openApiRoutes } from './routes/openapi.ts'
import { pageFileRoutes } from './routes/page-files.ts'
import { payRoutes } from './routes/pay.ts'
import { securityHeaders } from './routes/security-headers.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { widgetRoutes } from './routes/widget.ts'
import type { Store } from './store/store.ts'
import { observeSessions } from './telemetry/observe.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import type { WidgetFiles } from './widget-files.ts'

export interface AppDeps {
  readonly config: Config
  readonly store: Store
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly count: SessionsDeps['count']
  readonly settlement: Settlement
  readonly feed: SessionFeed
  readonly log: Log
  readonly now: () => Date
  readonly telemetry: Telemetry
  readonly widget: WidgetFiles
  /** The sandbox provider's own app, where it is configured. */
  readonly sandbox?: Hono | undefined
  /** What there is in demo mode alone. */
  readonly demo?: Demo | undefined
}

/** Of the choice that a buyer makes on the sandbox's page. */
const MAX_FORM_BYTES = 1024
/** Whoever likes may write one, and as long as headers may be. */
const MAX_LOGGED_ORIGIN = 200

export function createApp(deps: AppDeps): Hono<Env> {
  const { config, providers, store, log } = deps
  const base = basePathOf(config.publicUrl)
  const app = new Hono<Env>(
    base === '' ? {} : { getPath: (request) => withoutBase(getPath(request), base) },
  )
  const { observers, metrics } = deps.telemetry
  const sessions = observeSessions(createSessions(deps), observers)

  for (const { middleware } of observers) if (middleware) app.use(middleware)
  app.use(logRequests(log))
  app.use(securityHeaders(config))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => answerError(c, new MethodNotAllowed(methods)),
    }),
  )
  app.use(refuseUser)
  app.use('/v1/*', allowOrigins(config))

  for (const path of ['/v1/*', '/pay/*', '/bridge/*', '/pages/*', '/sandbox/*']) {
    app.use(path, refuseEmbedding)
  }
  app.use('/sandbox/*', refuseNul, requireUnreadBody)
  app.post('/sandbox/pay/*', requireOrigin(config), limitBody(MAX_FORM_BYTES))

  if (deps.demo) {
    app.use('/v1/sessions', traceOpening(deps.demo.trace))
    app.use('/v1/webhooks/sandbox', traceWebhook(deps.demo.trace))
  }
  app.route('/v1/checkouts', checkoutRoutes(config, providers))
  app.route('/v1/sessions', sessionRoutes(config, sessions, deps.feed))
  app.route('/v1/webhooks', webhookRoutes(deps.settlement))
  app.route('/pay', payRoutes({ config, providers, sessions, log }))
  app.route('/bridge', bridgeRoutes(deps))
  app.route('/pages', pageFileRoutes(providers))
  app.route('/', widgetRoutes(deps.widget, base))
  app.route('/', healthRoutes(store))
  app.route('/', openApiRoutes(config.publicUrl))
  if (metrics && config.metrics?.port === undefined) app.route('/', metrics)
  if (deps.sandbox) app.route('/sandbox', deps.sandbox)
  if (deps.demo) app.route('/', demoRoutes(deps.demo, config, store))

  app.notFound((c) =>
    wantsPage(c) ? notFoundPage(c, base, deps.demo && `${base}/`) : answerError(c, new NotFound()),
  )
  app.onError((error, c) => {
    const known = toKnown(error, c.req.raw)
    if (known.status >= 500) {
      log.error({ requestId: c.get('requestId'), err: known }, known.message)
    } else if (known instanceof OriginNotAllowed) {
      const origin = c.req.header('Origin')?.slice(0, MAX_LOGGED_ORIGIN)
      log.warn({ requestId: c.get('requestId'), origin }, known.message)
    }
    return answerError(c, known)
  })
  return app
}

/** Gives each request its id, its answer the same, and the log a line of both. */
function logRequests(log: Log): MiddlewareHandler<Env> {
  return async function logRequest(c, next) {
    const startedAt = performance.now()
    const requestId = `req_${nanoid(16)}`
    c.set('requestId', requestId)
    await next()
    // Not by `c.header`, which at this point would copy the answer, body and all.
    c.res.headers.set('X-Request-Id', requestId)
    const ms = Math.round(performance.now() - startedAt)
    // The route's pattern, not its path: a session's id is a key to it.
    const route = routePath(c, -1)
    log.info({ requestId, method: c.req.method, route, status: c.res.status, ms })
  }
}

function answerError(c: Context<Env>, error: CoinslotError): Response {
  const problem = toProblem(error, c.get('requestId'))
  return c.body(JSON.stringify(problem), error.status as 400, {
    ...error.headers,
    'Content-Type': 'application/problem+json',
  })
}

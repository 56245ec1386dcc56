/** `/metrics`: what Prometheus reads, for whoever has the token; and the requests that are counted in it. */
import { METHODS } from 'node:http'
import { prometheus } from '@hono/prometheus'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { Registry } from 'prom-client'
import { PREFIX } from '../telemetry/prometheus.ts'
import type { Env } from './guards.ts'

/** @param token what has to be presented; undefined where whoever can reach this may read it */
export function metricsRoutes(registry: Registry, token: string | undefined): Hono<Env> {
  const app = new Hono<Env>()
  if (token !== undefined) app.use('/metrics', bearerAuth({ token }))
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    throw error
  })
  return app.get('/metrics', async (c) => {
    c.header('Cache-Control', 'no-store')
    c.header('Content-Type', registry.contentType)
    return c.body(await registry.metrics())
  })
}

/** How many requests there were, and how long they took, by method, route and status. */
export function countRequests(registry: Registry): MiddlewareHandler {
  const customLabels = {
    method: ({ req }: Context) => knownMethod(req.method),
    // The pattern: a session's id is a key to it.
    route: (c: Context) => routePath(c, -1),
  }
  const { registerMetrics } = prometheus({
    registry,
    prefix: PREFIX,
    metricOptions: { requestDuration: { customLabels }, requestsTotal: { customLabels } },
  })
  return registerMetrics
}

/** Whoever makes up methods is not to make up time series. */
function knownMethod(method: string): string {
  return METHODS.includes(method) ? method : 'other'
}

/** Lets pages of the allowed origins read what they are answered. */
import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Config } from '../config.ts'
import { isOriginAllowed, type Env } from './guards.ts'

const EXPOSED = ['Location', 'Idempotency-Replayed', 'Retry-After', 'X-Request-Id']

/**
 * Hono's `cors` answers the preflights alone: on any other request it writes to the answer before there is
 * one, for which Hono copies the answer, with its body as a stream, at several times the cost of all else.
 */
export function allowOrigins(config: Config): MiddlewareHandler<Env> {
  const answerPreflight = cors({
    origin: (origin, c) => (isOriginAllowed(origin, c, config) ? origin : null),
    allowMethods: ['GET', 'POST', 'PATCH'],
    allowHeaders: ['Content-Type', 'Idempotency-Key'],
    exposeHeaders: EXPOSED,
    maxAge: 600,
  })
  const exposed = EXPOSED.join()
  return async function allowOrigin(c, next) {
    if (c.req.method === 'OPTIONS') return answerPreflight(c, next)
    await next()
    const origin = c.req.header('Origin')
    const { headers } = c.res
    if (origin !== undefined && isOriginAllowed(origin, c, config)) {
      headers.set('Access-Control-Allow-Origin', origin)
    }
    headers.set('Access-Control-Expose-Headers', exposed)
    headers.append('Vary', 'Origin')
  }
}

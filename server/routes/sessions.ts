/** `/v1/sessions`: opening, changing, reading and following a session. */
import { Hono, type Context } from 'hono'
import { basePathOf } from '../base-path.ts'
import type { Config } from '../config.ts'
import { createSessionSchema, updateSessionSchema } from '../contract/schemas.ts'
import type { Answer, Caller } from '../intents.ts'
import { toPublicSession } from '../session.ts'
import type { SessionFeed } from '../session-feed.ts'
import type { Sessions } from '../sessions.ts'
import {
  addressOf,
  limitBody,
  readBody,
  requireIdempotencyKey,
  requireJson,
  requireOrigin,
  requireUnreadBody,
  type Env,
} from './guards.ts'
import { sessionEvents } from './session-events.ts'

const MAX_BODY_BYTES = 16_384

export function sessionRoutes(config: Config, sessions: Sessions, feed: SessionFeed): Hono<Env> {
  const base = basePathOf(config.publicUrl)
  const guards = [
    requireOrigin(config),
    requireJson,
    requireUnreadBody,
    limitBody(MAX_BODY_BYTES),
    requireIdempotencyKey,
  ] as const

  return new Hono<Env>()
    .use(async (c, next) => {
      await next()
      c.res.headers.set('Cache-Control', 'no-store')
    })
    .post('/', ...guards, async (c) => {
      const body = await readBody(c, createSessionSchema)
      return answer(c, await sessions.create(body, caller(c, config)), base)
    })
    .get('/:id', async (c) => c.json(toPublicSession(await sessions.find(c.req.param('id')))))
    .get('/:id/events', sessionEvents(config, feed))
    .patch('/:id', ...guards, async (c) => {
      const body = await readBody(c, updateSessionSchema)
      return answer(
        c,
        await sessions.update(c.req.param('id') ?? '', body, caller(c, config)),
        base,
      )
    })
}

function caller(c: Context<Env>, config: Config): Caller {
  return {
    requestId: c.get('requestId'),
    origin: c.req.header('Origin'),
    address: addressOf(c, config),
    idempotencyKey: c.get('idempotencyKey'),
  }
}

function answer(
  c: Context<Env>,
  { status, headers, body, replayed }: Answer,
  base: string,
): Response {
  if (replayed) c.header('Idempotency-Replayed', 'true')
  const { Location: path } = headers
  return c.body(
    body,
    status as 200,
    path === undefined ? headers : { ...headers, Location: base + path },
  )
}

/** `POST /v1/webhooks/{provider}`: verified before it is read, stored before it is acknowledged. */
import { Hono } from 'hono'
import type { Settlement } from '../settlement/settlement.ts'
import { limitBody, requireUnreadBody, type Env } from './guards.ts'

const MAX_BODY_BYTES = 64 * 1024

export function webhookRoutes(settlement: Settlement): Hono<Env> {
  return new Hono<Env>().post(
    '/:provider',
    requireUnreadBody,
    limitBody(MAX_BODY_BYTES),
    async (c) => {
      await settlement.receive(c.req.param('provider'), {
        headers: c.req.raw.headers,
        body: new Uint8Array(await c.req.arrayBuffer()),
      })
      return c.json({ received: true })
    },
  )
}

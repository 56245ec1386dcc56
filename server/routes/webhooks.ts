/** `POST /v1/webhooks/{provider}`: verified before it is read, stored before it is acknowledged. */
import { Hono } from 'hono'
import { ProviderNotFound } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ConfiguredProvider } from '../providers/catalog.ts'
import { idForLog } from '../session.ts'
import { settle } from '../settlement.ts'
import type { Store } from '../store/store.ts'
import { limitBody, type Env } from './guards.ts'

const MAX_BODY_BYTES = 64 * 1024

export interface WebhookDeps {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly store: Store
  readonly log: Log
  readonly now: () => Date
}

export function webhookRoutes({ providers, store, log, now }: WebhookDeps): Hono<Env> {
  return new Hono<Env>().post('/:provider', limitBody(MAX_BODY_BYTES), async (c) => {
    const provider = providers.get(c.req.param('provider'))
    if (!provider) throw new ProviderNotFound()
    const report = await provider.adapter.readWebhook({
      headers: c.req.raw.headers,
      body: new Uint8Array(await c.req.arrayBuffer()),
    })
    const session = report && (await store.settle(report, settle, now()))
    if (session) {
      const { id, status, exception } = session
      log.info(
        { session: idForLog(id), status, exception, event: report.eventId },
        'session settled',
      )
    }
    return c.json({ received: true })
  })
}

/** `POST /v1/webhooks/{provider}`: verified before it is read, stored before it is acknowledged. */
import { Hono } from 'hono'
import { ProviderNotFound, WebhookRejected } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { idForLog } from '../session.ts'
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
    const id = c.req.param('provider')
    const provider = providers.get(id)
    if (!provider) throw new ProviderNotFound()
    const report = await provider.adapter
      .readWebhook({
        headers: c.req.raw.headers,
        body: new Uint8Array(await c.req.arrayBuffer()),
      })
      .catch((error: unknown) => {
        // Why is for the operator; whoever sent it learns only that it was refused.
        if (!(error instanceof WebhookRejected)) throw error
        log.warn({ provider: id, reason: error.message }, 'webhook refused')
        throw new WebhookRejected('this could not be verified to be a webhook of the provider')
      })
    const session = report && (await store.settle(report, now()))
    if (session) {
      const { status, exception } = session
      const entry = { session: idForLog(session.id), status, exception, event: report.eventId }
      if (exception) log.warn(entry, 'a payment needs a person to look at it')
      else log.info(entry, 'session settled')
    }
    return c.json({ received: true })
  })
}

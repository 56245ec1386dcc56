/** The sandbox's webhooks: signed as Standard Webhooks, over real HTTP, tried again until they are taken. */
import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { Webhook } from 'standardwebhooks'
import type { Transport } from '../transport.ts'
import type { SandboxEvent, SandboxPayment } from './payment.ts'

export type SandboxReporter = (payment: SandboxPayment, event: SandboxEvent) => Promise<void>

export interface SandboxReporterOptions {
  /** `whsec_` and base64, shared with the adapter. */
  readonly secret: string
  readonly transport: Transport
  readonly now: () => Date
  readonly onFailure: (paymentId: string) => void
}

const FIRST_TRY_MS = 3_000
const MAX_RETRIES = 6

/**
 * Tells what became of a payment. The first try is waited for, so that the buyer usually comes back to a
 * shop that knows; the others go on behind.
 */
export function createSandboxReporter(options: SandboxReporterOptions): SandboxReporter {
  const { secret, transport, now, onFailure } = options
  const signer = new Webhook(secret)
  const retries = retry(handleAll, {
    maxAttempts: MAX_RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 60_000 }),
  }).dangerouslyUnref()

  async function deliver(url: string, id: string, body: string): Promise<void> {
    const sentAt = now()
    const { status } = await transport({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': signer.sign(id, sentAt, body),
      },
      body,
      signal: AbortSignal.timeout(FIRST_TRY_MS),
    })
    if (status >= 300) throw new Error(`the webhook was answered ${status}`)
  }

  return async function report({ id, amount, currency, webhookUrl }, event) {
    const body = JSON.stringify({
      type: `payment.${event.type}`,
      timestamp: event.at.toISOString(),
      data: { id, status: event.type, amount: event.amount ?? amount, currency },
    })
    const send = () => deliver(webhookUrl, event.id, body)
    await send().catch(() => {
      retries.execute(send).catch(() => onFailure(id))
    })
  }
}

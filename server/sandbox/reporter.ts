/** The sandbox's webhooks: signed as Standard Webhooks, over real HTTP, tried again until they are taken. */
import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { Webhook } from 'standardwebhooks'
import type { Transport } from '../transport.ts'
import type { SandboxPayment } from './payment.ts'

export type SandboxReporter = (payment: SandboxPayment) => Promise<void>

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
 * Tells of a payment's end. The first try is waited for, so that the buyer usually comes back to a
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
    const answer = await transport({
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
    for await (const chunk of answer.body) void chunk
    if (answer.status >= 300) throw new Error(`the webhook was answered ${answer.status}`)
  }

  return async function report({ id, status, amount, currency, webhookUrl }) {
    // One event for one end of one payment, however often it is told.
    const eventId = `${id}-${status}`
    const body = JSON.stringify({
      type: `payment.${status}`,
      timestamp: now().toISOString(),
      data: { id, status, amount, currency },
    })
    const send = () => deliver(webhookUrl, eventId, body)
    await send().catch(() => {
      retries.execute(send).catch(() => onFailure(id))
    })
  }
}

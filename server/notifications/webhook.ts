/** Tells the merchant's URL: a POST signed as Standard Webhooks 1.0 (https://www.standardwebhooks.com). */
import { Webhook } from 'standardwebhooks'
import { AddressRefused, type Transport, type TransportAnswer } from '../transport.ts'
import { version } from '../version.ts'
import type { Failure, Send } from './relay.ts'

export interface WebhookOptions {
  readonly url: string
  /** `whsec_` and base64; each of them signs. */
  readonly secrets: readonly string[]
  readonly transport: Transport
}

export function createWebhookSend({ url, secrets, transport }: WebhookOptions): Send {
  const signers = secrets.map((secret) => new Webhook(secret))
  return async function sendWebhook({ id, body }, at, signal) {
    try {
      const answer = await transport({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          'user-agent': `Coinslot/${version}`,
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
        },
        body,
        signal,
      })
      return failureOf(answer)
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error
      return { reason: 'its address is private: see "notifications.allowPrivateAddress"' }
    }
  }
}

function failureOf({ status, headers = {} }: TransportAnswer): Failure | undefined {
  if (status >= 200 && status < 300) return undefined
  const [retryAfter] = [headers['retry-after']].flat()
  return { reason: `it answered ${status}`, final: status === 410, retryAfter }
}

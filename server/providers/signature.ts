/** Every comparison that decides whether a webhook is the provider's: constant time, closed on doubt. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { WebhookRejected } from '../errors.ts'
import type { WebhookRequest } from './provider.ts'

const MAX_SIGNATURES = 8

/**
 * Asserts that a header carries a shared secret.
 * @throws WebhookRejected also where no secret is known: an unset secret opens nothing
 */
export function assertSharedSecret(given: string | null, secret: string | undefined): void {
  if (!secret) throw new WebhookRejected('no secret is set for the webhooks of this provider')
  if (!given) throw new WebhookRejected('the header with the shared secret is missing')
  // Digests have one length, so that neither the comparison nor its time tells the secret's.
  if (!timingSafeEqual(digest(given), digest(secret))) {
    throw new WebhookRejected('the shared secret is not the right one')
  }
}

/**
 * Verifies a Standard Webhooks 1.0 signature (https://www.standardwebhooks.com) over the raw body.
 * @returns the body as text, and the message's id
 * @throws WebhookRejected
 */
export function verifyStandardWebhook(
  { headers, body }: WebhookRequest,
  secret: string,
): { id: string; text: string } {
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  const signature = headers.get('webhook-signature') ?? ''
  // The library reads `1e9` and `17.5` as numbers too; a dot in the id would shift what is signed.
  if (!/^[\w-]{1,128}$/.test(id) || !/^\d{9,11}$/.test(timestamp)) {
    throw new WebhookRejected('webhook-id or webhook-timestamp is missing or malformed')
  }
  if (signature.split(' ').length > MAX_SIGNATURES) {
    throw new WebhookRejected('there are too many signatures')
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    new Webhook(secret).verify(
      text,
      { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
      { jsonParse: false },
    )
    return { id, text }
  } catch (error) {
    const reason = error instanceof WebhookVerificationError ? error.message : 'not UTF-8'
    throw new WebhookRejected(`the signature does not hold: ${reason.toLowerCase()}`)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

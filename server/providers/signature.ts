/** Every comparison that decides whether a webhook is the provider's: constant time, closed on doubt. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { WebhookRejected } from '../errors.ts'
import type { WebhookRequest } from './provider.ts'

const MAX_SIGNATURES = 8
const TOLERANCE_S = 5 * 60

/**
 * Asserts that a header carries a shared secret.
 * @throws WebhookRejected also where no secret is known: an unset secret opens nothing
 */
export function assertSharedSecret(given: string | null, secret: string | undefined): void {
  if (!secret) throw new WebhookRejected('no secret is set for the webhooks of this provider')
  if (!given) throw new WebhookRejected('the header with the shared secret is missing')
  if (!isSame(given, secret)) throw new WebhookRejected('the shared secret is not the right one')
}

/**
 * Verifies a Standard Webhooks 1.0 signature (https://www.standardwebhooks.com) over the raw body.
 * @returns the body as text, and the message's id
 * @throws WebhookRejected
 */
export function verifyStandardWebhook(
  { headers, body }: WebhookRequest,
  secret: string,
  now: Date,
): { id: string; text: string } {
  if (!secret) throw new WebhookRejected('no secret is set for the webhooks of this provider')
  const id = headers.get('webhook-id') ?? ''
  const timestamp = headers.get('webhook-timestamp') ?? ''
  const signature = headers.get('webhook-signature') ?? ''
  // A dot in the id would shift what is signed.
  if (!/^[\w-]{1,128}$/.test(id) || !/^\d{9,11}$/.test(timestamp)) {
    throw new WebhookRejected('webhook-id or webhook-timestamp is missing or malformed')
  }
  const sentAt = Number(timestamp)
  if (Math.abs(Math.floor(now.getTime() / 1000) - sentAt) > TOLERANCE_S) {
    throw new WebhookRejected('the message is too old, or from the future')
  }
  const signatures = signature.split(' ')
  if (signatures.length > MAX_SIGNATURES) {
    throw new WebhookRejected('there are too many signatures')
  }
  const text = readUtf8(body)
  // The library signs; its `verify` would read a clock of its own.
  const expected = new Webhook(secret).sign(id, new Date(sentAt * 1000), text)
  if (!signatures.some((given) => isSame(given, expected))) {
    throw new WebhookRejected('the signature does not hold')
  }
  return { id, text }
}

/**
 * Verifies an HMAC-SHA256 of the raw body, in hex with `sha256=` before it or not.
 * @returns the body as text
 * @throws WebhookRejected also where no secret is known
 */
export function verifyHmacSha256(
  { headers, body }: WebhookRequest,
  header: string,
  secret: string | undefined,
): string {
  if (!secret) throw new WebhookRejected('no secret is set for the webhooks of this provider')
  const given = headers.get(header)
  if (!given) throw new WebhookRejected('the header with the signature is missing')
  const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(given)?.[1]
  if (!hex) throw new WebhookRejected('the signature is not one of HMAC-SHA256 in hex')
  const expected = createHmac('sha256', secret).update(body).digest()
  if (!timingSafeEqual(Buffer.from(hex, 'hex'), expected)) {
    throw new WebhookRejected('the signature does not hold')
  }
  return readUtf8(body)
}

function readUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new WebhookRejected('the body is not UTF-8')
  }
}

/** Compares digests, which have one length: neither the result nor its time tells the secret's. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

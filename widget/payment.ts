/** One intent to pay: a session asked for under one key until there is a definite answer, and judged. */
import { toMinor } from './terms.ts'
import type { Answer } from './client.ts'
import { toRedirectUrl } from './redirect-url.ts'

/** Sends a request to an address of the server and reads its answer; never rejects. */
export type Send = (path: string, init: RequestInit) => Promise<Answer>

/** What the buyer was shown: an amount in minor units. */
export interface Shown {
  readonly amount: bigint
  readonly currency: string
}

/** Asks for a session; the answer has no `code` where it is for what was shown and can be paid. */
export type RequestPayment = (
  send: Send,
  content: Readonly<Record<string, unknown>>,
  shown: Shown,
) => Promise<Answer>

/** What remembers the request of a checkout that has no definite answer yet. */
export function createPayment(): RequestPayment {
  let open: { readonly key: string; readonly body: string } | undefined

  return async (send, content, shown) => {
    // What is empty is left out: the server takes it for a mistake.
    const body = JSON.stringify(content, (_, value: unknown) => value || undefined)
    // The same again under the same key, so that it is done once; anything else is another intent.
    const request = open?.body === body ? open : { key: createIdempotencyKey(), body }
    open = request
    const answer = await send('/v1/sessions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': request.key },
      body,
    })
    if (!answer.retryable && open === request) open = undefined
    return answer.code ? answer : judge(answer, shown)
  }
}

/** Gives what is wrong with a session a code; none, if it is for what was shown and can be paid. */
function judge(answer: Answer, shown: Shown): Answer {
  const { id, amount, currency, redirectUrl } = answer.body
  if (typeof id !== 'string' || typeof currency !== 'string') {
    return { ...answer, code: 'invalid_response' }
  }
  if (currency !== shown.currency || toMinor(amount, currency) !== shown.amount) {
    return { ...answer, code: 'terms_changed' }
  }
  const url = toRedirectUrl(redirectUrl)
  if (!url) return { ...answer, code: 'redirect_refused' }
  return { body: { ...answer.body, redirectUrl: url } }
}

/** A key of more than 140 random bits in letters that the server takes. */
function createIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18))
  return btoa(String.fromCharCode(...bytes)).replace(/\W/g, '-')
}

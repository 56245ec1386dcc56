/** Paying: a session that is still open or a new one, asked for under one key until there is an answer, and gone to. */
import type { CheckoutOptions } from './checkout-controller.ts'
import type { CreateSession } from '../server/contract/schemas.ts'
import { toMinor, type TermsText } from './terms.ts'
import type { Answer, ClientTools } from './client.ts'
import {
  hasOpenSessions,
  isAhead,
  keepSession,
  recallSession,
  type OpenSession,
} from './open-session.ts'
import type { Exit } from './redirect.ts'
import { toRedirectUrl } from './redirect-url.ts'

/** Sends a request to an address of the server and reads its answer; never rejects. */
export type Send = (path: string, init?: RequestInit) => Promise<Answer>

/** What is to be paid, as the buyer was shown it. */
export interface Order {
  readonly options: CheckoutOptions
  /** In minor units. */
  readonly amount: bigint
  readonly currency: string
  /** The same as a decimal string. */
  readonly amountText: string
}

/** What a payment may see and do of the checkout that it is for. */
export interface Payable extends Order {
  readonly send: Send
  readonly after: ClientTools['after']
  readonly exit: Exit
  /** Whether the checkout still waits for this payment. */
  isCurrent(): boolean
  /** Tells the page of the payment page; answers whether the buyer is to be sent there. */
  announce(sessionId: string, redirectUrl: string): boolean
  /** The buyer is still here and may try again. */
  stop(): void
}

/** How a payment ended; with a `code`, why the buyer could not be sent to pay. */
export interface Outcome extends Answer {
  /** What the answer says of the terms; it wins over what was known. */
  readonly told: TermsText
  /** The sum that now holds in place of the one that was shown. */
  readonly amount?: bigint | undefined
}

/** Pays; never rejects. */
export type Pay = (checkout: Payable) => Promise<Outcome>

const STUCK_AFTER_MS = 30_000

/** What remembers the request of a checkout that has no definite answer yet. */
export function createPayment(): Pay {
  let unanswered: { readonly key: string; readonly request: string } | undefined

  return async (checkout) => {
    const answer = await openSession(checkout)
    const { id, redirectUrl } = answer.body
    const isGoing =
      checkout.isCurrent() && !answer.code && checkout.announce(id as string, redirectUrl as string)
    if (isGoing) leave(redirectUrl as string, checkout)
    else checkout.exit.cancel()
    if (!answer.code && !isGoing) checkout.stop()
    return toOutcome(answer, checkout)
  }

  /** The session that this buyer left open, with the sum that he was shown now, or else a new one. */
  async function openSession(checkout: Payable): Promise<Answer> {
    const { options, amountText: amount, currency } = checkout
    const session = hasOpenSessions() ? await recallSession(options) : undefined
    const resumed = session && (await resume(checkout, session))
    if (resumed?.retryable) return resumed
    const answer = resumed ?? (await request(checkout, 'POST', '/v1/sessions', toBody(checkout)))
    const judged = answer.code ? answer : judge(answer, checkout)
    const { id, expiresAt } = judged.body
    if (!judged.code && isAhead(expiresAt)) {
      const hasCustomer = options.customer !== undefined
      const kept = { id, amount, currency, expiresAt, hasCustomer } as OpenSession
      await keepSession(options, kept)
    } else if (session) await keepSession(options)
    return judged
  }

  /** An open session's answer, or one that may be had later; nothing where it takes a new session. */
  async function resume(checkout: Payable, session: OpenSession): Promise<Answer | undefined> {
    const { amountText: amount, currency } = checkout
    const { customer } = checkout.options
    if (session.currency !== currency || (session.hasCustomer && !customer)) return undefined
    const path = `/v1/sessions/${encodeURIComponent(session.id)}`
    const answer =
      session.amount === amount && !customer
        ? await checkout.send(path)
        : await request(checkout, 'PATCH', path, { amount, customer })
    // A provider that cannot change it now may well open another.
    if (answer.retryable && !answer.code!.startsWith('provider_')) return answer
    const { status, expiresAt } = answer.body
    const isOpen = !answer.code && status === 'pending' && isAhead(expiresAt)
    return isOpen && !judge(answer, checkout).code ? answer : undefined
  }

  async function request(
    { send }: Payable,
    method: string,
    path: string,
    content: object,
  ): Promise<Answer> {
    // What is empty is left out: the server takes it for a mistake.
    const body = JSON.stringify(content, (_, value: unknown) => value || undefined)
    const request = `${method} ${path} ${body}`
    // The same again under the same key, so that it is done once; anything else is another intent.
    const intent =
      unanswered?.request === request ? unanswered : { key: createIdempotencyKey(), request }
    unanswered = intent
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': intent.key }
    const answer = await send(path, { method, headers, body })
    if (!answer.retryable && unanswered === intent) unanswered = undefined
    return answer
  }
}

function leave(url: string, { exit, after, stop }: Payable): void {
  if (exit.go(url)) return stop()
  // The buyer may have stopped the page from loading, of which no event tells.
  after(STUCK_AFTER_MS, stop)
}

function toBody({ options, amountText: amount }: Order): {
  [K in keyof CreateSession]: unknown
} {
  const { checkout, offer, clientReferenceId, locale, customer } = options
  return { checkout, offer, amount, clientReferenceId, locale, customer }
}

/** Gives what is wrong with a session a code; none, if it is for what was shown and can be paid. */
function judge(answer: Answer, shown: Order): Answer {
  const { id, amount, currency, redirectUrl } = answer.body
  const minor = typeof currency === 'string' ? toMinor(amount, currency) : undefined
  if (typeof id !== 'string' || minor === undefined) return { ...answer, code: 'invalid_response' }
  if (currency !== shown.currency || minor !== shown.amount) {
    return { ...answer, code: 'terms_changed' }
  }
  const url = toRedirectUrl(redirectUrl)
  if (!url) return { ...answer, code: 'redirect_refused' }
  return { body: { ...answer.body, redirectUrl: url } }
}

/** Finds in an answer the terms that it names: the server's win, and they are to be shown. */
function toOutcome(answer: Answer, shown: Order): Outcome {
  const { code, body } = answer
  const test = body.test === true && { test: true }
  if (!code) return { ...answer, told: { ...test } }
  const { currency, amount, minAmount, maxAmount } = body
  // The page's number in the server's currency is a sum that nobody chose.
  const isOther = !!currency && currency !== shown.currency
  const named = Object.entries(isOther ? { currency } : { currency, amount, minAmount, maxAmount })
  const told = {
    ...test,
    ...Object.fromEntries(named.filter(([, value]) => typeof value === 'string')),
    ...(code === 'customer_required' && { missing: body.missing }),
    ...(code === 'amount_not_editable' && { editable: false }),
    ...(/m(in|ax)imum$/.test(code) && { editable: true }),
  }
  const isAnotherSum = code === 'terms_changed' && !isOther
  return { ...answer, told, ...(isAnotherSum && { amount: toMinor(amount, shown.currency) }) }
}

/**
 * A key of more than 140 random bits in letters that the server takes, after the time: what comes together
 * lies together in its index.
 */
function createIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18))
  return Date.now().toString(36) + btoa(String.fromCharCode(...bytes)).replace(/\W/g, '-')
}

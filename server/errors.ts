/** Every failure that a caller can act on: a class each, with the stable code of the contract. */
import type { CustomerPart, ErrorCode, Problem, Session } from './contract/schemas.ts'

/** The base of all: an HTTP status, a code, what to tell the caller, and the members that go with it. */
export abstract class CoinslotError extends Error {
  abstract readonly code: ErrorCode
  abstract readonly status: number
  readonly headers: Readonly<Record<string, string>> = {}
  /** The extension members of the answer; public. */
  members: Readonly<Record<string, unknown>>

  constructor(message: string, members: CoinslotError['members'] = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.members = members
  }
}

/** The RFC 9457 body of an answer; `cause` never leaves the process. */
export function toProblem(error: CoinslotError, requestId: string): Problem {
  return {
    type: `urn:coinslot:problem:${error.code}`,
    title: title(error.code),
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...error.members,
  }
}

function title(code: ErrorCode): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')
}

// The request itself

export class InvalidRequest extends CoinslotError {
  readonly code = 'invalid_request'
  readonly status = 400
  constructor(errors: readonly { path: string; message: string }[]) {
    const [first] = errors
    super(first ? `${first.path || 'body'}: ${first.message}` : 'the request is not valid', {
      errors,
    })
  }
}

/** Whoever embeds the server has let something else have the body, of which not even a copy is left. */
export class BodyAlreadyRead extends CoinslotError {
  readonly code = 'internal'
  readonly status = 500
  constructor() {
    super(
      'something ahead of Coinslot has read the body: mount Coinslot before body parsers, or have them keep its bytes as request.rawBody',
    )
  }
}

/** The other end hung up in the middle of its request: nobody reads the answer, and nothing is wrong here. */
export class RequestCutOff extends CoinslotError {
  readonly code = 'invalid_request'
  readonly status = 400
  constructor() {
    super('the connection ended before the request did')
  }
}

export class IdempotencyKeyMissing extends CoinslotError {
  readonly code = 'idempotency_key_missing'
  readonly status = 400
  constructor() {
    super('send an Idempotency-Key header: a random value, new for each intent to pay')
  }
}

export class IdempotencyKeyInvalid extends CoinslotError {
  readonly code = 'idempotency_key_invalid'
  readonly status = 400
  constructor() {
    super('the Idempotency-Key must be 16 to 255 characters of A-Z a-z 0-9 _ -')
  }
}

export class OriginNotAllowed extends CoinslotError {
  readonly code = 'origin_not_allowed'
  readonly status = 403
  constructor() {
    super(
      'this page is not on the list of allowed origins: add it to "origins" in the configuration',
    )
  }
}

export class NotFound extends CoinslotError {
  readonly code = 'not_found'
  readonly status = 404
  constructor() {
    super('there is nothing at this address')
  }
}

export class MethodNotAllowed extends CoinslotError {
  readonly code = 'method_not_allowed'
  readonly status = 405
  override readonly headers: Record<string, string>
  constructor(allowed: readonly string[]) {
    super(`this address takes ${allowed.join(', ')}`)
    this.headers = { Allow: allowed.join(', ') }
  }
}

export class PayloadTooLarge extends CoinslotError {
  readonly code = 'payload_too_large'
  readonly status = 413
  constructor(maxBytes: number) {
    super(`the body must be at most ${maxBytes} bytes`)
  }
}

export class UnsupportedMediaType extends CoinslotError {
  readonly code = 'unsupported_media_type'
  readonly status = 415
  constructor() {
    super('send the body as application/json in UTF-8, not compressed')
  }
}

// Idempotency

export class IdempotencyInProgress extends CoinslotError {
  readonly code = 'idempotency_in_progress'
  readonly status = 409
  override readonly headers = { 'Retry-After': '1' }
  constructor() {
    super('this very request is being worked on: send it again in a moment')
  }
}

export class IdempotencyKeyReused extends CoinslotError {
  readonly code = 'idempotency_key_reused'
  readonly status = 422
  constructor() {
    super('this Idempotency-Key was used with another body: use a new key for a new intent')
  }
}

// What may be paid

export class CheckoutNotFound extends CoinslotError {
  readonly code = 'checkout_not_found'
  readonly status = 404
  constructor() {
    super('there is no checkout with this id: see "checkouts" in the configuration')
  }
}

export class AmountRequired extends CoinslotError {
  readonly code = 'amount_required'
  readonly status = 422
}

export class AmountMalformed extends CoinslotError {
  readonly code = 'amount_malformed'
  readonly status = 422
}

export class AmountPrecision extends CoinslotError {
  readonly code = 'amount_precision'
  readonly status = 422
}

export class AmountNotEditable extends CoinslotError {
  readonly code = 'amount_not_editable'
  readonly status = 422
}

export class AmountBelowMinimum extends CoinslotError {
  readonly code = 'amount_below_minimum'
  readonly status = 422
}

export class AmountAboveMaximum extends CoinslotError {
  readonly code = 'amount_above_maximum'
  readonly status = 422
}

export class OfferInvalid extends CoinslotError {
  readonly code = 'offer_invalid'
  readonly status = 422
}

export class OfferExpired extends CoinslotError {
  readonly code = 'offer_expired'
  readonly status = 422
  constructor() {
    super('this offer has expired: ask the shop for a new one')
  }
}

export class OrderAlreadyPaid extends CoinslotError {
  readonly code = 'order_already_paid'
  readonly status = 409
  /** Of another buyer perhaps, whose page to pay on is nobody else's, and has nothing left to be paid. */
  constructor({ redirectUrl: _, ...session }: Session) {
    super('this order is paid, or its payment is under way: nothing more is to be paid', {
      session,
    })
  }
}

export class CustomerRequired extends CoinslotError {
  readonly code = 'customer_required'
  readonly status = 422
  constructor(missing: readonly CustomerPart[]) {
    super(`this payment needs to know of the customer: ${missing.join(', ')}`, { missing })
  }
}

// Sessions and webhooks

export class SessionNotFound extends CoinslotError {
  readonly code = 'session_not_found'
  readonly status = 404
  constructor() {
    super('there is no session with this id')
  }
}

export class SessionNotOpen extends CoinslotError {
  readonly code = 'session_not_open'
  readonly status = 409
  constructor(session: Session) {
    super('this session is not open any more: start a new one', { session })
  }
}

export class TooManyStreams extends CoinslotError {
  readonly code = 'too_many_streams'
  readonly status: 429 | 503
  override readonly headers = { 'Retry-After': '10' }
  /** @param by whose places are taken: those of one address are nothing for the operator to see to */
  constructor(by: 'address' | 'all') {
    super('too many sessions are followed here now: ask for the session itself from time to time')
    this.status = by === 'address' ? 429 : 503
  }
}

export class RateLimited extends CoinslotError {
  readonly code = 'rate_limited'
  readonly status = 429
  override readonly headers: Record<string, string>
  constructor(afterSeconds: number) {
    super('too many payments were begun here in the last minute: try again in a moment')
    this.headers = { 'Retry-After': String(afterSeconds) }
  }
}

export class ProviderNotFound extends CoinslotError {
  readonly code = 'provider_not_found'
  readonly status = 404
  constructor() {
    super('no provider of this name is configured')
  }
}

export class WebhookRejected extends CoinslotError {
  readonly code = 'webhook_rejected'
  readonly status = 401
}

// The provider's failures. `retryable` says that the same Idempotency-Key may be sent again.

export abstract class ProviderError extends CoinslotError {
  abstract readonly retryable: boolean
  /** The provider may have done what it was told to all the same, at this try or one before. */
  abstract mayBeDone: boolean

  /** The same failure, told with the session that it left behind. */
  of(sessionId: string): this {
    this.members = { retryable: this.retryable, session: sessionId }
    return this
  }
}

export class ProviderRejected extends ProviderError {
  readonly code = 'provider_rejected'
  readonly status = 502
  readonly retryable = false
  mayBeDone = false
}

export class ProviderUnavailable extends ProviderError {
  readonly code = 'provider_unavailable'
  readonly status = 502
  readonly retryable = true
  mayBeDone = true
  /** How long the provider asked to be left alone, in milliseconds. */
  retryAfterMs = 0
}

/** The provider has done nothing of it: there was no connection, or it would not listen just now. */
export class ProviderUnreached extends ProviderUnavailable {
  override mayBeDone = false
}

/** The provider failed too often to be asked at this moment. */
export class ProviderLetAlone extends ProviderUnreached {}

export class ProviderTimeout extends ProviderError {
  readonly code = 'provider_timeout'
  readonly status = 504
  readonly retryable = true
  mayBeDone = true
}

/** The database is away, or too busy: the same Idempotency-Key may be sent again. */
export class StoreUnavailable extends CoinslotError {
  readonly code = 'store_unavailable'
  readonly status = 503
  override readonly headers = { 'Retry-After': '2' }
  constructor(cause: unknown) {
    super('this cannot be kept just now: try again in a moment', { retryable: true }, { cause })
  }
}

export class Internal extends CoinslotError {
  readonly code = 'internal'
  readonly status = 500
  constructor(cause: unknown) {
    super('something went wrong here; it has been logged under the requestId', {}, { cause })
  }
}

/** Why a request to another server failed, for the log: messages may hold an address or a header. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}

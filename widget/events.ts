/** The events of the elements: classes with named fields; all bubble and leave shadow roots. */
import type { Session } from '../server/contract/schemas.ts'

/** The terms are known and shown. */
export class CoinslotReadyEvent extends Event {
  constructor() {
    super('coinslot-ready', { bubbles: true, composed: true })
  }
}

/** The buyer changed the amount; never fired for a property set. */
export class CoinslotChangeEvent extends Event {
  /** Decimal string with exactly the currency's number of decimals. */
  readonly amount: string
  readonly currency: string

  constructor(amount: string, currency: string) {
    super('coinslot-change', { bubbles: true, composed: true })
    this.amount = amount
    this.currency = currency
  }
}

/** The buyer asked to pay and nothing is sent yet; `preventDefault()` keeps it so. */
export class CoinslotSubmitEvent extends Event {
  /** Decimal string with exactly the currency's number of decimals. */
  readonly amount: string
  readonly currency: string

  constructor(amount: string, currency: string) {
    super('coinslot-submit', { bubbles: true, composed: true, cancelable: true })
    this.amount = amount
    this.currency = currency
  }
}

/** The session is made and the page is about to be left; `preventDefault()` leaves that to the page. */
export class CoinslotRedirectEvent extends Event {
  readonly sessionId: string
  readonly redirectUrl: string

  constructor(sessionId: string, redirectUrl: string) {
    super('coinslot-redirect', { bubbles: true, composed: true, cancelable: true })
    this.sessionId = sessionId
    this.redirectUrl = redirectUrl
  }
}

/** The payment could not go on; `message` is what the buyer was told. */
export class CoinslotErrorEvent extends Event {
  /** A code of the server, or one of the widget's own, such as `network_error` and `timeout`. */
  readonly code: string
  readonly message: string
  /** Whether trying again as it is can help; such a try uses the same idempotency key. */
  readonly retryable: boolean
  /** The server's name for the request, for its logs. */
  readonly requestId: string | undefined

  constructor(code: string, message: string, retryable: boolean, requestId?: string) {
    super('coinslot-error', { bubbles: true, composed: true })
    this.code = code
    this.message = message
    this.retryable = retryable
    this.requestId = requestId
  }
}

/** What is known of the payment has changed. */
export class CoinslotStatusEvent extends Event {
  /** The session as the server tells it; the only evidence of a payment that a page can have. */
  readonly session: Session

  constructor(session: Session) {
    super('coinslot-status', { bubbles: true, composed: true })
    this.session = session
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'coinslot-ready': CoinslotReadyEvent
    'coinslot-change': CoinslotChangeEvent
    'coinslot-submit': CoinslotSubmitEvent
    'coinslot-redirect': CoinslotRedirectEvent
    'coinslot-error': CoinslotErrorEvent
    'coinslot-status': CoinslotStatusEvent
  }
}

/** The path of one payment: from what a page asks for, by policy, store and provider, to an answer. */
import { createHash } from 'node:crypto'
import { decideAmount, minorUnits, type Checkout } from './checkout.ts'
import type { Config } from './config.ts'
import type { CreateSession, Customer, UpdateSession } from './contract/schemas.ts'
import {
  AmountNotEditable,
  CheckoutNotFound,
  type CoinslotError,
  IdempotencyInProgress,
  IdempotencyKeyReused,
  ProviderError,
  ProviderUnavailable,
  SessionNotFound,
  SessionNotOpen,
  toProblem,
} from './errors.ts'
import type { Log } from './log.ts'
import { verifyOffer, type Offer } from './offer.ts'
import type { ConfiguredProvider } from './providers/catalog.ts'
import type { Order, ProviderCall, ProviderSession } from './providers/provider.ts'
import { isHostListed, isSafeUrl } from './safe-url.ts'
import { idForLog, newSessionId, toPublicSession, type SessionRecord } from './session.ts'
import { settle } from './settlement.ts'
import {
  ReferenceTaken,
  type Intent,
  type Lease,
  type SessionResult,
  type Store,
  type StoredAnswer,
} from './store/store.ts'

export interface PaymentDeps {
  readonly config: Config
  readonly store: Store
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly log: Log
  readonly now: () => Date
}

/** Who asks, and by which key; checked before it comes here. */
export interface Caller {
  readonly requestId: string
  /** The page's origin; undefined where no browser asks. */
  readonly origin: string | undefined
  readonly idempotencyKey: string
}

export interface Answer extends StoredAnswer {
  readonly replayed: boolean
}

export interface Payments {
  /** Opens a session for what the policy allows; the answer is a session or a kept refusal. */
  create(body: CreateSession, caller: Caller): Promise<Answer>
  /** Changes the amount of a session that is pending and editable. */
  update(id: string, body: UpdateSession, caller: Caller): Promise<Answer>
  /** @throws SessionNotFound */
  find(id: string): Promise<SessionRecord>
}

const SESSION_LIFE_S = 24 * 60 * 60
const RETURN_URLS = ['successUrl', 'cancelUrl', 'failUrl'] as const

export function createPayments(deps: PaymentDeps): Payments {
  const { config, store, providers, log, now } = deps

  return {
    async create(body, caller) {
      const intent = toIntent('POST /v1/sessions', body, caller)
      const prior = await replay(intent)
      if (prior) return prior
      const offer = await findOffer(body)
      const session = newSession(offer, body, caller)
      return work(intent, session, 201, caller, async ({ session }) => {
        assertOpen(session)
        const { adapter } = providerOf(session)
        const order = toOrder(session, session.amount, body.customer ?? offer.customer)
        return callProvider(session, (call) => adapter.createSession(order, call))
      })
    },

    async update(id, body, caller) {
      const session = await find(id)
      const intent = toIntent(`PATCH /v1/sessions/${id}`, body, caller)
      const prior = await replay(intent)
      if (prior) return prior
      assertOpen(session)
      const amount = decideAmount(session.checkout, body.amount)
      const update = updateOf(session)
      return work(intent, id, 200, caller, async ({ session }) => {
        assertOpen(session)
        const { reference } = session
        if (reference === null) throw new SessionNotOpen(toPublicSession(session))
        const order = toOrder(session, amount, body.customer)
        const result = await callProvider(session, (call) => update(reference, order, call))
        return { ...result, amount }
      })
    },

    find,
  }

  async function find(id: string): Promise<SessionRecord> {
    const session = await store.findSession(id)
    if (!session) throw new SessionNotFound()
    return session
  }

  /** The kept answer, before the policy is asked: it may have been changed since. */
  async function replay(intent: Intent): Promise<Answer | undefined> {
    const prior = await store.findPrior(intent.scope, intent.key)
    if (prior && prior.fingerprint !== intent.fingerprint) throw new IdempotencyKeyReused()
    return prior?.answer ? { ...prior.answer, replayed: true } : undefined
  }

  async function findOffer(body: CreateSession): Promise<Offer> {
    if (body.offer !== undefined) return verifyOffer(body.offer, config, now())
    const checkout = config.checkouts.get(body.checkout ?? '')
    if (!checkout) throw new CheckoutNotFound()
    return { checkoutId: body.checkout ?? null, checkout, customer: undefined }
  }

  function newSession(offer: Offer, body: CreateSession, caller: Caller): SessionRecord {
    const checkout = withReturnUrls(offer.checkout, caller.origin ?? config.publicUrl)
    const createdAt = now()
    const life = (checkout.expiresIn ?? SESSION_LIFE_S) * 1000
    return {
      id: newSessionId(),
      status: 'pending',
      exception: null,
      amount: decideAmount(checkout, body.amount),
      currency: checkout.currency,
      checkoutId: offer.checkoutId,
      checkout,
      clientReferenceId: body.clientReferenceId ?? null,
      locale: body.locale ?? null,
      provider: checkout.provider,
      reference: null,
      redirectUrl: null,
      failure: null,
      test: providers.get(checkout.provider)?.test ?? false,
      createdAt,
      updatedAt: createdAt,
      expiresAt: new Date(createdAt.getTime() + life),
    }
  }

  /**
   * Does something to a session under its lease. What was refused before the provider was called, and
   * what may be tried again, is thrown and leaves the key free; everything else is kept as the answer.
   */
  async function work(
    intent: Intent,
    session: SessionRecord | string,
    status: number,
    caller: Caller,
    act: (lease: Lease) => Promise<SessionResult>,
  ): Promise<Answer> {
    const claim = await store.claim(intent, session, now())
    if (claim.kind === 'in_progress') throw new IdempotencyInProgress()
    if (claim.kind === 'reused') throw new IdempotencyKeyReused()
    if (claim.kind === 'replay') return { ...claim.answer, replayed: true }

    const { lease } = claim
    const release = async (
      result: SessionResult,
      toAnswer: ((session: SessionRecord) => StoredAnswer) | null,
    ) => {
      const released = await store.release(intent, lease, result, toAnswer, settle, now())
      // Somebody else took over after our lease had ended: what they find out counts.
      if (!released) throw new IdempotencyInProgress()
      return released
    }

    let answer: StoredAnswer | undefined
    const keep = (made: StoredAnswer) => (answer = made)
    try {
      const result = await act(lease)
      await release(result, (session) => {
        // A payment came between: the session has kept its amount, and is open no more.
        const isTooLate = result.amount !== undefined && result.amount !== session.amount
        if (!isTooLate) return keep(sessionAnswer(session, status))
        return keep(problemAnswer(new SessionNotOpen(toPublicSession(session)), caller.requestId))
      })
    } catch (error) {
      const failure = toProviderError(error)?.of(lease.session.id)
      if (!failure || failure.retryable) {
        await release({ failure: failure?.code ?? lease.session.failure }, null)
        throw failure ?? error
      }
      // A refused change leaves the session as it was; a refused session ends here.
      const failed = lease.session.reference === null
      await release({ failure: failure.code, failed }, () =>
        keep(problemAnswer(failure, caller.requestId)),
      )
      log.error(
        { session: idForLog(lease.session.id), err: failure },
        'the provider refused the request',
      )
    }
    if (!answer) throw new Error('the store released a session without making its answer')
    return { ...answer, replayed: false }
  }

  async function callProvider(
    session: SessionRecord,
    call: (context: ProviderCall) => Promise<ProviderSession>,
  ): Promise<SessionResult> {
    const { redirectHosts } = providerOf(session)
    const { reference, redirectUrl, expiresAt } = await call({ idempotencyKey: session.id })
    // Its page is where the buyer will be asked for money, so it must be the provider's own.
    if (!isSafeUrl(redirectUrl) || !isHostListed(new URL(redirectUrl), redirectHosts)) {
      throw unavailable(
        new Error(`${session.provider}: the redirect URL's host is not on its list`),
      )
    }
    return { reference, redirectUrl, failure: null, ...(expiresAt && { expiresAt }) }
  }

  function providerOf(session: SessionRecord): ConfiguredProvider {
    const provider = providers.get(session.provider)
    // It was there when the session was made, and has been taken out of the configuration since.
    if (!provider) throw new ProviderUnavailable('this payment provider is not available any more')
    return provider
  }

  function updateOf(session: SessionRecord) {
    const { adapter } = providerOf(session)
    if (adapter.capabilities.update && adapter.updateSession) {
      return adapter.updateSession.bind(adapter)
    }
    throw new AmountNotEditable(
      'this payment provider cannot change an amount: start a new session',
    )
  }

  function assertOpen(session: SessionRecord): void {
    if (session.status === 'pending' && session.expiresAt > now()) return
    throw new SessionNotOpen(toPublicSession(session))
  }
}

/** The provider's failure, if it is one; a session that it has given out before is one, too. */
function toProviderError(error: unknown): ProviderError | undefined {
  if (error instanceof ReferenceTaken) return unavailable(error)
  return error instanceof ProviderError ? error : undefined
}

function unavailable(cause: Error): ProviderUnavailable {
  return new ProviderUnavailable('the payment provider cannot be reached', {}, { cause })
}

function toIntent(scope: string, body: CreateSession | UpdateSession, caller: Caller): Intent {
  return {
    // Two shops that happen to choose the same key have nothing to do with each other.
    scope: `${scope} ${caller.origin ?? ''}`,
    key: caller.idempotencyKey,
    // The schema puts the keys of a parsed body in its own order, so equal bodies are equal text.
    fingerprint: createHash('sha256').update(JSON.stringify(body)).digest('base64url'),
  }
}

/** The merchant's return URLs with their paths joined to the page's origin. */
function withReturnUrls(checkout: Checkout, origin: string): Checkout {
  const urls = RETURN_URLS.flatMap((key) => {
    const url = checkout[key]
    return url === undefined ? [] : [[key, new URL(url, origin).href] as const]
  })
  return { ...checkout, ...Object.fromEntries(urls) }
}

function toOrder(session: SessionRecord, amount: bigint, customer: Customer | undefined): Order {
  const { checkout } = session
  const returnTo = (url: string | undefined) => url && withSessionId(url, session.id)
  return {
    sessionId: session.id,
    amount,
    currency: session.currency,
    minAmount: minorUnits(checkout, 'minAmount'),
    description: checkout.description,
    orderId: checkout.orderId,
    orderType: checkout.orderType,
    editableAtProvider: checkout.sprintcheckout?.editable ?? false,
    successUrl: returnTo(checkout.successUrl),
    cancelUrl: returnTo(checkout.cancelUrl),
    failUrl: returnTo(checkout.failUrl),
    expiresAt: session.expiresAt,
    locale: session.locale ?? undefined,
    customer,
    metadata: checkout.metadata,
  }
}

/** Adds our parameter and leaves the merchant's own query as it was written. */
function withSessionId(text: string, id: string): string {
  const url = new URL(text)
  url.search += `${url.search ? '&' : '?'}coinslot_session=${id}`
  return url.href
}

function sessionAnswer(session: SessionRecord, status: number): StoredAnswer {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(status === 201 && { Location: `/v1/sessions/${session.id}` }),
    },
    body: JSON.stringify(toPublicSession(session)),
  }
}

function problemAnswer(error: CoinslotError, requestId: string): StoredAnswer {
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/problem+json' },
    body: JSON.stringify(toProblem(error, requestId)),
  }
}

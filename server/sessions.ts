/** Opening, changing and finding sessions: what a page asks for, by policy, store and provider, to an answer. */
import type { Checkout } from './checkout-schema.ts'
import { decideAmount } from './checkout.ts'
import type { Config } from './config.ts'
import { missingParts } from './contract/customer-fields.ts'
import { assertCustomer, joinCustomer, neededOf } from './customer.ts'
import type { Customer } from './contract/customer.ts'
import type { CreateSession, CustomerPart, UpdateSession } from './contract/schemas.ts'
import {
  AmountNotEditable,
  CheckoutNotFound,
  OrderAlreadyPaid,
  ProviderRejected,
  ProviderUnavailable,
  ProviderUnreached,
  SessionNotFound,
  SessionNotOpen,
} from './errors.ts'
import {
  changeKey,
  createIntents,
  toIntent,
  type Answer,
  type Caller,
  type IntentsDeps,
} from './intents.ts'
import { verifyOffer, type Offer } from './offer.ts'
import { toOrder, withReturnUrls } from './order.ts'
import { likenessOf, nameOrder } from './order-identity.ts'
import type { ConfiguredProvider } from './configured-providers.ts'
import type { ProviderSession } from './providers/provider.ts'
import type { Counted } from './rate-limits.ts'
import { isHostListed, isSafeUrl } from './safe-url.ts'
import { findShown } from './shown-session.ts'
import {
  idForLog,
  newSessionId,
  openingKey,
  toPublicSession,
  type SessionRecord,
} from './session.ts'
import type { Settlement } from './settlement/settlement.ts'
import type { SessionResult, Store } from './store/store.ts'

export interface SessionsDeps extends IntentsDeps {
  readonly store: Store
  readonly config: Config
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly settlement: Pick<Settlement, 'ask'>
  /** Counts what a provider is to be asked for; see `createRateLimits`. */
  readonly count: (session: Counted) => Promise<void>
}

export interface Sessions {
  /** Opens a session for what the policy allows; the answer is a session or a kept refusal. */
  create(body: CreateSession, caller: Caller): Promise<Answer>
  /** Changes the amount of a session that is pending and editable. */
  update(id: string, body: UpdateSession, caller: Caller): Promise<Answer>
  /**
   * What a checkout or an offer lets a buyer pay.
   * @throws CheckoutNotFound, OfferInvalid, OfferExpired, OrderAlreadyPaid
   */
  findTerms(named: Pick<CreateSession, 'checkout' | 'offer'>): Promise<Terms>
  /**
   * A session, without its redirect URL where its order is paid by another.
   * @throws SessionNotFound
   */
  find(id: string): Promise<SessionRecord>
}

/** What is to be paid: the terms, and what came with them. */
export interface Terms {
  readonly checkoutId: string | null
  readonly checkout: Checkout
  readonly customer: Customer | undefined
  /** Names the order, where it is paid once. */
  readonly order: string | null
  /** What still has to be known of the buyer. */
  readonly missing: readonly CustomerPart[]
}

const SESSION_LIFE_S = 24 * 60 * 60

export function createSessions(deps: SessionsDeps): Sessions {
  const { config, store, providers, settlement, count, log, now } = deps
  const intents = createIntents(deps)

  return {
    async create(body, caller) {
      const intent = toIntent('POST /v1/sessions', body, caller)
      // Before the policy is asked, because that may have been changed since.
      const prior = await intents.replay(intent)
      if (prior) return prior
      const terms = await findTerms(body)
      const customer = joinCustomer(terms.customer, body.customer)
      const opened = newSession(terms, customer, body, caller)
      assertCustomer(customer, terms.missing)
      await count({ ...opened, address: caller.address })
      return intents.work(intent, opened, {
        repeatable: providers.get(opened.provider)?.adapter.capabilities.idempotent ?? false,
        async act(session) {
          assertOpen(session)
          // Somebody has begun to pay this order before, with the very same terms.
          if (session.redirectUrl !== null) return { failure: null }
          const provider = providerOf(session)
          const order = toOrder(session, session.amount, customer)
          const call = { idempotencyKey: openingKey(session) }
          return toResult(await provider.adapter.createSession(order, call), provider)
        },
        ending: { kind: 'opened', requestId: caller.requestId },
      })
    },

    async update(id, body, caller) {
      const session = await find(id)
      const intent = toIntent(`PATCH /v1/sessions/${id}`, body, caller)
      const prior = await intents.replay(intent)
      if (prior) return prior
      assertOpen(session)
      const amount = decideAmount(session.checkout, body.amount)
      await count({ ...session, address: caller.address })
      return intents.work(intent, id, {
        async act(session) {
          assertOpen(session)
          const provider = providerOf(session)
          const { adapter } = provider
          const { reference, redirectUrl } = session
          if (reference === null || redirectUrl === null)
            throw new SessionNotOpen(toPublicSession(session))
          if (!adapter.updateSession) throw new AmountNotEditable(PROVIDER_CANNOT_CHANGE)
          const order = toOrder(session, amount, body.customer)
          const call = { idempotencyKey: changeKey(intent) }
          const changed = await adapter
            .updateSession(reference, order, call)
            .catch((error: unknown) => lookAtRefused(session, error))
          return { ...toResult(changed, provider), amount }
        },
        ending: { kind: 'changed', amount, requestId: caller.requestId },
      })
    },

    findTerms,
    find,
  }

  async function find(id: string): Promise<SessionRecord> {
    const session = await findShown(store, id)
    if (!session) throw new SessionNotFound()
    return session
  }

  async function findTerms(named: Pick<CreateSession, 'checkout' | 'offer'>): Promise<Terms> {
    const terms = await findOffer(named)
    const provider = providers.get(terms.checkout.provider)
    const order = terms.order && nameOrder(terms.order, provider?.test ?? false)
    const payment = await store.findPayment(order)
    if (payment) throw new OrderAlreadyPaid(toPublicSession(payment))
    const missing = missingParts(terms.customer, neededOf(terms.checkout, provider))
    return { ...terms, order, missing }
  }

  async function findOffer({
    checkout: id,
    offer,
  }: Pick<CreateSession, 'checkout' | 'offer'>): Promise<Offer> {
    if (offer !== undefined) return verifyOffer(offer, id, config, now())
    const checkout = config.checkouts.get(id ?? '')
    if (!checkout) throw new CheckoutNotFound()
    return { checkoutId: id ?? null, checkout, customer: undefined, order: null }
  }

  function newSession(
    terms: Terms,
    customer: Customer | undefined,
    body: CreateSession,
    caller: Caller,
  ): SessionRecord {
    const checkout = withReturnUrls(terms.checkout, caller.origin ?? config.publicUrl)
    const createdAt = now()
    const life = (checkout.expiresIn ?? SESSION_LIFE_S) * 1000
    const session = {
      id: newSessionId(createdAt),
      status: 'pending',
      exception: null,
      amount: decideAmount(checkout, body.amount),
      currency: checkout.currency,
      checkoutId: terms.checkoutId,
      checkout,
      order: terms.order,
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
    } as const
    return { ...session, likeness: likenessOf(session, customer, config.offerSecrets) }
  }

  function providerOf(session: SessionRecord): ConfiguredProvider {
    const provider = providers.get(session.provider)
    // It was there when the session was made, and has been taken out of the configuration since.
    if (!provider) throw new ProviderUnreached('this payment provider is not available any more')
    return provider
  }

  /** A payment may be why a change is refused, and its webhook still be on the way. */
  async function lookAtRefused(session: SessionRecord, error: unknown): Promise<never> {
    if (error instanceof ProviderRejected) {
      await settlement.ask(session).catch((failure: unknown) => {
        // The answer will be that it cannot be asked; why it refused is told nowhere else.
        log.error({ session: idForLog(session.id), err: error }, 'the provider refused the change')
        throw failure
      })
    }
    throw error
  }

  function assertOpen(session: SessionRecord): void {
    if (session.status === 'pending' && session.expiresAt > now()) return
    throw new SessionNotOpen(toPublicSession(session))
  }
}

const PROVIDER_CANNOT_CHANGE = 'this payment provider cannot change an amount: start a new session'

/** The provider's page is where the buyer will be asked for money, so it must be the provider's own. */
function toResult(
  { reference, redirectUrl, expiresAt, handoff }: ProviderSession,
  { adapter, redirectHosts }: ConfiguredProvider,
): SessionResult {
  if (isSafeUrl(redirectUrl) && isHostListed(new URL(redirectUrl), redirectHosts)) {
    return {
      reference,
      redirectUrl,
      isAskable: adapter.fetchReport !== undefined,
      failure: null,
      ...(expiresAt && { expiresAt }),
      ...(handoff !== undefined && { handoff }),
    }
  }
  const host = URL.canParse(redirectUrl) ? new URL(redirectUrl).host : 'none'
  const cause = new Error(`${adapter.id}: its redirect URL names ${host}, see "redirectHosts"`)
  throw new ProviderUnavailable('the payment provider cannot be reached', {}, { cause })
}

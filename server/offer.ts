/** Offers: the terms of one order, signed by the merchant's own back end as a JWT. */
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { checkoutSchema, type Checkout } from './checkout-schema.ts'
import { canTakeOrder } from './configuration-schema.ts'
import type { Customer } from './contract/customer.ts'
import { CheckoutNotFound, OfferExpired, OfferInvalid } from './errors.ts'
import { parseJson } from './json.ts'
import { orderSchema } from './offer-terms.ts'

export interface Offer {
  readonly checkoutId: string | null
  readonly checkout: Checkout
  readonly customer: Customer | undefined
  /** Names the order among all that are paid once. */
  readonly order: string | null
}

/** What offers are judged by. */
export interface OfferRules {
  /** Any of them may have signed. */
  readonly offerSecrets: readonly string[]
  readonly checkouts: ReadonlyMap<string, Checkout>
  readonly providers: { has(id: string): boolean }
}

/**
 * Verifies an offer and reads its terms; what it leaves out comes from the checkout that it names. A
 * page may name the same beside it, and no other: it could change what is asked for.
 * @throws OfferInvalid, OfferExpired, CheckoutNotFound
 */
export async function verifyOffer(
  token: string,
  pageCheckout: string | undefined,
  { offerSecrets, checkouts, providers }: OfferRules,
  now: Date,
): Promise<Offer> {
  // What JWT itself defines is no term; the rest is checked as a checkout's keys are.
  const { iss, sub, aud, jti, nbf, iat, exp, checkout, customer, ...terms } = await verifyToken(
    token,
    offerSecrets,
    now,
  )
  if (checkout !== undefined && typeof checkout !== 'string') {
    throw new OfferInvalid('the checkout that the offer names is no string')
  }
  if (pageCheckout !== undefined && pageCheckout !== checkout) {
    throw new OfferInvalid('the page names another checkout than the offer')
  }
  const base = checkout === undefined ? {} : checkouts.get(checkout)
  if (!base) throw new CheckoutNotFound()
  const merged = checkoutSchema.safeParse(withoutUselessPresets({ ...base, ...terms }))
  if (!merged.success || !providers.has(merged.data.provider)) {
    const [first] = merged.error?.issues ?? []
    const why = first ? [first.path.join('.'), first.message] : ['provider', 'is not configured']
    throw new OfferInvalid(
      `the terms of the offer are not those of a checkout: ${why.filter(Boolean).join(': ')}`,
    )
  }
  if (!canTakeOrder(merged.data)) {
    throw new OfferInvalid(
      'the terms of the offer name an order type that its provider does not have',
    )
  }
  const own = orderSchema.safeParse({ customer, iss })
  if (!own.success) throw new OfferInvalid('the customer or the iss of the offer is malformed')
  // An order id of the configuration is shared by all who pay that checkout.
  const isOrder = terms['orderId'] !== undefined && merged.data.orderType !== 'STATIC'
  return {
    checkoutId: checkout ?? null,
    checkout: merged.data,
    customer: own.data.customer,
    order: isOrder ? JSON.stringify([iss ?? '', merged.data.orderId]) : null,
  }
}

/** An offer may fix the amount of a checkout that suggests several. */
function withoutUselessPresets(terms: Record<string, unknown>): Record<string, unknown> {
  return terms['editable'] === true ? terms : { ...terms, presets: [] }
}

/** An offer is for an order: one that lived longer would be a mistake, such as milliseconds for seconds. */
export const LONGEST_LIFE_S = 366 * 24 * 60 * 60

/** Three parts in base64url, and one way only to write 32 bytes of signature. */
const TOKEN = /^[\w-]+\.([\w-]+)\.[\w-]{42}[AEIMQUYcgkosw048]$/

async function verifyToken(
  token: string,
  secrets: readonly string[],
  now: Date,
): Promise<JWTPayload> {
  const [, written] = TOKEN.exec(token) ?? []
  if (written === undefined) throw new OfferInvalid('the offer is no JWT signed with HS256')
  const { payload, protectedHeader } = await verifySignature(token, secrets, now)
  if (!/^(application\/)?jwt$/i.test(protectedHeader.typ ?? 'JWT')) {
    throw new OfferInvalid('what was signed is a token for something else: its typ is not JWT')
  }
  if (Number(payload.exp) - now.getTime() / 1000 > LONGEST_LIFE_S) {
    throw new OfferInvalid('the exp of the offer is more than a year ahead: it counts seconds')
  }
  assertUniqueKeys(written)
  return payload
}

async function verifySignature(token: string, secrets: readonly string[], now: Date) {
  if (secrets.length === 0) {
    throw new OfferInvalid('this server takes no offers: COINSLOT_SECRET is not set')
  }
  for (const secret of secrets) {
    try {
      return await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
        currentDate: now,
      })
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new OfferExpired()
      if (error instanceof errors.JWTClaimValidationFailed) {
        throw new OfferInvalid(`the ${error.claim} of the offer is missing, malformed or not due`)
      }
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw new OfferInvalid('the offer was not signed with a secret of this server')
}

/** Readers disagree on which of two counts, and the page reads it, too. */
function assertUniqueKeys(written: string): void {
  try {
    parseJson(Buffer.from(written, 'base64url').toString())
  } catch {
    throw new OfferInvalid('the offer names a key twice')
  }
}

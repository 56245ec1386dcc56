/** Offers: the terms of one order, signed by the merchant's own back end as a JWT. */
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { checkoutSchema, type Checkout } from './checkout-schema.ts'
import type { Config } from './config.ts'
import { canTakeOrder } from './configuration-schema.ts'
import type { Customer } from './contract/customer.ts'
import { customerSchema } from './contract/schemas.ts'
import { CheckoutNotFound, OfferExpired, OfferInvalid } from './errors.ts'

export interface Offer {
  readonly checkoutId: string | null
  readonly checkout: Checkout
  readonly customer: Customer | undefined
}

/**
 * Verifies an offer and reads its terms; what it leaves out comes from the checkout that it names, or
 * else from the one that the page names beside it.
 * @throws OfferInvalid, OfferExpired, CheckoutNotFound
 */
export async function verifyOffer(
  token: string,
  pageCheckout: string | undefined,
  { offerSecrets, checkouts, providers }: Pick<Config, 'offerSecrets' | 'checkouts' | 'providers'>,
  now: Date,
): Promise<Offer> {
  // What JWT itself defines is no term; the rest is checked as a checkout's keys are.
  const { iss, sub, aud, jti, nbf, iat, exp, checkout, customer, ...terms } = await verifyToken(
    token,
    offerSecrets,
    now,
  )
  const id = checkout ?? pageCheckout
  if (pageCheckout !== undefined && id !== pageCheckout) {
    throw new OfferInvalid('the offer is for another checkout than the page names')
  }
  const base = typeof id === 'string' ? checkouts.get(id) : {}
  if (!base) throw new CheckoutNotFound()
  const merged = checkoutSchema.safeParse(withoutUselessPresets({ ...base, ...terms }))
  if (!merged.success || !providers.has(merged.data.provider)) {
    const [first] = merged.error?.issues ?? []
    const why = first ? [first.path.join('.'), first.message] : ['provider', 'is not configured']
    throw new OfferInvalid(`the terms of the offer are not those of a checkout: ${why.join(': ')}`)
  }
  if (!canTakeOrder(merged.data)) {
    throw new OfferInvalid(
      'the terms of the offer name an order type that its provider does not have',
    )
  }
  const buyer = customerSchema.optional().safeParse(customer)
  if (!buyer.success) throw new OfferInvalid('the customer of the offer is malformed')
  return {
    checkoutId: id === undefined ? null : String(id),
    checkout: merged.data,
    customer: buyer.data,
  }
}

/** An offer may fix the amount of a checkout that suggests several. */
function withoutUselessPresets(terms: Record<string, unknown>): Record<string, unknown> {
  return terms['editable'] === true ? terms : { ...terms, presets: [] }
}

async function verifyToken(
  token: string,
  secrets: readonly string[],
  now: Date,
): Promise<JWTPayload> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
        currentDate: now,
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new OfferExpired()
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw new OfferInvalid('the offer was not signed with a secret of this server')
}

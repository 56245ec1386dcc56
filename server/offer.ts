/** Offers: the terms of one order, signed by the merchant's own back end as a JWT. */
import { errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { checkoutSchema, type Checkout } from './checkout.ts'
import type { Config } from './config.ts'
import { customerSchema, type Customer } from './contract/schemas.ts'
import { CheckoutNotFound, OfferExpired, OfferInvalid } from './errors.ts'

/** What an offer has beside terms; the terms are whatever else is there, and checked as a checkout's. */
const payloadSchema = z.looseObject({
  checkout: z.string().optional(),
  customer: customerSchema.optional(),
  iat: z.number().optional(),
  exp: z.number(),
})

export interface Offer {
  readonly checkoutId: string | null
  readonly checkout: Checkout
  readonly customer: Customer | undefined
}

/**
 * Verifies an offer and reads its terms; what it leaves out comes from the checkout that it names.
 * @throws OfferInvalid, OfferExpired, CheckoutNotFound
 */
export async function verifyOffer(
  token: string,
  { offerSecrets, checkouts }: Pick<Config, 'offerSecrets' | 'checkouts'>,
  now: Date,
): Promise<Offer> {
  const payload = payloadSchema.safeParse(await verifyToken(token, offerSecrets, now))
  if (!payload.success) throw new OfferInvalid('the offer lacks exp, or its customer is malformed')
  const { checkout: id, customer, iat: _, exp: __, ...terms } = payload.data
  const base = id === undefined ? {} : checkouts.get(id)
  if (!base) throw new CheckoutNotFound()
  const checkout = checkoutSchema.safeParse({ ...base, ...terms })
  if (!checkout.success)
    throw new OfferInvalid('the terms of the offer are not those of a checkout')
  return { checkoutId: id ?? null, checkout: checkout.data, customer }
}

async function verifyToken(token: string, secrets: readonly string[], now: Date): Promise<unknown> {
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

/** The back ends of the demo's merchants: they sign what a cart comes to, and what was tried in the configurator. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Checkout } from '../checkout-schema.ts'
import { formatAmount, parseAmount } from '../contract/money.ts'
import { CheckoutNotFound, InvalidRequest } from '../errors.ts'
import { verifyOffer, type OfferRules } from '../offer.ts'
import type { OfferTerms } from '../offer-terms.ts'
import { OfferError, signOffer } from '../sign-offer.ts'
import { CURRENCY, GOODS, MOST, type Sku } from './goods.ts'

const text = z.string().max(500)

/** What may be tried: nothing that leads anywhere else, and no provider but the sandbox. */
export const triedTermsSchema = z.strictObject({
  checkout: z.string().max(64),
  currency: text.optional(),
  amount: text.optional(),
  minAmount: text.optional(),
  maxAmount: text.optional(),
  editable: z.boolean().optional(),
  presets: z.array(text).max(12).optional(),
  description: text.optional(),
})

export const cartSchema = z.strictObject({
  id: z.string().regex(/^[\w-]{16,64}$/, 'must be a random id'),
  lines: z
    .array(
      z.strictObject({
        sku: z.enum(Object.keys(GOODS) as [Sku, ...Sku[]]),
        quantity: z.number().int().min(1).max(MOST),
      }),
    )
    .min(1)
    .max(12)
    .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, {
      message: 'names an article twice',
    }),
})

export interface SignedTerms {
  readonly offer: string
  /** The same terms as a configuration writes them. */
  readonly terms: OfferTerms
}

export interface DemoOffers {
  /**
   * Signs a sample's terms with what was changed of them.
   * @throws CheckoutNotFound, InvalidRequest, OfferInvalid
   */
  signTried(tried: z.infer<typeof triedTermsSchema>): Promise<SignedTerms>
  /** Signs what a cart comes to by the shop's own prices; the cart's id is the order's. */
  signCart(cart: z.infer<typeof cartSchema>): Promise<SignedTerms>
}

export interface DemoOffersOptions {
  readonly rules: OfferRules
  /** Of the demo alone: an offer of it is worth nothing elsewhere. */
  readonly secret: string
  readonly now: () => Date
}

const LIFE = '2h'

/** A secret for the life of this process, so that no merchant's own is ever signed with here. */
export function newDemoSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function createDemoOffers({ rules, secret, now }: DemoOffersOptions): DemoOffers {
  async function sign(terms: OfferTerms): Promise<SignedTerms> {
    try {
      const offer = await signOffer(terms, { secret, expiresIn: LIFE, now })
      // What the terms come to together, with the sample's own, is seen by who takes the offer.
      await verifyOffer(offer, undefined, rules, now())
      return { offer, terms }
    } catch (error) {
      if (!(error instanceof OfferError)) throw error
      throw new InvalidRequest(error.problems.map(toProblem))
    }
  }

  return {
    async signTried({ checkout, ...changed }) {
      const sample = rules.checkouts.get(checkout)
      if (!sample) throw new CheckoutNotFound()
      // What was left out is no key of it, though the schema's type would allow `undefined`.
      return sign({ ...refit(sample, changed.currency), ...changed, checkout } as OfferTerms)
    },

    async signCart({ id, lines }) {
      const items = lines.map(({ sku, quantity }) => {
        const { name, price } = GOODS[sku]
        return { name, sku, quantity, unitPrice: price }
      })
      return sign({
        provider: 'sandbox',
        currency: CURRENCY,
        amount: sumOf(items),
        description: items.map(({ name, quantity }) => `${quantity} × ${name}`).join(', '),
        items,
        orderId: id,
        successUrl: '/shop',
        cancelUrl: '/shop',
      })
    },
  }
}

interface Item {
  readonly unitPrice: string
  readonly quantity: number
}

function sumOf(items: readonly Item[]): string {
  const sum = items.reduce((total, { unitPrice, quantity }) => {
    const price = parseAmount(unitPrice, CURRENCY)
    return typeof price === 'bigint' ? total + price * BigInt(quantity) : total
  }, 0n)
  return formatAmount(sum, CURRENCY)
}

/** The sample's terms in another currency: the same figures, with as many decimals as that has. */
function refit(sample: Checkout, currency = sample.currency): object {
  const { amount, minAmount, maxAmount, editable, presets, description } = sample
  const fit = (figure: string) => {
    const whole = figure.replace(/\.\d+$/, '')
    return typeof parseAmount(figure, currency) === 'bigint' ? figure : whole
  }
  return {
    currency,
    editable,
    presets: presets.map(fit),
    ...(description !== undefined && { description }),
    ...(amount !== undefined && { amount: fit(amount) }),
    ...(minAmount !== undefined && { minAmount: fit(minAmount) }),
    ...(maxAmount !== undefined && { maxAmount: fit(maxAmount) }),
  }
}

function toProblem(problem: string): { path: string; message: string } {
  const [, path = '', message = problem] = /^([\w.]+): (.*)$/s.exec(problem) ?? []
  return { path, message }
}

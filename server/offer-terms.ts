/** What an offer says as the merchant's own back end writes it, and what is wrong with it before it is signed. */
import { z } from 'zod'
import { checkoutObject, checkoutSchema } from './checkout-schema.ts'
import { parseAmount } from './contract/money.ts'
import { customerSchema } from './contract/schemas.ts'
import { describeIssue } from './issues.ts'

/** What a checkout does not have: who pays, and who signs. */
export const orderSchema = z.strictObject({
  customer: customerSchema.optional(),
  iss: z.string().min(1).max(128).optional(),
})

/** The terms of an order as a whole, or `checkout`, a configured one, and what differs from it. */
export type OfferTerms = z.input<typeof orderSchema> &
  (
    | (z.input<typeof checkoutSchema> & { readonly checkout?: undefined })
    | (Partial<z.input<typeof checkoutSchema>> & { readonly checkout: string })
  )

/** What is wrong with the terms, each with its key; what a configured checkout adds is not known here. */
export function offerProblems(terms: unknown): string[] {
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms)) {
    return ['the terms are an object, such as { "checkout": "donation" }']
  }
  const { customer, iss, checkout, ...own } = terms as Record<string, unknown>
  if (checkout !== undefined && typeof checkout !== 'string') {
    return ['checkout: must be the id of a configured checkout']
  }
  const judged = checkout === undefined ? checkoutSchema.safeParse(own) : partly.safeParse(own)
  return [judged, orderSchema.safeParse({ customer, iss })].flatMap(({ error }) =>
    (error?.issues ?? []).map(describeIssue),
  )
}

/** Each key by itself: what they come to together is seen when the checkout is known. */
const partly = z
  .strictObject(checkoutObject.shape)
  .partial()
  .superRefine(
    (terms, context) => {
      for (const [path, text] of amountsOf(terms)) {
        // Without a currency of its own, as many decimals as any currency has.
        const read = parseAmount(text, terms.currency ?? 'CLF')
        if (typeof read === 'bigint') continue
        const message = read === 'precision' ? 'has too many decimals' : 'is no decimal string'
        context.addIssue({ code: 'custom', path, message: `${JSON.stringify(text)} ${message}` })
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )

type Path = (string | number)[]

function amountsOf({ items, presets, shipping, ...terms }: Record<string, unknown>) {
  const found: [Path, unknown][] = [
    [['amount'], terms['amount']],
    [['minAmount'], terms['minAmount']],
    [['maxAmount'], terms['maxAmount']],
    [['tax'], terms['tax']],
    [['shipping', 'amount'], Object(shipping).amount],
  ]
  if (Array.isArray(presets))
    presets.forEach((text, index) => found.push([['presets', index], text]))
  if (Array.isArray(items)) {
    items.forEach((item, index) => found.push([['items', index, 'unitPrice'], item?.unitPrice]))
  }
  return found.filter((entry): entry is [Path, string] => typeof entry[1] === 'string')
}

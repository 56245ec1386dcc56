/** What an amount is made of: items, shipping and tax, which must add up to it. */
import { z } from 'zod'
import { formatAmount } from './contract/money.ts'

/** Text that any database can keep and any reader read: PostgreSQL has none with a NUL, and UTF-8 no half of a character. */
export function wholeText(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => !text.includes('\0') && !/\p{Cs}/u.test(text), {
      message: 'must not contain NUL or half of a character',
    })
}

export const amountText = z
  .string({ error: 'must be a decimal string such as "25.00": a number could lose cents' })
  .meta({ description: 'Decimal string in major units: "25.00".' })

const item = z.strictObject({
  name: wholeText(200),
  sku: wholeText(64).optional(),
  quantity: z.number().int().min(1).max(1_000_000),
  unitPrice: amountText,
})

const shipping = z.strictObject({
  type: wholeText(64).optional(),
  method: wholeText(64).optional(),
  amount: amountText.optional(),
})

/** The keys of a checkout that say what its amount is made of. */
export const partsShape = {
  items: z.array(item).max(100).optional(),
  shipping: shipping.optional(),
  tax: amountText.optional().meta({
    description: 'What comes on top of the prices; left out where they include it.',
  }),
}

export interface AmountProblem {
  readonly path: (string | number)[]
  readonly message: string
}

/** Reads an amount into minor units; undefined where it cannot, which is a problem told elsewhere. */
export type ReadPart = (text: unknown, ...path: (string | number)[]) => bigint | undefined

type Parts = z.output<z.ZodObject<typeof partsShape>>
type Priced = Partial<Parts> & { readonly currency: string }

/**
 * Says where the parts do not add up to the amount, in minor units. Nothing about the parts but
 * `currency` needs to have been checked before.
 */
export function partsProblems(
  checkout: Priced,
  amount: bigint | undefined,
  isEditable: boolean,
  read: ReadPart,
): AmountProblem[] {
  const { currency } = checkout
  const items = Array.isArray(checkout.items) ? checkout.items : []
  const rest = [
    [checkout.shipping?.amount, 'shipping', 'amount'],
    [checkout.tax, 'tax'],
  ] as const
  const named = rest.filter(([text]) => text !== undefined)
  if (items.length === 0 && named.length === 0) return []
  const parts = [
    ...items.map((item, index) => {
      const price = read(item?.unitPrice, 'items', index, 'unitPrice')
      return Number.isSafeInteger(item?.quantity) ? times(price, item.quantity) : undefined
    }),
    ...named.map(([text, ...path]) => read(text, ...path)),
  ]
  if (isEditable) return [{ path: ['editable'], message: NOT_EDITABLE }]
  if (amount === undefined || !parts.every((part) => part !== undefined)) return []
  const sum = parts.reduce((total, part) => total + part, 0n)
  const [is, adds] = [amount, sum].map((minor) => formatAmount(minor, currency))
  if (items.length > 0 && sum !== amount) {
    return [
      { path: ['amount'], message: `is ${is}, but items, shipping and tax add up to ${adds}` },
    ]
  }
  if (sum > amount) {
    return [
      { path: ['amount'], message: `is ${is}, less than shipping and tax, which are ${adds}` },
    ]
  }
  return []
}

const NOT_EDITABLE =
  'must be false (for sprintcheckout, too) beside items, shipping.amount or tax: ' +
  'they add up to one amount, and would be wrong for any other that the buyer chose'

/** `"9.5"` becomes `"9.50"`, as `exact` writes it. */
export function withExactParts(
  { items, shipping, tax }: Parts,
  exact: (text: string) => string,
): Parts {
  return {
    ...(items && {
      items: items.map((item) => ({ ...item, unitPrice: exact(item.unitPrice) })),
    }),
    ...(shipping && {
      shipping: {
        ...shipping,
        ...(shipping.amount !== undefined && { amount: exact(shipping.amount) }),
      },
    }),
    ...(tax !== undefined && { tax: exact(tax) }),
  }
}

function times(price: bigint | undefined, quantity: number): bigint | undefined {
  return price === undefined ? undefined : price * BigInt(quantity)
}

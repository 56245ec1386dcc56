/** A checkout as the configuration or a signed offer writes it, checked as a whole. */
import { z } from 'zod'
import {
  amountText,
  partsProblems,
  partsShape,
  wholeText,
  withExactParts,
  type AmountProblem,
} from './checkout-parts.ts'
import { isCurrency } from './contract/currencies.ts'
import {
  formatAmount,
  fractionDigits,
  MAX_MINOR,
  parseAmount,
  type AmountFault,
} from './contract/money.ts'
import { customerPartSchema } from './contract/schemas.ts'
import { isSafeUrl } from './safe-url.ts'

/** An https URL (http on loopback), or a path, which is joined to the origin of the buyer's page. */
const returnUrl = z.string().max(2048).refine(isReturnUrl, {
  message: 'must be an https URL, an http URL on loopback, or a path that begins with one slash',
})

export const checkoutObject = z.strictObject({
  provider: z.string({ error: 'must name a provider' }),
  currency: z
    .string()
    .refine(isCurrency, { message: 'must be an ISO 4217 code in capitals, such as USD' }),
  amount: amountText.optional(),
  editable: z.boolean().default(false),
  minAmount: amountText.optional(),
  maxAmount: amountText.optional(),
  presets: z.array(amountText).max(12).default([]),
  description: wholeText(500).optional(),
  successUrl: returnUrl.optional(),
  cancelUrl: returnUrl.optional(),
  failUrl: returnUrl.optional(),
  orderType: z.enum(['TRANSIENT', 'STATIC']).default('TRANSIENT'),
  orderId: wholeText(128).optional(),
  expiresIn: z.number().int().min(60).max(31_536_000).optional(),
  collect: z
    .array(customerPartSchema)
    .refine((parts) => new Set(parts).size === parts.length, { message: 'names a part twice' })
    .default([]),
  ...partsShape,
  metadata: z.record(z.string().max(64), z.string().max(500)).optional(),
  sprintcheckout: z.strictObject({ editable: z.boolean().default(false) }).optional(),
  kuvarpay: z
    .strictObject({
      fromCurrency: z.string().min(1).max(32).optional(),
      fromNetwork: z.string().min(1).max(32).optional(),
      paymentTolerance: z
        .number()
        .min(0.01)
        .max(100)
        .optional()
        .meta({ description: 'In percent: how far a payment may be off and still be whole.' }),
      refundAddress: z.string().min(10).max(256).optional(),
    })
    .optional(),
})

export const checkoutSchema = checkoutObject
  .superRefine(
    (checkout, context) => {
      for (const problem of amountProblems(checkout)) {
        context.addIssue({ code: 'custom', ...problem })
      }
    },
    // Also when another key is wrong, so that all problems are told at once.
    { when: (payload) => isObject(payload.value) },
  )
  .transform(withExactDecimals)

/** What a merchant offers for payment; every amount has exactly its currency's decimals. */
export type Checkout = z.output<typeof checkoutSchema>
type CheckoutShape = z.output<typeof checkoutObject>
export type AmountKey = 'amount' | 'minAmount' | 'maxAmount'
const AMOUNT_KEYS: readonly AmountKey[] = ['amount', 'minAmount', 'maxAmount']

function amountProblems(checkout: CheckoutShape): AmountProblem[] {
  const { currency } = checkout
  if (!isCurrency(currency)) return []
  const problems: AmountProblem[] = []
  const readFrom =
    (least: bigint) =>
    (text: unknown, ...path: (string | number)[]): bigint | undefined => {
      if (typeof text !== 'string') return undefined
      const minor = parseAmount(text, currency)
      if (typeof minor === 'bigint' && minor >= least && minor <= MAX_MINOR) return minor
      problems.push({ path, message: amountAdvice(text, minor, currency) })
      return undefined
    }
  const read = readFrom(1n)
  const [amount, least, most] = AMOUNT_KEYS.map((key) => read(checkout[key], key))
  const presets = Array.isArray(checkout.presets) ? checkout.presets : []
  const suggested = presets.map((text, index) => read(text, 'presets', index))

  if (!checkout.editable && checkout.amount === undefined) {
    problems.push({ path: ['amount'], message: 'is needed unless the checkout is editable' })
  }
  if (!checkout.editable && presets.length > 0) {
    problems.push({ path: ['presets'], message: 'need a checkout that is editable' })
  }
  if (least !== undefined && most !== undefined && least > most) {
    problems.push({ path: ['minAmount'], message: 'is greater than maxAmount' })
  }
  const within = (minor: bigint | undefined) =>
    minor === undefined || (minor >= (least ?? minor) && minor <= (most ?? minor))
  const outside = 'is not between minAmount and maxAmount'
  if (!within(amount)) problems.push({ path: ['amount'], message: outside })
  suggested.forEach((minor, index) => {
    if (!within(minor)) problems.push({ path: ['presets', index], message: outside })
  })
  const isEditable = checkout.editable || checkout.sprintcheckout?.editable === true
  // A thing in the parcel may be free, and so may its shipping.
  const parts = partsProblems(checkout, amount, isEditable, readFrom(0n))
  return [...problems, ...parts]
}

function amountAdvice(text: string, read: bigint | AmountFault, currency: string): string {
  const shown = JSON.stringify(text.slice(0, 40))
  if (read === 'precision') return `${shown} has more than ${fractionDigits(currency)} decimals`
  if (read === 'malformed') return `${shown} is not a decimal string such as "25.00"`
  return read > 0n ? `${shown} must have at most 15 digits` : `${shown} must be greater than zero`
}

/** `"25"` becomes `"25.00"`, so that no reader has to ask how the merchant wrote it. */
function withExactDecimals<T extends CheckoutShape>(checkout: T): T {
  const exact = (text: string) => {
    const minor = parseAmount(text, checkout.currency)
    return typeof minor === 'bigint' ? formatAmount(minor, checkout.currency) : text
  }
  const amounts = AMOUNT_KEYS.flatMap((key) => {
    const text = checkout[key]
    return text === undefined ? [] : [[key, exact(text)] as const]
  })
  return {
    ...checkout,
    ...Object.fromEntries(amounts),
    ...withExactParts(checkout, exact),
    presets: checkout.presets.map(exact),
  }
}

function isReturnUrl(text: string): boolean {
  // One slash: `//evil.example` and `/\\evil.example` name another host.
  if (text.startsWith('/')) return /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(text)
  return isSafeUrl(text)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** The policy: what a checkout lets a buyer pay. The page is never asked; it is only told. */
import type { AmountKey, Checkout } from './checkout-schema.ts'
import { formatAmount, fractionDigits, MAX_MINOR, parseAmount } from './contract/money.ts'
import type { CheckoutTerms, CustomerPart } from './contract/schemas.ts'
import {
  AmountAboveMaximum,
  AmountBelowMinimum,
  AmountMalformed,
  AmountNotEditable,
  AmountPrecision,
  AmountRequired,
} from './errors.ts'

/**
 * Decides what will be charged, in minor units. An amount that is left out means the configured one.
 * @throws the `Amount…` errors, each with the terms that hold
 */
export function decideAmount(checkout: Checkout, requested: string | undefined): bigint {
  const { currency } = checkout
  const terms = {
    currency,
    fractionDigits: fractionDigits(currency),
    amount: checkout.amount ?? null,
  }
  const text = requested ?? checkout.amount
  if (text === undefined) throw new AmountRequired('an amount is required', terms)

  const minor = parseAmount(text, currency)
  if (minor === 'malformed') {
    throw new AmountMalformed('the amount must be a decimal string such as "25.00"', terms)
  }
  if (minor === 'precision') {
    throw new AmountPrecision(`${currency} has ${terms.fractionDigits} decimals`, terms)
  }
  if (!checkout.editable && minor !== minorUnits(checkout, 'amount')) {
    throw new AmountNotEditable(`the amount is ${checkout.amount} and cannot be changed`, terms)
  }
  assertWithinLimits(checkout, minor)
  return minor
}

/** What a page may know of a checkout before anyone pays. */
export function toCheckoutTerms(
  id: string,
  checkout: Checkout,
  collect: CustomerPart[],
  test: boolean,
): CheckoutTerms {
  return {
    id,
    description: checkout.description ?? null,
    currency: checkout.currency,
    fractionDigits: fractionDigits(checkout.currency),
    amount: checkout.amount ?? null,
    editable: checkout.editable,
    minAmount: checkout.minAmount ?? null,
    maxAmount: checkout.maxAmount ?? null,
    presets: checkout.presets,
    collect,
    test,
  }
}

/** Whether the buyer may change the amount on the provider's hosted page, too. */
export function isEditableAtProvider(checkout: Checkout): boolean {
  return checkout.sprintcheckout?.editable ?? false
}

/** Whether an amount, in minor units, is one that the checkout lets a buyer choose. */
export function isWithinLimits(checkout: Checkout, minor: bigint): boolean {
  const { least, most } = limitsOf(checkout)
  return minor >= least && minor <= most
}

function limitsOf(checkout: Checkout): { least: bigint; most: bigint } {
  return {
    least: minorUnits(checkout, 'minAmount') ?? 1n,
    most: minorUnits(checkout, 'maxAmount') ?? MAX_MINOR,
  }
}

function assertWithinLimits(checkout: Checkout, minor: bigint): void {
  const { currency } = checkout
  const { least, most } = limitsOf(checkout)
  const minAmount = formatAmount(least, currency)
  const maxAmount = checkout.maxAmount ?? null
  if (minor < least) {
    const limits = { minAmount, maxAmount, currency }
    throw new AmountBelowMinimum(`the least amount is ${minAmount}`, limits)
  }
  if (minor > most) {
    const limits = { minAmount, maxAmount: formatAmount(most, currency), currency }
    throw new AmountAboveMaximum(`the greatest amount is ${limits.maxAmount}`, limits)
  }
}

/** An amount of a checkout in minor units. */
export function minorUnits(checkout: Checkout, key: AmountKey): bigint | undefined {
  const text = checkout[key]
  if (text === undefined) return undefined
  const minor = parseAmount(text, checkout.currency)
  return typeof minor === 'bigint' ? minor : undefined
}

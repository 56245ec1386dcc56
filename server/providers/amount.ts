/** Amounts as providers that use JSON numbers want them: the very digits, without a float between. */
import type { LosslessNumber } from 'lossless-json'
import { isLosslessNumber } from 'lossless-json'
import { isCurrency } from '../contract/currencies.ts'
import { formatAmount, MAX_AMOUNT_LENGTH, MAX_MINOR, parseAmount } from '../contract/money.ts'
import { exactNumber } from '../json.ts'

/** Minor units as a JSON number in major units, such as `25.50`. */
export function toProviderNumber(minor: bigint, currency: string): LosslessNumber {
  if (minor > MAX_MINOR) throw new RangeError('more digits than every JSON reader keeps')
  return exactNumber(formatAmount(minor, currency))
}

/**
 * Reads what a provider tells of money: both members, or none where the currency is not one that we
 * know, or the amount none in it.
 */
export function readMoney(
  amount: unknown,
  currency: unknown,
): { amount: bigint; currency: string } | { amount?: never; currency?: never } {
  if (typeof currency !== 'string' || !isCurrency(currency)) return {}
  const minor = fromProviderNumber(amount, currency)
  return minor === undefined ? {} : { amount: minor, currency }
}

/**
 * Reads a provider's JSON number (or decimal string) in major units into minor units; undefined where
 * it is no amount in this currency. Zeros that add nothing (`25.500`) are no fault of the provider's;
 * an exponent (`2.55E1`) is not read, so that such a report is flagged for a person.
 */
export function fromProviderNumber(value: unknown, currency: string): bigint | undefined {
  if (!isLosslessNumber(value) && typeof value !== 'string') return undefined
  const text = String(value)
  // First, because the time to look for zeros at the end grows with the square of the length.
  if (text.length > MAX_AMOUNT_LENGTH) return undefined
  const minor = parseAmount(text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''), currency)
  // More than that is nobody's payment, and no store could give it back.
  return typeof minor === 'bigint' && minor <= MAX_MINOR ? minor : undefined
}

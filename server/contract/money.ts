/** Money where decimal strings (major units, on every wire) and bigints (minor units, inside) meet. */

// By their ISO 4217 exponent, the currencies that have another than 2, as of amendment 177. `Intl` is no source for
// these: it says 0 for seventeen currencies that have decimals, and browsers differ among themselves.
const EXPONENTS = [
  'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  '',
  '',
  'BHD IQD JOD KWD LYD OMR TND',
  'CLF UYW',
]

/** No amount on a wire is longer than this; longer text is refused before it is looked at. */
export const MAX_AMOUNT_LENGTH = 32

/**
 * The greatest amount anywhere, in minor units: 15 digits, the longest decimal number that every
 * JSON reader keeps exactly, however it stores numbers.
 */
export const MAX_MINOR = 999_999_999_999_999n

export type AmountFault = 'malformed' | 'precision'

/** How many decimals an amount in this ISO 4217 currency has: 0, 2, 3 or 4. */
export function fractionDigits(currency: string): number {
  const digits = EXPONENTS.findIndex((currencies) => currencies.includes(currency))
  return digits < 0 ? 2 : digits
}

/**
 * Reads a decimal string in major units (`"25"`, `"25.5"`, `"25.50"`) into minor units.
 * Nothing is rounded or trimmed: a sign, an exponent, a leading zero or a space is `malformed`,
 * and more decimals than the currency has is `precision`.
 */
export function parseAmount(text: string, currency: string): bigint | AmountFault {
  if (text.length > MAX_AMOUNT_LENGTH) return 'malformed'
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text)
  if (!match) return 'malformed'
  const [, whole = '', fraction = ''] = match
  const digits = fractionDigits(currency)
  if (fraction.length > digits) return 'precision'
  return BigInt(whole + fraction.padEnd(digits, '0'))
}

/** Writes minor units as a decimal string with exactly the currency's number of decimals. */
export function formatAmount(minor: bigint, currency: string): string {
  const digits = fractionDigits(currency)
  const text = String(minor).padStart(digits + 1, '0')
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text
}

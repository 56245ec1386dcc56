/** Writes amounts of one currency as a locale does. */
import { formatAmount, fractionDigits } from './money.ts'

export interface MoneyFormat {
  /** With the currency: `$1,234.50`. */
  readonly full: (minor: bigint) => string
  /** As it stands in the field, beside the currency: `1,234.50`. */
  readonly bare: (minor: bigint) => string
  readonly symbol: string
  readonly isSymbolFirst: boolean
}

/** A format for a currency that is three capital letters and a locale that is a BCP 47 tag. */
export function createMoneyFormat(currency: string, locale: string): MoneyFormat {
  const digits = fractionDigits(currency)
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // A decimal string is formatted exactly; a number would pass through a float.
  const parts = (minor: bigint) =>
    format.formatToParts(formatAmount(minor, currency) as Intl.StringNumericLiteral)
  const sample = parts(1n)
  const isRightToLeft = sample[0]!.value.startsWith('\u200f')
  // Among letters from the right, the dollar of `US$` would go to the other side of its own.
  const keep = (value: string) => (isRightToLeft ? value.replace(/([A-Z]\$)/, '$1\u200e') : value)
  const join = (pieces: Intl.NumberFormatPart[]) => pieces.map(({ value }) => keep(value)).join('')
  return {
    full: (minor) => join(parts(minor)),
    bare: (minor) => join(parts(minor).filter(({ type }) => !/currency|literal/.test(type))),
    symbol: join(sample.filter(({ type }) => type === 'currency')),
    // A mark of direction may come before either.
    isSymbolFirst: sample.find(({ type }) => type !== 'literal')!.type === 'currency',
  }
}

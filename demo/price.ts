/** An amount as a person reads it, from the decimal string that the server sends. */

/**
 * Formats without passing through a float, and with the decimals that the string has: browsers
 * disagree with ISO 4217, and with one another, about how many a currency should show.
 */
export function price(amount: string, currency: string): string {
  const digits = amount.split('.')[1]?.length ?? 0
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(amount as Intl.StringNumericLiteral)
}

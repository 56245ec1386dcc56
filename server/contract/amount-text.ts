/** Reads an amount as a person writes it: the locale's way first, another way only where nothing is left to doubt. */
import { MAX_AMOUNT_LENGTH, parseAmount } from './money.ts'

export type AmountTextFault = 'empty' | 'malformed' | 'precision' | 'ambiguous'

/** How a locale writes numbers: its marks, and how many digits stand between its grouping marks. */
interface Convention {
  readonly group: string
  readonly decimal: string
  readonly groupSize: number
}

// One mark, then three digits: a thousand to half of the world and a decimal to the other half.
const THOUSAND_OR_DECIMAL = /^[1-9][0-9]{0,2}[.,][0-9]{3}$/

/**
 * Reads typed text into minor units of the currency, or says why it is refused. Nothing is guessed
 * or rounded. `locale` is a valid BCP 47 tag.
 */
export function readAmount(
  text: string,
  currency: string,
  locale: string,
): bigint | AmountTextFault {
  // Before anything else, so that a pasted novel costs nothing.
  if (text.length > MAX_AMOUNT_LENGTH) return 'malformed'
  const plain = unify(text)
  if (!plain) return 'empty'

  const own = conventionOf(locale, currency)
  const asLocale = toWire(plain, own)
  const amount = asLocale ? parseAmount(asLocale, currency) : 'malformed'
  if (typeof amount === 'bigint') return amount
  if (THOUSAND_OR_DECIMAL.test(plain)) return 'ambiguous'
  if (asLocale) return amount
  return readOtherwise(plain, currency, own)
}

/** Reads text that is not of the locale's form by the conventions of others. */
function readOtherwise(
  plain: string,
  currency: string,
  { group, groupSize }: Convention,
): bigint | AmountTextFault {
  // A lone mark is taken for a decimal one only if too few digits follow for it to be a grouping one.
  if (/^[0-9]*[.,][0-9]{3,}$/.test(plain)) return 'malformed'
  const others = [
    { group: ',', decimal: '.', groupSize: 3 },
    { group: '.', decimal: ',', groupSize: 3 },
    { group, decimal: '.', groupSize },
    { group, decimal: ',', groupSize },
  ]
  for (const convention of others) {
    const wire = toWire(plain, convention)
    if (wire) return parseAmount(wire, currency)
  }
  return 'malformed'
}

/** Drops bidi marks and outer white space; all spaces become one kind, and so do apostrophes. */
function unify(text: string): string {
  return text
    .replace(/[\u200e\u200f\u061c]/g, '')
    .trim()
    .replace(/[\u00a0\u2009\u202f]/g, ' ')
    .replace(/\u2019/g, "'")
}

/** Turns text of one convention into a decimal string, or nothing where it does not keep to it. */
function toWire(plain: string, { group, decimal, groupSize }: Convention): string | undefined {
  const grouped = `[1-9][0-9]{0,${groupSize - 1}}(?:[${group}][0-9]{${groupSize}})*[${group}][0-9]{3}`
  const pattern = new RegExp(`^(0|[1-9][0-9]*|${grouped})?(?:[${decimal}]([0-9]+))?$`)
  const match = pattern.exec(plain)
  if (!match) return undefined
  const whole = (match[1] ?? '0').replace(/[^0-9]/g, '')
  return match[2] ? `${whole}.${match[2]}` : whole
}

/** Asks `Intl`, whose marks for money can be others than those for numbers (de-AT, fr-CH). */
function conventionOf(locale: string, currency: string): Convention {
  const parts = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 1,
    numberingSystem: 'latn',
  }).formatToParts(123456789.5)
  const mark = (type: string) => unifyMark(parts.find((part) => part.type === type)?.value)
  const groups = parts.filter((part) => part.type === 'integer')
  // Between two marks there are two digits where lakh and crore are counted, else three.
  const groupSize = groups.length > 2 ? groups[1]!.value.length : 3
  return { group: mark('group'), decimal: mark('decimal'), groupSize }
}

// White space is a mark here, so it must not be trimmed away.
function unifyMark(mark = ''): string {
  return mark.trim() ? unify(mark) : mark && ' '
}

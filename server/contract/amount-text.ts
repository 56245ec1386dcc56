/** Reads an amount as a person writes it: the locale's way first, another way only where nothing is left to doubt. */
import { MAX_AMOUNT_LENGTH, parseAmount, type AmountFault } from './money.ts'

export type AmountTextFault = AmountFault | 'empty'

/** Text that has to be asked about: the one or two amounts, in minor units, that it may stand for. */
export interface AmountQuestion {
  readonly ambiguous: readonly bigint[]
}

type Reading = bigint | AmountFault

const HAN_DIGITS = '〇一二三四五六七八九'

// One mark, then three digits: a thousand to half of the world and a decimal to the other half.
const THOUSAND_OR_DECIMAL = /^[1-9]\d{0,2}[.,]\d{3}$/
// Too many decimals for a mark that is not the locale's decimal one.
const LONE_MARK = /^\d*[.,]\d{3,}$/
// 123456789.5 as any locale writes it: symbol, group mark, another where lakh are counted, decimal mark, symbol.
const SAMPLE = /^(\D*)123?(\D?)(34\D)?.*(\D)5(\D*)$/

/** The last reader that was needed: a buyer has one locale and one currency, and `Intl` is slow to set up. */
let reader: ((plain: string) => Reading | AmountQuestion) | undefined
let readerKey: string | undefined

/**
 * Reads typed text into minor units of the currency, or says why it is refused. Nothing is guessed
 * or rounded. `currency` is three capital letters, `locale` a BCP 47 tag, or a `RangeError` is thrown.
 */
export function readAmount(
  text: string,
  currency: string,
  locale: string,
): bigint | AmountTextFault | AmountQuestion {
  // Before anything else, so that a pasted novel costs nothing. Some digits are two code units.
  if (text.length > 2 * MAX_AMOUNT_LENGTH) return 'malformed'
  const typed = unify(text).trim()
  if (!typed) return 'empty'
  const plain = toAscii(typed)
  const isAscii = plain === typed
  const key = locale + currency + isAscii
  if (key !== readerKey) reader = createReader(locale, currency, isAscii)
  readerKey = key
  return reader!(plain)
}

/** Reads text whose digits are ASCII by now, where `isAscii` says whether they were before. */
function createReader(locale: string, currency: string, isAscii: boolean) {
  const symbols = [currency]
  let groups = isAscii ? '.,' : '.,٬'
  // `Intl`'s marks for money can be others than those for numbers (de-AT, fr-CH).
  const own = [{}, { currencyDisplay: 'narrowSymbol' } as const, { style: 'decimal' } as const].map(
    (options) => {
      const format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: 1,
        numberingSystem: isAscii ? 'latn' : undefined,
        ...options,
      })
      const sample = toAscii(unify(format.format(123456789.5)))
      const [, before, group, lakh, decimal, after] = SAMPLE.exec(sample)!
      symbols.push((before! + after).trim().replace(/\W/g, '\\$&'))
      groups += group
      return convention(group!, decimal!, lakh ? 2 : 3)
    },
  )
  const foreign = convention(groups, isAscii ? '.,' : '.,٫', 3)
  const symbol = `(?:${symbols.join('|')})`
  // After a symbol a mark begins no amount: it may be the symbol's (`Rs.50`).
  const shape = new RegExp(`^(?:${symbol} *(?=\\d))?(.?\\d.*?) *${symbol}$`)

  return (plain: string): Reading | AmountQuestion => {
    const amount = shape.exec(plain)?.[1] ?? '?'
    const [first, ...others] = own.map((pattern) => read(pattern, amount, currency))
    if (typeof first === 'bigint') {
      // As money it has no decimals, as a number it has three (KWD in en-DE): the locale itself doubts.
      const less = others.find((other) => typeof other === 'bigint' && other < first)
      return less === undefined ? first : { ambiguous: [first, less as bigint] }
    }
    if (THOUSAND_OR_DECIMAL.test(amount)) {
      const readings = ['', '.'].map((mark) => parseAmount(amount.replace(/\D/, mark), currency))
      return { ambiguous: readings.filter((reading) => typeof reading === 'bigint') }
    }
    const usable = LONE_MARK.test(amount) ? own : [...own, foreign]
    return (
      usable
        .map((pattern) => read(pattern, amount, currency))
        .find((reading) => reading !== 'malformed') ?? 'malformed'
    )
  }
}

/** What keeps to these marks, with so many digits between two of a group. */
function convention(group: string, decimal: string, size: number): RegExp {
  const grouped = `[1-9]\\d{0,${size - 1}}(?=([${group}]))(?:\\2\\d{${size}})*\\2\\d{3}`
  return new RegExp(`^(0|[1-9]\\d*|${grouped})?(?:([${decimal}])(\\d+))?$`)
}

function read(pattern: RegExp, amount: string, currency: string): Reading {
  const [, whole = '0', before, mark, fraction] = pattern.exec(amount) ?? ['', '?']
  // One mark cannot have both roles.
  if (mark && mark === before) return 'malformed'
  return parseAmount(whole.replace(/[^?\d]/g, '') + (mark ? '.' + fraction : ''), currency)
}

/** Drops bidi marks; all spaces become one kind, and so do apostrophes. */
function unify(text: string): string {
  return text
    .replace(/[\u200e\u200f\u061c]/g, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\u2019/g, "'")
}

/** Writes the digits of the system that comes first as ASCII; in another one, ASCII digits become none. */
function toAscii(text: string): string {
  const [first = '0'] = /[〇一二三四五六七八九]|\p{Nd}/u.exec(text) ?? []
  const code = first.codePointAt(0)!
  let before = 0
  // In Unicode the ten stand together, from 0 to 9; two systems may touch.
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++
  const digits = [...HAN_DIGITS].map((han, value) =>
    HAN_DIGITS.includes(first) ? han : String.fromCodePoint(code - (before % 10) + value),
  )
  return text.replace(/./gu, (char) =>
    digits.includes(char) ? `${digits.indexOf(char)}` : char.replace(/\d/, '?'),
  )
}

import { describe, expect, it } from 'vitest'
import { readAmount } from '../../server/contract/amount-text.ts'
import { formatAmount } from '../../server/contract/money.ts'

/** Each [text, currency, locale, what it is read as]; `asked` where there is a question. */
type Row = readonly [text: string, currency: string, locale: string, reading: string]

function read([text, currency, locale]: Row): string {
  const reading = readAmount(text, currency, locale)
  if (typeof reading === 'object') return 'asked'
  return typeof reading === 'bigint' ? formatAmount(reading, currency) : reading
}

const us = (reading: string, ...texts: string[]) =>
  texts.map((text): Row => [text, 'USD', 'en-US', reading])

const CASES: Readonly<Record<string, readonly Row[]>> = {
  'a point for thousands and a comma for decimals, wherever both stand in their roles': [
    ['1.234,50', 'EUR', 'de-DE', '1234.50'],
    ['1.234,50', 'USD', 'en-US', '1234.50'],
  ],
  'a comma for thousands and a point for decimals, wherever both stand in their roles': [
    ['1,234.50', 'USD', 'en-US', '1234.50'],
    ['1,234.50', 'EUR', 'de-DE', '1234.50'],
  ],
  'a point before three digits as the locale has it, or not at all': [
    ['1.234', 'EUR', 'de-DE', '1234.00'],
    ['1.234', 'USD', 'en-US', 'asked'],
    ['1.234', 'KWD', 'en-US', '1.234'],
  ],
  'a comma before one digit as a decimal one': [
    ['1,5', 'EUR', 'de-DE', '1.50'],
    ['1,5', 'USD', 'en-US', '1.50'],
  ],
  'any kind of space between thousands where the locale has one': [
    ...[' ', '\u00a0', '\u202f', '\u2009'].map((space): Row => [
      `1${space}234,50`,
      'EUR',
      'fr-FR',
      '1234.50',
    ]),
    ['1 234,50', 'USD', 'en-US', 'malformed'],
  ],
  'apostrophes and lakh where the locale has them only': [
    ["1'234.50", 'CHF', 'de-CH', '1234.50'],
    ['1’234.50', 'CHF', 'de-CH', '1234.50'],
    ['12,34,567.00', 'INR', 'en-IN', '1234567.00'],
    ...us('malformed', "1'234.50", '12,34,567.00'),
  ],
  'Arabic-Indic digits and marks': [['١٢٣٫٤٥', 'EGP', 'ar-EG', '123.45']],
  'Devanagari and full-width digits': [
    ['१२३', 'INR', 'hi', '123.00'],
    ['１２３', 'JPY', 'ja', '123'],
  ],
  'no mixed scripts': us('malformed', '12٫5', '1٢', '١2'),
  'no exponents': us('malformed', '1e3', '1E-2'),
  'no other bases': us('malformed', '0x10', '0b11', '0o17'),
  'no zero with a sign': us('malformed', '-0'),
  'no signs': us('malformed', '-1', '+5', '--1', '−1'),
  'no words of programs': us('malformed', 'NaN', 'Infinity', 'null', 'true', '[1]', '{}'),
  'no exponents past every number': us('malformed', '1e308', '1e309', '1e400'),
  'what a float would have made even, exactly': us('9007199254740993.00', '9007199254740993'),
  'what a float adds up to, never': us('precision', '0.30000000000000004'),
  'what would have to be rounded, never': us('asked', '1.005').concat(us('precision', '0.005')),
  'what a float cuts off, exactly': ['19.99', '8.20', '64.10', '4.35'].flatMap((text) =>
    us(text, text),
  ),
  'what white space and a byte-order mark are around': us('12.00', ' 12 ', '12\n', '\ufeff12'),
  'bidi marks as nothing, overrides and what has no width never': [
    ...us('12.00', '\u200f12', '1\u200e2', '12\u061c'),
    ...us('malformed', '\u202e12', '\u206612', '12\u200b', '1\u200d2'),
  ],
  'nothing as nothing, never as zero': us('empty', '', ' ', '\u00a0', '\u200f', '\ufeff'),
  'a mark before decimals alone, but no mark at the end and no zero before': [
    ...us('0.50', '.5'),
    ...us('malformed', '5.', '00012', '1_000'),
  ],
  'its own symbol and code, no foreign one': [
    ...us('12.00', '$12', '12 USD'),
    ...us('malformed', '€12', '12 EUR'),
  ],
  'no marks in a row, fractions, numerals and control characters': us(
    'malformed',
    '12..3',
    '²',
    '½',
    'Ⅻ',
    '12\0',
  ),
  'no more decimals than the currency has': [
    ['100.50', 'JPY', 'en-US', 'precision'],
    ['1.5', 'JPY', 'en-US', 'precision'],
    ['1.2345', 'KWD', 'en-US', 'precision'],
    ['1.00000', 'CLF', 'en-US', 'precision'],
  ],
  'the least amounts, and zero, which the limits judge': us('0.01', '0.01').concat(us('0.00', '0')),
}

describe('an amount as it is typed: the field reads', () => {
  it.each(Object.entries(CASES))('%s', (_, rows) => {
    for (const row of rows) expect(read(row), JSON.stringify(row)).toBe(row[3])
  })

  it.each([
    '1'.repeat(100_000),
    '1.'.repeat(50_000),
    '１'.repeat(100_000),
    ' '.repeat(100_000),
    `$${' '.repeat(100_000)}`,
  ])('nothing of 100 kB, in under 5 ms', (text) => {
    const times = Array.from({ length: 5 }, () => {
      const startedAt = performance.now()
      expect(readAmount(text, 'USD', 'en-US')).toBe('malformed')
      return performance.now() - startedAt
    })
    // The best of some, because another process may have had the core.
    expect(Math.min(...times)).toBeLessThan(5)
  })

  it.each(['1', '.', ' ', '1.', '1,', '$', '一', '١', '\u{1d7e2}'])(
    'the worst of what is short enough, made of %j, in under 5 ms',
    (piece) => {
      const text = piece.repeat(64).slice(0, 64)
      readAmount('1.5', 'USD', 'en-US')
      const times = Array.from({ length: 5 }, () => {
        const startedAt = performance.now()
        readAmount(`${text.slice(1)}x`, 'USD', 'en-US')
        return performance.now() - startedAt
      })
      expect(Math.min(...times)).toBeLessThan(5)
    },
  )
})

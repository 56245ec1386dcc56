import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAmount } from '../../server/contract/amount-text.ts'
import { formatAmount, fractionDigits, MAX_MINOR } from '../../server/contract/money.ts'

/** Rows of [text, currency, locale]; the space in the text is the one that it shows. */
type Row = readonly [text: string, currency: string, locale: string]

function refuses(fault: string, rows: readonly Row[]) {
  it.each(rows)('refuses %j in %s for %s', (text, currency, locale) => {
    expect(readAmount(text, currency, locale)).toBe(fault)
  })
}

function reads(rows: readonly (readonly [...Row, wire: string])[]) {
  it.each(rows)('reads %j in %s for %s as %s', (text, currency, locale, wire) => {
    const minor = readAmount(text, currency, locale)
    expect(typeof minor === 'bigint' ? formatAmount(minor, currency) : minor).toBe(wire)
  })
}

describe('what is no amount is malformed', () => {
  const texts = [
    // signs, exponents, other bases, words
    '-0',
    '-1',
    '+5',
    '--1',
    '−5',
    '1e3',
    '1E-2',
    '1e308',
    '0x10',
    '0b11',
    '0o17',
    'NaN',
    'Infinity',
    'null',
    'true',
    '[1]',
    '{}',
    'ten',
    // marks where none belongs
    '5.',
    '5,',
    '.',
    ',',
    '12..3',
    '1,,234',
    '1.2.3',
    ',123',
    '1,23,4',
    '1_000',
    "1'234.50",
    '1 2',
    '12 34',
    '12,34,567.00',
    '1,234.567.8',
    '1.234,567.8',
    // leading zeros
    '00012',
    '00',
    '01.50',
    '0,123.00',
    // foreign digits, fractions, numerals, symbols
    '12٫5',
    '١٢٣',
    '１２３',
    '²',
    '½',
    'Ⅻ',
    '$12',
    '€12',
    '12 USD',
    // characters that are not seen
    '12\0',
    '\u202e12',
    '\u206612',
    '12\u200b',
    '1\u200d2',
    '1\n2',
    '1\t2',
  ]
  refuses(
    'malformed',
    texts.map((text) => [text, 'USD', 'en-US']),
  )

  it('refuses a text of 100 kB in under 5 ms', () => {
    readAmount('1', 'USD', 'en-US')
    for (const text of ['1'.repeat(100_000), '1.'.repeat(50_000), ' '.repeat(100_000)]) {
      const start = performance.now()
      expect(readAmount(text, 'USD', 'en-US')).toBe('malformed')
      expect(performance.now() - start).toBeLessThan(5)
    }
  })
})

describe('nothing is not zero', () => {
  refuses(
    'empty',
    ['', ' ', '\u00a0\t\n', '\ufeff', '\u200e'].map((text) => [text, 'USD', 'en-US']),
  )
})

describe('a thousand to some and a decimal to others is asked about', () => {
  refuses('ambiguous', [
    ['1.234', 'USD', 'en-US'],
    ['1,234', 'EUR', 'de-DE'],
    ['1.005', 'USD', 'en-US'],
    ['1.234', 'EUR', 'fr-FR'],
    ['12.345', 'CHF', 'de-CH'],
    ['1.234', 'JPY', 'ja-JP'],
    ['123,456', 'INR', 'en-IN'],
  ])
})

describe('too many decimals are never rounded', () => {
  refuses('precision', [
    ['0.30000000000000004', 'USD', 'en-US'],
    ['1.0055', 'USD', 'en-US'],
    ['0.001', 'USD', 'en-US'],
    ['100.50', 'JPY', 'en-US'],
    ['12,50', 'JPY', 'en-US'],
    ['1.2345', 'KWD', 'en-US'],
    ['1.00000', 'CLF', 'en-US'],
    ['1.234,567', 'USD', 'en-US'],
  ])
})

describe("the locale's own way comes first", () => {
  reads([
    ['1.234,50', 'EUR', 'de-DE', '1234.50'],
    ['1,234.50', 'USD', 'en-US', '1234.50'],
    ['1.234', 'EUR', 'de-DE', '1234.00'],
    ['1,234', 'USD', 'en-US', '1234.00'],
    ['1.234', 'KWD', 'en-US', '1.234'],
    ['1,234', 'KWD', 'de-DE', '1.234'],
    ['1,234', 'KWD', 'en-US', '1234.000'],
    ['1,5', 'EUR', 'de-DE', '1.50'],
    ['1.234', 'EUR', 'es-ES', '1234.00'],
    ['1.234,50', 'EUR', 'de-AT', '1234.50'],
    ['1 234,50', 'EUR', 'fr-FR', '1234.50'],
    ['1\u00a0234,50', 'EUR', 'fr-FR', '1234.50'],
    ['1\u202f234,50', 'EUR', 'fr-FR', '1234.50'],
    ["1'234.50", 'CHF', 'de-CH', '1234.50'],
    ['1’234.50', 'CHF', 'de-CH', '1234.50'],
    ['12,34,567.00', 'INR', 'en-IN', '1234567.00'],
    ['1234567.00', 'INR', 'en-IN', '1234567.00'],
    ['1.2345', 'CLF', 'en-US', '1.2345'],
    ['2,500', 'JPY', 'ja-JP', '2500'],
  ])
})

describe('another way is taken where it leaves no doubt', () => {
  reads([
    ['1.234,50', 'USD', 'en-US', '1234.50'],
    ['1,234.50', 'EUR', 'de-DE', '1234.50'],
    ['1.234.567', 'USD', 'en-US', '1234567.00'],
    ['1,234,567', 'EUR', 'de-DE', '1234567.00'],
    ['1,234,567', 'INR', 'en-IN', '1234567.00'],
    ['12,5', 'USD', 'en-US', '12.50'],
    ['12,50', 'USD', 'en-US', '12.50'],
    ['12.50', 'EUR', 'de-DE', '12.50'],
    ['.5', 'EUR', 'de-DE', '0.50'],
    ['1 234.50', 'EUR', 'fr-FR', '1234.50'],
    ['1.234,567', 'KWD', 'en-US', '1234.567'],
  ])
})

describe('what is around it does not count', () => {
  reads([
    [' 12 ', 'USD', 'en-US', '12.00'],
    ['12\n', 'USD', 'en-US', '12.00'],
    ['\ufeff12', 'USD', 'en-US', '12.00'],
    ['\u200f12\u200e', 'USD', 'en-US', '12.00'],
    ['\u061c12', 'USD', 'en-US', '12.00'],
    ['.5', 'USD', 'en-US', '0.50'],
    ['0', 'USD', 'en-US', '0.00'],
  ])
})

describe('what floats get wrong is exact', () => {
  reads([
    ['19.99', 'USD', 'en-US', '19.99'],
    ['8.20', 'USD', 'en-US', '8.20'],
    ['64.10', 'USD', 'en-US', '64.10'],
    ['4.35', 'USD', 'en-US', '4.35'],
    ['9007199254740993', 'JPY', 'en-US', '9007199254740993'],
  ])
})

describe('what Intl writes is read back equal', () => {
  const locales = ['en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN']
  const currencies = ['USD', 'EUR', 'CHF', 'INR', 'JPY', 'KWD', 'CLF']

  for (const style of ['decimal', 'currency'] as const) {
    it(`in the style of a ${style}`, () => {
      const amounts = fc.bigInt({ min: 0n, max: MAX_MINOR })
      const sources = [fc.constantFrom(...locales), fc.constantFrom(...currencies)] as const
      const holds = (locale: string, currency: string, minor: bigint) => {
        const digits = fractionDigits(currency)
        const format = new Intl.NumberFormat(locale, {
          style,
          currency,
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        })
        const text = format
          .formatToParts(formatAmount(minor, currency) as Intl.StringNumericLiteral)
          .filter(({ type }) => type !== 'currency' && type !== 'literal')
          .map(({ value }) => value)
          .join('')
        expect(readAmount(text, currency, locale)).toBe(minor)
      }
      fc.assert(fc.property(...sources, amounts, holds), { numRuns: 500 })
    })
  }
})

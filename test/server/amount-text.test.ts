import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAmount } from '../../server/contract/amount-text.ts'
import { currencies } from '../../server/contract/currencies.ts'
import { createMoneyFormat } from '../../server/contract/money-format.ts'
import { formatAmount, fractionDigits, MAX_MINOR } from '../../server/contract/money.ts'
import { locales, numberingSystems } from '../locales.ts'

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
    // mixed digits, fractions, numerals, symbols
    '12٫5',
    '1٢٣',
    '١2',
    '１२',
    '一２',
    '1一',
    '𝟣𝟐',
    '²',
    '½',
    'Ⅻ',
    '€12',
    '12 EUR',
    'US12',
    '12$5',
    '$',
    'USD',
    '$-5',
    'USD.5',
    'Rs.50',
    '.',
    '12,5.',
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
})

describe('nothing is not zero', () => {
  refuses(
    'empty',
    ['', ' ', '\u00a0\t\n', '\ufeff', '\u200e'].map((text) => [text, 'USD', 'en-US']),
  )
})

describe('a thousand to some and a decimal to others is asked about', () => {
  it.each([
    ['1.234', 'USD', 'en-US', ['1234.00']],
    ['1,234', 'EUR', 'de-DE', ['1234.00']],
    ['1.005', 'USD', 'en-US', ['1005.00']],
    ['$1.234', 'USD', 'en-US', ['1234.00']],
    ['1.234', 'EUR', 'fr-FR', ['1234.00']],
    ['12.345', 'CHF', 'de-CH', ['12345.00']],
    ['1.234', 'JPY', 'ja-JP', ['1234']],
    ['123,456', 'INR', 'en-IN', ['123456.00']],
    ['1.234', 'EUR', 'en-DE', ['1234.00']],
    ['1.234', 'KWD', 'fr-FR', ['1234.000', '1.234']],
    ['123,456', 'KWD', 'en-BE', ['123456.000', '123.456']],
  ])('%j in %s for %s may be %j', (text, currency, locale, wires) => {
    const asked = readAmount(text, currency, locale)
    if (typeof asked !== 'object') throw new Error(`was read as ${asked}`)
    expect(asked.ambiguous.map((minor) => formatAmount(minor, currency))).toEqual(wires)
  })
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

describe('digits of any one system are read', () => {
  reads([
    ['١٢٣٫٤٥', 'EGP', 'ar-EG', '123.45'],
    ['١٬٢٣٤٫٥٠', 'EGP', 'ar-EG', '1234.50'],
    ['١٬٢٣٤٫٥٠', 'AED', 'ar-AE', '1234.50'],
    ['1,234.50', 'EGP', 'ar-EG', '1234.50'],
    ['١٢,٥', 'EGP', 'ar-EG', '12.50'],
    ['۱٬۲۳۴', 'IRR', 'fa', '1234.00'],
    ['१२३', 'INR', 'hi', '123.00'],
    ['१,२३,४५६.७', 'INR', 'hi', '123456.70'],
    ['１２３', 'JPY', 'ja', '123'],
    ['一二〇', 'TWD', 'zh-Hant-TW', '120.00'],
    ['𝟣𝟤.𝟧', 'USD', 'en-US', '12.50'],
    ['𞥑𞥒', 'GNF', 'ff-Adlm', '12'],
  ])
})

describe("the currency's own symbol or code may stand at either end", () => {
  reads([
    ['$12', 'USD', 'en-US', '12.00'],
    ['12 USD', 'USD', 'en-US', '12.00'],
    ['USD12', 'USD', 'en-US', '12.00'],
    ['12,50\u00a0€', 'EUR', 'de-DE', '12.50'],
    ['1.234,50 kr.', 'DKK', 'da', '1234.50'],
    ['kr.5', 'DKK', 'da', '5.00'],
    ['Rs 12', 'LKR', 'en-IN', '12.00'],
    ['12 Kč', 'CZK', 'cs', '12.00'],
    ['\u200f1,234.50\u00a0د.إ.\u200f', 'AED', 'ar-AE', '1234.50'],
    ['1\u00a0234$50\u00a0\u200b', 'CVE', 'kea', '1234.50'],
  ])
})

describe('a locale may write money otherwise than numbers, and both are its own', () => {
  reads([
    ['1 234,50', 'EUR', 'de-AT', '1234.50'],
    ['1.234,50', 'EUR', 'de-AT', '1234.50'],
    ['12,50', 'CHF', 'fr-CH', '12.50'],
    ['12.50', 'CHF', 'fr-CH', '12.50'],
    ['1.234,50', 'EUR', 'en-DE', '1234.50'],
    ['12,34,567', 'INR', 'mr', '1234567.00'],
    ['1234', 'EUR', 'es', '1234.00'],
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

/** What `Intl` writes, whole; for numbers, without a currency. */
function write(minor: bigint, currency: string, locale: string, options: Intl.NumberFormatOptions) {
  const digits = fractionDigits(currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    ...options,
  }).format(formatAmount(minor, currency) as Intl.StringNumericLiteral)
}

describe('what Intl writes is read back equal', () => {
  const amounts = fc.oneof(
    fc.bigInt({ min: 0n, max: 9_999_999n }),
    fc.bigInt({ min: 0n, max: MAX_MINOR }),
  )
  const any = {
    minor: amounts,
    currency: fc.constantFrom(...currencies),
    locale: fc.constantFrom(...locales),
  }
  const displays = ['symbol', 'narrowSymbol', 'code'] as const

  it('goes through at least 150 locales and every system of ten digits', () => {
    expect(locales.length).toBeGreaterThanOrEqual(150)
    expect(numberingSystems.length).toBeGreaterThanOrEqual(60)
  })

  it.each(displays)('as money with its %s', (currencyDisplay) => {
    const holds = fc.property(any.minor, any.currency, any.locale, (minor, currency, locale) => {
      const text = write(minor, currency, locale, { currencyDisplay })
      expect(readAmount(text, currency, locale), `${text} ${currency} ${locale}`).toBe(minor)
    })
    fc.assert(holds, { numRuns: 2500 })
  })

  it('as money in accounting, or it is asked about', () => {
    const holds = fc.property(any.minor, any.currency, any.locale, (minor, currency, locale) => {
      const text = write(minor, currency, locale, { currencySign: 'accounting' })
      const reading = readAmount(text, currency, locale)
      // Where lakh are counted, they are not in accounts: 123,456 yen are no lakh.
      if (typeof reading === 'object') expect(reading.ambiguous).toContain(minor)
      else expect(reading, `${text} ${currency} ${locale}`).toBe(minor)
    })
    fc.assert(holds, { numRuns: 1500 })
  })

  it('as a number, or it is asked about', () => {
    const holds = fc.property(any.minor, any.currency, any.locale, (minor, currency, locale) => {
      const text = write(minor, currency, locale, { style: 'decimal' })
      const reading = readAmount(text, currency, locale)
      // Where money is written with the same marks in other roles (en-DE), that comes first.
      const asMoney = write(minor, currency, locale, { currencyDisplay: 'code' })
      const isOwn = asMoney.includes(text)
      if (typeof reading === 'object' && !isOwn) expect(reading.ambiguous).toContain(minor)
      else if (isOwn || !/^\d{1,3}[.,]\d{3}$/.test(text))
        expect(reading, `${text} ${locale}`).toBe(minor)
    })
    fc.assert(holds, { numRuns: 2500 })
  })

  it.each(numberingSystems)('in the digits of %s', (numberingSystem) => {
    const tags = fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'hi', 'ar-EG', 'fa', 'de-CH')
    const holds = fc.property(any.minor, any.currency, tags, (minor, currency, tag) => {
      const locale = `${tag}-u-nu-${numberingSystem}`
      expect(readAmount(write(minor, currency, locale, {}), currency, locale)).toBe(minor)
    })
    fc.assert(holds, { numRuns: 20 })
  })

  it('as it stands in the field', () => {
    const holds = fc.property(any.minor, any.currency, any.locale, (minor, currency, locale) => {
      const { bare } = createMoneyFormat(currency, locale)
      expect(readAmount(bare(minor), currency, locale)).toBe(minor)
    })
    fc.assert(holds, { numRuns: 1500 })
  })
})

/** The same rules once more, slowly and in plain words, for two marks and ASCII digits. */
describe('an independent reading of marks and digits', () => {
  /** Whole and decimals, if every group has its three digits. */
  function split(text: string, group: string, decimal: string): [string, string] | undefined {
    const [left = '', right, ...more] = text.split(decimal)
    const groups = left.split(group)
    if (more.length || right === '' || (left === '' && right === undefined)) return undefined
    if (right?.includes(group)) return undefined
    if (groups.length > 1) {
      const [first = '', ...rest] = groups
      if (!first || first.length > 3 || rest.some(({ length }) => length !== 3)) return undefined
    }
    const whole = groups.join('') || '0'
    return whole !== '0' && whole.startsWith('0') ? undefined : [whole, right ?? '']
  }

  function expected(text: string, group: string, decimal: string, digits: number) {
    const value = (parts: [string, string] | undefined) => {
      if (!parts) return 'malformed'
      if (parts[1].length > digits) return 'precision'
      return BigInt(parts[0] + parts[1] + '0'.repeat(digits - parts[1].length))
    }
    const own = value(split(text, group, decimal))
    const marks = [...text].filter((char) => char === '.' || char === ',')
    const [left = '', right = ''] = marks.length === 1 ? text.split(marks[0]!) : []
    if (typeof own === 'bigint') return own
    if (right.length === 3 && left.length > 0 && left.length < 4 && left[0] !== '0') return 'asked'
    if (own === 'precision' || right.length > 2) return own
    return value(split(text, decimal, group))
  }

  it.each([
    ['en-US', ',', '.'],
    ['de-DE', '.', ','],
  ])('gives the same in %s', (locale, group, decimal) => {
    const pieces = fc.constantFrom('.', ',', '0', '1', '7', '12', '234', '500', '000', '.50', ',5')
    const texts = fc.array(pieces, { minLength: 1, maxLength: 7 }).map((list) => list.join(''))
    const codes = fc.constantFrom('USD', 'JPY', 'KWD', 'CLF')
    const holds = fc.property(texts, codes, (text, currency) => {
      const reading = readAmount(text, currency, locale)
      const kind = typeof reading === 'object' ? 'asked' : reading
      expect(kind).toBe(expected(text, group, decimal, fractionDigits(currency)))
    })
    fc.assert(holds, { numRuns: 20_000 })
  })

  it('never takes other marks and letters for an amount', () => {
    const strange = fc.constantFrom(..."+-−_eExXkK%/*#²½Ⅻ٫٬،;:|¢\u200b\u200c\u202e\u2066\0\t\n\\'`")
    const digit = fc.constantFrom(...'0123456789')
    const texts = fc.tuple(
      fc.array(digit, { minLength: 1 }),
      strange,
      fc.array(digit, { minLength: 1 }),
    )
    const holds = fc.property(texts, ([before, mark, after]) => {
      expect(readAmount([...before, mark, ...after].join(''), 'USD', 'en-US')).toBe('malformed')
    })
    fc.assert(holds, { numRuns: 5000 })
  })
})

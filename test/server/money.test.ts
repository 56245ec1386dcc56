import fc from 'fast-check'
import { data as iso4217 } from 'currency-codes'
import { describe, expect, it } from 'vitest'
import { currencies, isCurrency } from '../../server/contract/currencies.ts'
import {
  formatAmount,
  fractionDigits,
  MAX_MINOR,
  parseAmount,
} from '../../server/contract/money.ts'

describe('parseAmount', () => {
  it.each([
    '',
    ' ',
    ' 12',
    '12 ',
    '12\n',
    '\uFEFF12',
    '-1',
    '-0',
    '+5',
    '--1',
    '.5',
    '5.',
    '00012',
    '01.50',
    '1_000',
    '1,5',
    '1,234.50',
    '1.234.567',
    '12..3',
    '1e3',
    '1E-2',
    '0x10',
    '0b11',
    '0o17',
    'NaN',
    'Infinity',
    'null',
    '١٢٣',
    '१२३',
    '１２３',
    '²',
    '½',
    'Ⅻ',
    '12\0',
    '$12',
    '12 USD',
    '\u202E12',
    '12\u200B',
    '1'.repeat(33),
    `${'1'.repeat(31)}.1`,
  ])('refuses %j as malformed', (text) => {
    expect(parseAmount(text, 'USD')).toBe('malformed')
  })

  it.each([
    ['1.005', 'USD'],
    ['0.30000000000000004', 'USD'],
    ['100.50', 'JPY'],
    ['1.0', 'JPY'],
    ['1.2345', 'KWD'],
    ['1.00000', 'CLF'],
  ])('refuses %s %s for its decimals instead of rounding it', (text, currency) => {
    expect(parseAmount(text, currency)).toBe('precision')
  })

  it.each([
    ['19.99', 'USD', 1999n],
    ['8.20', 'USD', 820n],
    ['64.10', 'USD', 6410n],
    ['4.35', 'USD', 435n],
    ['25', 'USD', 2500n],
    ['25.5', 'USD', 2550n],
    ['0', 'USD', 0n],
    ['500', 'JPY', 500n],
    ['1.234', 'KWD', 1234n],
    ['1.5', 'IQD', 1500n],
    ['0.0001', 'CLF', 1n],
    ['9007199254740993', 'USD', 900719925474099300n],
  ])('reads %s %s exactly', (text, currency, minor) => {
    expect(parseAmount(text, currency)).toBe(minor)
  })

  it('looks at 100 kB of digits no longer than at a handful', () => {
    expect(parseAmount('1'.repeat(100_000), 'USD')).toBe('malformed')
    expect(parseAmount('1.'.repeat(50_000), 'USD')).toBe('malformed')
  })

  it('reads back what formatAmount writes, for every currency and amount', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...currencies),
        fc.bigInt({ min: 0n, max: MAX_MINOR }),
        (currency, minor) => {
          const text = formatAmount(minor, currency)
          expect(parseAmount(text, currency)).toBe(minor)
          // What the widget and the providers' numbers rely on: 15 digits survive a double.
          expect(Number(text).toFixed(fractionDigits(currency))).toBe(text)
        },
      ),
      { numRuns: 5_000 },
    )
  })
})

describe('the currencies', () => {
  it('have the decimals that the data package has, currency by currency', () => {
    const differing = iso4217
      .filter(({ code }) => isCurrency(code))
      .filter(({ code, digits }) => fractionDigits(code) !== digits)
      .map(({ code }) => code)
    expect(differing).toEqual([])
  })

  it('keep the decimals that Intl takes away', () => {
    for (const code of ['IQD', 'LBP', 'COP', 'HUF', 'PKR', 'ALL']) {
      expect(fractionDigits(code), code).toBe(code === 'IQD' ? 3 : 2)
    }
  })

  it.each(['usd', 'USDT', 'XXX', 'XTS', 'XAU', 'BTC', 'US', 'US\u0130', '', 'EURO'])(
    'do not include %j',
    (code) => {
      expect(isCurrency(code)).toBe(false)
    },
  )

  it.each(['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'XOF', 'XCG', 'ZWG'])('include %s', (code) => {
    expect(isCurrency(code)).toBe(true)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_MINOR } from '../../../server/contract/money.ts'
import { exactNumber, parseExactJson, writeExactJson } from '../../../server/json.ts'
import { fromProviderNumber, toProviderNumber } from '../../../server/providers/amount.ts'

describe('an amount that a provider gives', () => {
  it.each([
    '',
    ' ',
    '.5',
    '+1',
    '-1',
    '-0',
    '1e3',
    '1.5e10',
    '0x10',
    '1,000',
    '01',
    'NaN',
    '10000000000000.00',
    '9'.repeat(32),
    '25.505',
    '1 ',
  ])('is none: %j', (text) => {
    expect(fromProviderNumber(text, 'USD')).toBeUndefined()
  })

  const others: unknown[] = [25.5, 25n, null, undefined, true, [], {}, { value: '25.5' }]
  it('is none where it is neither an exact number nor a string', () => {
    for (const value of [...others, { isLosslessNumber: true, toString: 1 }]) {
      expect(fromProviderNumber(value, 'USD')).toBeUndefined()
    }
  })

  it('is none, and costs no time, where it is longer than any amount', () => {
    const long = `0.${'0'.repeat(200_000)}1`
    const startedAt = performance.now()
    expect(fromProviderNumber(exactNumber(long), 'USD')).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  it.each([
    ['25', 'USD', 2500n],
    ['25.0', 'USD', 2500n],
    ['25.500', 'USD', 2550n],
    ['100', 'USD', 10_000n],
    ['0', 'USD', 0n],
    ['0.00', 'USD', 0n],
    ['500.0', 'JPY', 500n],
    ['1.234', 'IQD', 1234n],
    ['1.2340', 'KWD', 1234n],
  ])('is exact, with or without zeros that add nothing: %s %s', (text, currency, minor) => {
    expect(fromProviderNumber(text, currency)).toBe(minor)
    expect(fromProviderNumber(parseExactJson(text), currency)).toBe(minor)
  })
})

describe('an amount that a provider is given', () => {
  it('is refused where it has more digits than every JSON reader keeps', () => {
    expect(() => toProviderNumber(MAX_MINOR + 1n, 'USD')).toThrow(RangeError)
  })

  it.each(['JPY', 'USD', 'KWD', 'CLF'])(
    'is, in %s, the same when it is read again, through a float too',
    (currency) => {
      fc.assert(
        fc.property(fc.bigInt({ min: 0n, max: MAX_MINOR }), (minor) => {
          const text = writeExactJson({ amount: toProviderNumber(minor, currency) })
          const { amount } = parseExactJson(text) as { amount: unknown }
          expect(fromProviderNumber(amount, currency)).toBe(minor)
          // A provider may know no better than JSON.parse.
          const float = String((JSON.parse(text) as { amount: number }).amount)
          expect(fromProviderNumber(float, currency)).toBe(minor)
        }),
      )
    },
  )
})

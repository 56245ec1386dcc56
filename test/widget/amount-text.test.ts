import { expect } from '@open-wc/testing'
import { readAmount } from '../../server/contract/amount-text.ts'
import { createMoneyFormat } from '../../server/contract/money-format.ts'
import { formatAmount, fractionDigits } from '../../server/contract/money.ts'
import { locales, numberingSystems } from '../locales.ts'

const currencies = Intl.supportedValuesOf('currency')
// A thousand and more, under one, every digit, and the greatest number of groups.
const AMOUNTS = [123_456_789n, 1n, 505_050n, 987_654_321_012_345n]
const DISPLAYS = ['symbol', 'narrowSymbol', 'code'] as const

/** Each of the longer list once, beside the others in turn. */
function* combinations(tags: readonly string[]) {
  const count = Math.max(tags.length, currencies.length) * 2
  for (let i = 0; i < count; i++) {
    const currency = currencies[(i * 7) % currencies.length]!
    const locale = tags[i % tags.length]!
    yield { currency, locale, minor: AMOUNTS[i % AMOUNTS.length]! }
  }
}

function expectReadBack(text: string, minor: bigint, currency: string, locale: string) {
  expect(readAmount(text, currency, locale), `${text} in ${currency} for ${locale}`).to.equal(minor)
}

describe("what this browser's Intl writes is read back equal", () => {
  it('knows at least 100 locales and 100 currencies to try', () => {
    expect(locales.length).to.be.at.least(100)
    expect(currencies.length).to.be.at.least(100)
  })

  for (const currencyDisplay of DISPLAYS) {
    it(`as money with its ${currencyDisplay}`, () => {
      for (const { minor, currency, locale } of combinations(locales)) {
        const digits = fractionDigits(currency)
        const text = new Intl.NumberFormat(locale, {
          style: 'currency',
          currency,
          currencyDisplay,
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }).format(formatAmount(minor, currency) as Intl.StringNumericLiteral)
        expectReadBack(text, minor, currency, locale)
      }
    })
  }

  it('as it stands in the field', () => {
    for (const { minor, currency, locale } of combinations(locales)) {
      expectReadBack(createMoneyFormat(currency, locale).bare(minor), minor, currency, locale)
    }
  })

  it('in the digits of every system', () => {
    const tags = numberingSystems.flatMap((system) =>
      ['en-US', 'ar-EG', 'de-CH'].map((tag) => `${tag}-u-nu-${system}`),
    )
    for (const { minor, currency, locale } of combinations(tags)) {
      expectReadBack(createMoneyFormat(currency, locale).full(minor), minor, currency, locale)
    }
  })
})

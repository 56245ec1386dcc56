import { expect } from '@open-wc/testing'
import { readAmount } from '../../server/contract/amount-text.ts'
import { createMoneyFormat } from '../../server/contract/money-format.ts'
import { formatAmount, fractionDigits } from '../../server/contract/money.ts'
import { locales, numberingSystems } from '../locales.ts'

const currencies = Intl.supportedValuesOf('currency')
const DISPLAYS = ['symbol', 'narrowSymbol', 'code'] as const

/** An amount of 1 to 15 digits: which one does not matter, and a failure names it. */
function anyAmount(): bigint {
  return BigInt(Math.floor(Math.random() * 10 ** (1 + Math.floor(Math.random() * 15))))
}

// All pairs would take a slow engine a minute: each run takes others, every locale and every currency among them.
const SHARE = 16

function* combinations() {
  const offset = Math.floor(Math.random() * SHARE)
  for (const [row, locale] of locales.entries()) {
    for (const [column, currency] of currencies.entries()) {
      if ((row + column) % SHARE === offset) yield { currency, locale, minor: anyAmount() }
    }
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
      for (const { minor, currency, locale } of combinations()) {
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
    for (const { minor, currency, locale } of combinations()) {
      expectReadBack(createMoneyFormat(currency, locale).bare(minor), minor, currency, locale)
    }
  })

  it('in the digits of every system', () => {
    for (const system of numberingSystems) {
      for (const tag of ['en-US', 'ar-EG', 'de-CH', 'hi', 'fa']) {
        const locale = `${tag}-u-nu-${system}`
        for (const currency of ['USD', 'JPY', 'KWD']) {
          const minor = anyAmount()
          expectReadBack(createMoneyFormat(currency, locale).full(minor), minor, currency, locale)
        }
      }
    }
  })
})

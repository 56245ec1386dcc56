import { describe, expect, it } from 'vitest'
import { createMoneyFormat } from '../../server/contract/money-format.ts'

describe('the symbol in the field', () => {
  it.each([
    ['en', 'USD', true],
    ['de', 'EUR', false],
    ['fa', 'IRR', true],
    ['ar-EG', 'EGP', false],
    ['he', 'ILS', false],
    ['ja', 'JPY', true],
  ])('stands where %s writes that of %s: before the number %s', (locale, currency, isFirst) => {
    expect(createMoneyFormat(currency, locale).isSymbolFirst).toBe(isFirst)
  })
})

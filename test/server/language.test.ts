import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMoneyFormat } from '../../server/contract/money-format.ts'
import { chooseLanguage, directionOf } from '../../server/contract/language.ts'

const AVAILABLE = 'en de fr nb he id fil ro es zh-Hans zh-Hant sr sr-Latn pt-BR pt-PT'.split(' ')

describe('the language of a locale', () => {
  it.each([
    ['xx', 'en'],
    ['', 'en'],
    ['not a tag', 'en'],
    ['constructor', 'en'],
    ['eo', 'en'],
    ['en-AU', 'en'],
    ['de_CH', 'de'],
    ['de-ch', 'de'],
    ['DE', 'de'],
    ['de-DE-u-co-phonebk', 'de'],
    ['de-x-private', 'de'],
    ['fr-Latn-CA', 'fr'],
    ['es-419', 'es'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh-Hans-HK', 'zh-Hans'],
    ['cmn', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['zh-MO', 'zh-Hant'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['sr', 'sr'],
    ['sr-RS', 'sr'],
    ['sr-Cyrl', 'sr'],
    ['sr-Cyrl-BA', 'sr'],
    ['sr-Latn', 'sr-Latn'],
    ['sr-Latn-RS', 'sr-Latn'],
    ['sr-ME', 'sr-Latn'],
    ['sh', 'sr-Latn'],
    ['no', 'nb'],
    ['nb-NO', 'nb'],
    ['nn', 'nb'],
    ['nn-NO', 'nb'],
    ['pt', 'pt-BR'],
    ['pt-BR', 'pt-BR'],
    ['pt-PT', 'pt-PT'],
    ['pt-AO', 'pt-PT'],
    ['pt-MZ', 'pt-PT'],
    ['iw', 'he'],
    ['iw-IL', 'he'],
    ['in', 'id'],
    ['tl', 'fil'],
    ['tl-PH', 'fil'],
    ['mo', 'ro'],
  ])('%j is %j', (locale, language) => {
    expect(chooseLanguage(locale, AVAILABLE)).toBe(language)
  })

  it.each([
    ['pt-PT', ['en', 'pt'], 'pt'],
    ['pt-AO', ['en', 'pt-BR'], 'pt-BR'],
    ['sr-Latn', ['en', 'sr'], 'sr'],
    ['zh-TW', ['en', 'zh'], 'zh'],
    ['no', ['en'], 'en'],
  ])('%j is the nearest where there are only %j', (locale, available, language) => {
    expect(chooseLanguage(locale, available)).toBe(language)
  })
})

it('is looked for among the tags of one language alone, because a look at each is dear', () => {
  const maximize = vi.spyOn(Intl.Locale.prototype, 'maximize')
  onTestFinished(() => maximize.mockRestore())
  expect(chooseLanguage('zh-TW', AVAILABLE)).toBe('zh-Hant')
  expect(maximize).toHaveBeenCalledTimes(3)
})

describe('the direction of a language', () => {
  it.each(['ar', 'he', 'fa', 'ur', 'ar-EG', 'ckb', 'yi', 'dv', 'uz-Arab', 'iw'])(
    'is from right to left in %j',
    (tag) => expect(directionOf(tag)).toBe('rtl'),
  )

  it.each(['en', 'de', 'zh-Hant', 'ja', 'ku', 'uz', 'ar-Latn', 'ru', ''])(
    'is from left to right in %j',
    (tag) => expect(directionOf(tag)).toBe('ltr'),
  )
})

describe('an amount among letters from right to left', () => {
  it.each([
    ['ar', 'USD', '\u200f12.00\u00a0US$\u200e'],
    ['ar', 'EUR', '\u200f12.00\u00a0€'],
    ['he', 'CAD', '\u200f12.00\u00a0\u200fCA$\u200e'],
    ['en', 'CAD', 'CA$12.00'],
    ['de', 'USD', '12,00\u00a0$'],
  ])('in %s keeps the letters and the sign of %s together', (locale, currency, text) => {
    expect(createMoneyFormat(currency, locale).full(1200n)).toBe(text)
  })
})

import { describe, expect, it } from 'vitest'
import { countriesIn, countryOf } from '../../server/contract/countries.ts'
import {
  faultsOf,
  fieldsOf,
  missingParts,
  toCustomer,
  type PartName,
} from '../../server/contract/customer-fields.ts'
import { customerPartSchema, customerSchema } from '../../server/contract/schemas.ts'

const PARTS: readonly PartName[] = customerPartSchema.options

const TYPED: Readonly<Record<string, string>> = {
  firstName: ' Ada ',
  lastName: '',
  email: '\u202Aada@example.com\u202C',
  phone: '+٤٩ 30\u2013\u06F1\u06F2\u06F3',
  'billingAddress.line1': 'Unter den Linden 1',
  'billingAddress.city': 'Berlin',
  'billingAddress.country': 'DE',
  'shippingAddress.line1': '1 Rue de Rivoli',
  'shippingAddress.line2': '2e étage',
  'shippingAddress.postalCode': '75001',
  'shippingAddress.city': 'Paris',
  'shippingAddress.country': 'FR',
}
const reader = (changes: Record<string, string> = {}) => {
  const values = { ...TYPED, ...changes }
  return (name: string) => values[name as keyof typeof values] ?? ''
}
const faults = (changes: Record<string, string>) =>
  Object.fromEntries(faultsOf(PARTS, reader(changes)))

describe('what a buyer types of himself', () => {
  it.each([
    [{ firstName: ' ', lastName: '' }, { firstName: 'name_required' }],
    [{ email: '' }, { email: 'email_required' }],
    [{ email: 'ada' }, { email: 'email_malformed' }],
    [{ email: 'ada@localhost' }, { email: 'email_malformed' }],
    [{ email: `${'a'.repeat(250)}@example.com` }, { email: 'email_malformed' }],
    [{ phone: 'call me' }, { phone: 'phone_malformed' }],
    [{ phone: '12' }, { phone: 'phone_malformed' }],
    [{ 'billingAddress.line1': '' }, { 'billingAddress.line1': 'line1_required' }],
    [{ 'billingAddress.city': ' ' }, { 'billingAddress.city': 'city_required' }],
    [{ 'billingAddress.country': '' }, { 'billingAddress.country': 'country_required' }],
    [{ 'billingAddress.country': 'Germany' }, { 'billingAddress.country': 'country_required' }],
    [{ 'shippingAddress.city': 'Pa\u0007ris' }, { 'shippingAddress.city': 'text_malformed' }],
    [{ lastName: 'x'.repeat(101) }, { lastName: 'text_malformed' }],
  ])('%j is told as %j', (changes, expected) => {
    expect(faults(changes)).toEqual(expected)
  })

  it('is a customer as the server takes it, of first or last name alone', () => {
    expect(faults({})).toEqual({})
    expect(faults({ firstName: '', lastName: 'Lovelace' })).toEqual({})
    const customer = toCustomer(PARTS, reader())
    expect(customerSchema.parse(customer)).toEqual(customer)
    expect(customer).toEqual({
      firstName: 'Ada',
      email: 'ada@example.com',
      phone: '+49 30-123',
      billingAddress: { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' },
      shippingAddress: {
        line1: '1 Rue de Rivoli',
        line2: '2e étage',
        postalCode: '75001',
        city: 'Paris',
        country: 'FR',
      },
    })
    expect(missingParts(customer, PARTS)).toEqual([])
  })

  it('is refused here wherever the server would refuse it', () => {
    const hostile = [
      '',
      ' ',
      'a',
      '\u0000',
      '\uD800',
      'x'.repeat(300),
      '1'.repeat(40),
      'ü@ü.de',
      '😀',
    ]
    for (const { name } of PARTS.flatMap(fieldsOf)) {
      for (const value of hostile) {
        const typed = reader({ [name]: value })
        if (faultsOf(PARTS, typed).size > 0) continue
        const { success } = customerSchema.safeParse(toCustomer(PARTS, typed))
        expect({ name, value, success }).toEqual({ name, value, success: true })
      }
    }
  })

  it('may be as long as the server takes it', () => {
    for (const { name, type, maxLength } of PARTS.flatMap(fieldsOf)) {
      if (type !== 'text') continue
      const typed = reader({ [name]: 'x'.repeat(maxLength) })
      expect(customerSchema.safeParse(toCustomer(PARTS, typed)).success, name).toBe(true)
    }
  })
})

describe('the countries', () => {
  it('are those of ISO 3166-1, in the order of their names in this language', () => {
    const german = countriesIn('de')
    expect(german).toHaveLength(249)
    expect(german.slice(0, 3).map(({ name }) => name)).toEqual([
      'Afghanistan',
      'Ägypten',
      'Ålandinseln',
    ])
    expect(german.find(({ code }) => code === 'AT')?.name).toBe('Österreich')
  })

  it.each([
    ['de-CH', 'CH'],
    ['de', ''],
    ['en-001', ''],
    ['en-ZZ', ''],
  ])('of %s is "%s": where a locale names none, nobody knows', (locale, country) => {
    expect(countryOf(locale)).toBe(country)
  })
})

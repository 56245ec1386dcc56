import * as fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { checkoutSchema } from '../../server/checkout-schema.ts'
import { formatAmount } from '../../server/contract/money.ts'
import { readProblem, readSession, startCoinslot } from './coinslot-harness.ts'

const HEADPHONES = { name: 'Wireless Headphones', sku: 'WH-100', quantity: 1, unitPrice: '119.00' }
const ORDER = {
  provider: 'sandbox',
  currency: 'AUD',
  amount: '140.76',
  items: [HEADPHONES],
  shipping: { type: 'express', method: 'aus_post', amount: '9.95' },
  tax: '11.81',
}

/** What is told of a checkout, as "path: message". */
function problemsOf(change: object): string[] {
  const { error } = checkoutSchema.safeParse({ ...ORDER, ...change })
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('an amount that is made of parts is refused', () => {
  it.each<[object, string]>([
    [{ amount: '140.75' }, 'amount: is 140.75, but items, shipping and tax add up to 140.76'],
    [{ tax: undefined }, 'amount: is 140.76, but items, shipping and tax add up to 128.95'],
    [
      { items: [HEADPHONES, { ...HEADPHONES, quantity: 3 }] },
      'amount: is 140.76, but items, shipping and tax add up to 497.76',
    ],
    [
      { items: [], amount: '21.75' },
      'amount: is 21.75, less than shipping and tax, which are 21.76',
    ],
  ])('where it is not their sum, with both sums: %j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem])
  })

  it.each([
    ['on the page', { editable: true }],
    ["on the provider's page", { sprintcheckout: { editable: true } }],
    ['with no items but shipping', { editable: true, items: [], tax: undefined }],
    ['with no items but tax', { editable: true, items: [], shipping: undefined }],
  ])('where the buyer may change it %s', (_, change) => {
    expect(problemsOf(change)).toEqual([expect.stringMatching(/^editable: must be false/)])
  })

  it.each([
    ['amount', { amount: undefined }],
    ['items.0.unitPrice', { items: [{ ...HEADPHONES, unitPrice: '119.001' }] }],
    ['items.0.unitPrice', { items: [{ ...HEADPHONES, unitPrice: '-119.00' }] }],
    ['items.0.unitPrice', { items: [{ ...HEADPHONES, unitPrice: 119 }] }],
    ['items.0.unitPrice', { items: [{ ...HEADPHONES, unitPrice: undefined }] }],
    ['items.0.unitPrice', { items: [{ ...HEADPHONES, unitPrice: '99999999999999.99' }] }],
    ['items.0.quantity', { items: [{ ...HEADPHONES, quantity: 0 }] }],
    ['items.0.quantity', { items: [{ ...HEADPHONES, quantity: 1.5 }] }],
    ['items.0.quantity', { items: [{ ...HEADPHONES, quantity: '1' }] }],
    ['items.0.name', { items: [{ ...HEADPHONES, name: '' }] }],
    ['items.0', { items: [{ ...HEADPHONES, price: '1.00' }] }],
    ['items.0', { items: [null] }],
    ['items', { items: HEADPHONES }],
    ['shipping.amount', { shipping: { amount: '9.955' } }],
    ['shipping', { shipping: '9.95' }],
    ['tax', { tax: '11,81' }],
    ['tax', { tax: 11.81 }],
    ['collect', { collect: ['email', 'email'] }],
    ['collect.0', { collect: ['shoeSize'] }],
  ])('with a problem at %s', (path, change) => {
    expect(problemsOf(change).map((problem) => problem.split(':')[0])).toContain(path)
  })
})

describe('an amount that is made of parts', () => {
  it('is the sum of them, each with the decimals of the currency', () => {
    const items = [
      { ...HEADPHONES, unitPrice: '119' },
      { name: 'Sticker', quantity: 2, unitPrice: '0' },
    ]
    const written = { items, shipping: { amount: '9.95' }, tax: '11.81' }
    expect(checkoutSchema.parse({ ...ORDER, ...written })).toMatchObject({
      amount: '140.76',
      items: [{ unitPrice: '119.00' }, { unitPrice: '0.00' }],
      shipping: { amount: '9.95' },
      tax: '11.81',
    })
  })

  it('may say of shipping and tax alone how much of it they are, or how it is shipped', () => {
    expect(problemsOf({ items: undefined })).toEqual([])
    expect(problemsOf({ items: [], tax: undefined, shipping: { type: 'express' } })).toEqual([])
  })

  it.each(['JPY', 'USD', 'KWD', 'CLF'])('adds up in %s to the last minor unit', (currency) => {
    const part = fc.bigInt({ min: 0n, max: 10n ** 9n })
    const item = fc.record({ price: part, quantity: fc.integer({ min: 1, max: 1000 }) })
    const text = (minor: bigint) => formatAmount(minor, currency)
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 9 }),
        part,
        part,
        (items, tax, ship) => {
          const prices = items.map(({ price, quantity }) => price * BigInt(quantity))
          const sum = [tax, ship, ...prices].reduce((a, b) => a + b, 1n)
          const checkout = {
            currency,
            items: [
              { name: 'A thing of one minor unit', quantity: 1, unitPrice: text(1n) },
              ...items.map(({ price, quantity }) => ({
                name: 'x',
                quantity,
                unitPrice: text(price),
              })),
            ],
            tax: text(tax),
            shipping: { amount: text(ship) },
          }
          expect(problemsOf({ ...checkout, amount: text(sum) })).toEqual([])
          expect(problemsOf({ ...checkout, amount: text(sum + 1n) })).toHaveLength(1)
        },
      ),
    )
  })
})

describe('an offer with items', () => {
  const SECRET = 'a secret of at least thirty-two bytes'

  async function send(terms: object, amount?: string): Promise<Response> {
    const { createSession } = await startCoinslot({ environment: { COINSLOT_SECRET: SECRET } })
    const offer = await new SignJWT({ ...terms })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(SECRET))
    return createSession({ offer, ...(amount !== undefined && { amount }) })
  }

  it('is refused where they do not add up, with the path and both sums', async () => {
    const problem = await readProblem(await send({ ...ORDER, amount: '140.75' }))
    expect(problem).toMatchObject({ code: 'offer_invalid' })
    expect(problem['detail']).toContain('amount: is 140.75, but')
    expect(problem['detail']).toContain('140.76')
  })

  it('is refused on a checkout whose amount the buyer may change, unless it fixes it', async () => {
    const terms = { checkout: 'donation', currency: 'USD', amount: '119.00', items: [HEADPHONES] }
    expect(await readProblem(await send(terms))).toMatchObject({ code: 'offer_invalid' })
    expect((await send({ ...terms, editable: false })).status).toBe(201)
  })

  it('costs their sum, whatever the page asks for', async () => {
    expect(await readSession(await send(ORDER))).toMatchObject({ amount: '140.76' })
    expect(await readProblem(await send(ORDER, '1.00'))).toMatchObject({
      code: 'amount_not_editable',
    })
  })
})

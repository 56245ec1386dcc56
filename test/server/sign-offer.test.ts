import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { signOffer, type OfferError, type OfferTerms } from '../../server/index.ts'
import { readSession, startCoinslot } from './coinslot-harness.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const AT = new Date('2026-11-21T12:00:00Z')
const options = { secret: SECRET, expiresIn: '2h', now: () => AT }

const order: OfferTerms = {
  provider: 'sandbox',
  currency: 'EUR',
  amount: '119.00',
  orderId: 'A-1042',
}

/** What is said to be wrong; the terms as a page written in JavaScript may have them. */
async function problems(terms: unknown, change: object = {}): Promise<readonly string[]> {
  const signing = signOffer(terms as OfferTerms, { ...options, ...change })
  const error = await signing.then(
    () => undefined,
    (error: unknown) => error as OfferError,
  )
  if (error && error.name !== 'OfferError') throw error
  return error?.problems ?? []
}

describe('an offer is not signed', () => {
  it.each([
    ['a number as its amount', { ...order, amount: 119 }, /^amount: must be a decimal string/],
    ['too many decimals', { ...order, amount: '119.001' }, /^amount: "119.001" has more than 2/],
    ['an amount as it is spoken', { checkout: 'mug', amount: '1,50' }, /^amount: "1,50" is no dec/],
    ['more decimals than there are', { checkout: 'mug', tax: '1.00001' }, /^tax: "1.00001" has/],
    ['a preset that is no amount', { checkout: 'mug', presets: ['1', 'x'] }, /^presets\.1: "x"/],
    ['a price as a number', item({ unitPrice: 119 }), /^items\.0\.unitPrice: must be a decimal/],
    ['a price of no decimals', { ...item({ unitPrice: '1,0' }) }, /^items\.0\.unitPrice: "1,0"/],
    ['half an item', item({ quantity: 0.5 }), /^items\.0\.quantity: /],
    ['items that do not add up', item({ unitPrice: '118.00' }), /^amount: is 119\.00, but items/],
    [
      'shipping that is no amount',
      { checkout: 'mug', shipping: { amount: '-1' } },
      /^shipping\.am/,
    ],
    ['a term that there is not', { ...order, callbackUrl: 'https://a.example' }, /"callbackUrl"/],
    ['a term that there is not, beside a checkout', { checkout: 'mug', price: '1' }, /"price"/],
    ['exp, which is for the options', { ...order, exp: 1 }, /"exp"/],
    ['a currency that there is not', { ...order, currency: 'EURO' }, /^currency: must be an ISO/],
    ['no currency', { ...order, currency: undefined }, /^currency: /],
    ['no provider', { currency: 'EUR', amount: '1' }, /^provider: must name a provider/],
    ['no amount', { provider: 'sandbox', currency: 'EUR' }, /^amount: is needed/],
    ['a return page over http', { ...order, successUrl: 'http://a.example' }, /^successUrl: must/],
    ['a return page that is script', { ...order, failUrl: 'javascript:1' }, /^failUrl: must/],
    ['an email that is none', { ...order, customer: { email: 'ada' } }, /^customer\.email: /],
    [
      'a customer of other words',
      { ...order, customer: { mail: 'a@b.co' } },
      /^customer: .*"mail"/,
    ],
    ['a checkout that is no id', { checkout: 7 }, /^checkout: must be the id/],
    ['__proto__', JSON.parse('{"checkout":"mug","__proto__":{"amount":"1"}}'), /"__proto__"/],
    ['nothing', null, /^the terms are an object/],
    ['a list', [order], /^the terms are an object/],
  ])('with %s, and the key is named', async (_, terms, problem) => {
    const told = await problems(terms)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(problem)
  })

  it('and all of its problems are told at once', async () => {
    const told = await problems({ ...order, amount: 1, orderId: '' }, { secret: '', expiresIn: 0 })
    expect(told.map((problem) => problem.split(':')[0])).toEqual([
      'amount',
      'orderId',
      'secret',
      'expiresIn',
    ])
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['a short one', 'thirty-one bytes are too little'],
    ['a short one in a list', `${SECRET},short`],
    ['an empty one in a list', `${SECRET},`],
  ])('with %s as its secret, which is not shown', async (_, secret) => {
    const told = await problems(order, { secret })
    expect(told).toEqual([expect.stringMatching(/^secret: /)])
    if (secret) expect(told.join()).not.toContain(secret)
  })

  it.each([0, -1, 1.5, NaN, Infinity, '', '2 weeks', '2y', '-2h', '1e3', '367d'])(
    'for %s',
    async (expiresIn) => {
      expect(await problems(order, { expiresIn })).toEqual([
        expect.stringMatching(/^expiresIn: must be/),
      ])
    },
  )

  it('where it would be too long for the server, and for an address', async () => {
    const items = Array.from({ length: 100 }, (_, index) => ({
      name: `Lamp no. ${index}, with a shade of linen and a cable of two metres`,
      quantity: 1,
      unitPrice: '1.00',
    }))
    expect(await problems({ ...order, amount: '100.00', items })).toEqual([
      expect.stringMatching(/^it would have \d+ characters, and 8192 are the most/),
    ])
  })
})

function item(change: object): object {
  return { ...order, items: [{ name: 'Lamp', quantity: 1, unitPrice: '119.00', ...change }] }
}

describe('a signed offer', () => {
  it.each([
    [60, 60],
    ['45', 45],
    ['90s', 90],
    ['30m', 1800],
    ['2h', 7200],
    ['7d', 604_800],
  ])('that is for %s expires then', async (expiresIn, seconds) => {
    const { iat, exp } = decodeJwt(await signOffer(order, { ...options, expiresIn }))
    expect(iat).toBe(AT.getTime() / 1000)
    expect(exp! - iat!).toBe(seconds)
  })

  it('says what it was told, and nothing that a checkout would say otherwise', async () => {
    const offer = await signOffer({ checkout: 'donation', amount: '30' }, options)
    const { iat: _iat, exp: _exp, ...terms } = decodeJwt(offer)
    expect(terms).toEqual({ checkout: 'donation', amount: '30' })
    expect(decodeProtectedHeader(offer)).toEqual({ alg: 'HS256', typ: 'JWT' })
  })

  it('is signed with the first of the list, and any of a list may have signed it', async () => {
    const list = `${SECRET}, another secret of thirty-two bytes`
    const offer = await signOffer(order, { ...options, secret: list })
    expect(offer).toBe(await signOffer(order, options))
    const turned = list.split(', ').toReversed().join(',')
    const { createSession } = await startCoinslot({
      environment: { COINSLOT_SECRET: turned },
      now: () => AT,
    })
    const session = await readSession(await createSession({ offer }))
    expect(session).toMatchObject({ amount: '119.00', currency: 'EUR', status: 'pending' })
  })

  it('may say all that an order is made of', async () => {
    const terms: OfferTerms = {
      provider: 'sandbox',
      currency: 'EUR',
      amount: '140.76',
      description: 'Kopfhörer – “ohne Kabel” 🎧',
      orderId: 'A-1042',
      iss: 'shop',
      expiresIn: 3600,
      items: [{ name: 'Kopfhörer', sku: 'WH-100', quantity: 1, unitPrice: '119.00' }],
      shipping: { type: 'express', method: 'post', amount: '9.95' },
      tax: '11.81',
      collect: ['email'],
      customer: { firstName: 'Ada', email: 'ada@example.com' },
      metadata: { cart: '7' },
      successUrl: 'https://shop.example/thanks?order=A-1042',
      cancelUrl: '/cart',
      failUrl: '/cart?failed',
    }
    const { createSession } = await startCoinslot({
      environment: { COINSLOT_SECRET: SECRET },
      now: () => AT,
    })
    const answer = await createSession({ offer: await signOffer(terms, options) })
    expect(answer.status).toBe(201)
    expect(await readSession(answer)).toMatchObject({
      amount: '140.76',
      description: 'Kopfhörer – “ohne Kabel” 🎧',
      expiresAt: '2026-11-21T13:00:00.000Z',
    })
  })
})

import { describe, expect, it } from 'vitest'
import { readSession, startCoinslot } from './coinslot-harness.ts'

const CART = 'cart_3q2-7wAAAAAAAAAA'
const MUG = { sku: 'mug', quantity: 2 }

interface Signed {
  readonly offer: string
  readonly terms: Record<string, unknown>
}

describe('the back ends of the demo’s merchants', () => {
  it('are not there where a configuration is', async () => {
    const configuration = { providers: { sandbox: {} }, checkouts: {} }
    const { request } = await startCoinslot({ configuration })
    expect((await request('POST', '/demo/offers', { body: {} })).status).toBe(404)
    expect((await request('POST', '/demo/carts', { body: {} })).status).toBe(404)
  })

  it.each([
    ['another page', { Origin: 'https://elsewhere.example' }, 403],
    ['a form', { 'Content-Type': 'text/plain' }, 415],
  ])('sign nothing for %s', async (_, headers, status) => {
    const { request } = await startCoinslot()
    const body = { checkout: 'donation' }
    expect((await request('POST', '/demo/offers', { body, headers })).status).toBe(status)
  })

  it.each([
    ['a way to another site', { successUrl: 'https://elsewhere.example' }],
    ['another provider', { provider: 'sprintcheckout' }],
    ['an order', { orderId: '1' }],
    ['a number as amount', { amount: 5 }],
    ['no currency that there is', { currency: 'XXY' }],
    ['an amount that is none', { amount: 'a lot' }],
    ['a minimum over the maximum', { minAmount: '10.00', maxAmount: '5.00' }],
  ])('sign no terms with %s', async (_, changed) => {
    const { request } = await startCoinslot()
    const answer = await request('POST', '/demo/offers', {
      body: { checkout: 'donation', ...changed },
    })
    expect([400, 422]).toContain(answer.status)
    expect(await answer.json()).not.toHaveProperty('offer')
  })

  it('never sign with the secret that offers are signed with for real', async () => {
    const environment = { COINSLOT_SECRET: 'canary-of-the-merchant-with-32-bytes-and-more' }
    const { request } = await startCoinslot({ environment })
    const answer = await request('POST', '/demo/offers', { body: { checkout: 'donation' } })
    const { offer } = (await answer.json()) as Signed
    const donation = { provider: 'sandbox', currency: 'USD', amount: '25.00' }
    const configuration = { providers: { sandbox: {} }, checkouts: { donation } }
    const real = await startCoinslot({ configuration, environment })
    expect(await (await real.createSession({ offer })).json()).toMatchObject({
      code: 'offer_invalid',
    })
  })

  it('sign a sample’s terms with what was changed, and they can be paid', async () => {
    const { request, createSession } = await startCoinslot()
    const answer = await request('POST', '/demo/offers', {
      body: { checkout: 'donation', amount: '7.50', presets: ['7.50'], description: 'Tea' },
    })
    const { offer, terms } = (await answer.json()) as Signed
    expect(terms).toMatchObject({ amount: '7.50', minAmount: '5.00', currency: 'USD' })
    expect(
      await readSession(await createSession({ checkout: 'donation', offer, amount: '7.50' })),
    ).toMatchObject({ amount: '7.50', description: 'Tea', checkout: 'donation' })
  })

  it('keep a sample’s figures in a currency without decimals', async () => {
    const { request } = await startCoinslot()
    const body = { checkout: 'donation', currency: 'JPY' }
    const answer = await request('POST', '/demo/offers', { body })
    expect(((await answer.json()) as Signed).terms).toMatchObject({
      currency: 'JPY',
      amount: '25',
      presets: ['10', '25', '100'],
    })
  })

  it.each([
    ['nothing in it', []],
    ['an article that is not sold', [{ sku: 'crown', quantity: 1 }]],
    ['a part of an article', [{ sku: 'mug', quantity: 0.5 }]],
    ['less than nothing', [{ sku: 'mug', quantity: -1 }]],
    ['an article twice', [MUG, MUG]],
    ['a price of its own', [{ ...MUG, unitPrice: '0.01' }]],
  ])('sign no cart with %s', async (_, lines) => {
    const { request } = await startCoinslot()
    const answer = await request('POST', '/demo/carts', { body: { id: CART, lines } })
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' })
  })

  it('sign a cart at the shop’s prices, and its order is paid once', async () => {
    const { request, createSession } = await startCoinslot()
    const lines = [MUG, { sku: 'kettle', quantity: 1 }]
    const cart = await request('POST', '/demo/carts', { body: { id: CART, lines } })
    const { offer } = (await cart.json()) as Signed
    const session = await readSession(await createSession({ offer, amount: '103.80' }))
    expect(session).toMatchObject({
      amount: '103.80',
      currency: 'EUR',
      orderId: CART,
      description: '2 × Enamel mug, 1 × Stovetop kettle',
    })
    await request('POST', new URL(session.redirectUrl ?? '').pathname, {
      raw: new URLSearchParams({ outcome: 'paid' }),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(await (await createSession({ offer, amount: '103.80' })).json()).toMatchObject({
      code: 'order_already_paid',
    })
  })
})

import { expect } from '@open-wc/testing'
import type { CheckoutOptions } from '../../widget/checkout-controller.ts'
import type { CoinslotErrorEvent } from '../../widget/events.ts'
import { createPage, donation, json, offer, problem, session } from './fixtures.ts'

const LATER = new Date(Date.now() + 3_600_000).toISOString()
const BEFORE = new Date(Date.now() - 1000).toISOString()

const open = (changes: Record<string, unknown> = {}) => session({ expiresAt: LATER, ...changes })
const opened = (changes = {}) => json(open(changes), 201)
const another = () =>
  opened({ id: 'cs_another', redirectUrl: 'https://provider.example/pay/another' })

const customer = { email: 'buyer@shop.example' }

type Replies = Parameters<typeof createPage> extends [unknown, ...infer Rest] ? Rest : never

/** A buyer who has left a session open comes back, to this page and these replies. */
async function comeBack(changes: Partial<CheckoutOptions>, ...replies: Replies) {
  await leaveOpen({})
  return createPage({ ...donation, ...changes }, ...replies)
}

async function leaveOpen(changes: Partial<CheckoutOptions>, reply = opened()) {
  const before = createPage({ ...donation, ...changes }, reply)
  await before.controller.pay()
  expect(before.left).to.have.length(1)
}

const calls = (page: ReturnType<typeof createPage>) =>
  page.server.requests.map(({ url, init }) => `${init.method ?? 'GET'} ${new URL(url).pathname}`)

const NEW = 'POST /v1/sessions'
const GET = 'GET /v1/sessions/cs_3q2-7wAAAAAAAAAAAAAAAA'
const PATCH = 'PATCH /v1/sessions/cs_3q2-7wAAAAAAAAAAAAAAAA'

describe('a buyer who comes back', () => {
  beforeEach(() => localStorage.clear())
  afterEach(() => localStorage.clear())

  for (const [name, reply] of Object.entries({
    'is paid': json(open({ status: 'paid', redirectUrl: undefined })),
    'is being paid': json(open({ status: 'processing', redirectUrl: undefined })),
    'is unknown': problem('session_not_found', 404),
    'has expired': json(open({ expiresAt: BEFORE })),
    'is for another sum by now': json(open({ amount: '30.00' })),
    'is in another currency': json(open({ currency: 'EUR' })),
    'leads nowhere': json(open({ redirectUrl: undefined })),
    'leads where no browser may go': json(open({ redirectUrl: 'javascript:alert(1)' })),
    'cannot be read by the server': problem('internal', 500),
  })) {
    it(`gets a new session where the one before ${name}`, async () => {
      const page = await comeBack({}, reply, another())
      await page.controller.pay()
      expect(calls(page)).to.deep.equal([GET, NEW])
      expect(page.left).to.deep.equal(['https://provider.example/pay/another'])
      expect(page.event('coinslot-error')).to.have.length(0)
      expect(page.exits).to.equal(1)
    })
  }

  for (const [name, reply] of Object.entries({
    'is open no more': problem('session_not_open', 409, { session: open({ status: 'paid' }) }),
    'cannot be changed by its provider': problem('amount_not_editable', 422, { currency: 'USD' }),
    'is refused by its provider': problem('provider_rejected', 502, { retryable: false }),
    'is not changed by its provider now': problem('provider_timeout', 504, { retryable: true }),
    'keeps its amount': json(open()),
  })) {
    it(`gets a new session for another sum where the one before ${name}`, async () => {
      const page = await comeBack({ amount: '30.00' }, reply, opened({ amount: '30.00' }))
      await page.controller.pay()
      expect(calls(page)).to.deep.equal([PATCH, NEW])
      expect(page.server.requests[1]?.key).not.to.equal(page.server.requests[0]?.key)
      expect(page.left).to.have.length(1)
      expect(page.event('coinslot-error')).to.have.length(0)
    })
  }

  for (const [name, changes] of Object.entries({
    server: { server: 'https://other.example' },
    checkout: { checkout: 'mug' },
    currency: { currency: 'EUR' },
    reference: { clientReferenceId: 'c-2' },
    language: { locale: 'de-DE' },
    offer: { offer: offer({ orderId: 'A-1' }) },
  })) {
    it(`gets a new session for another ${name}`, async () => {
      const currency = name === 'currency' ? 'EUR' : 'USD'
      const page = await comeBack(changes, opened({ currency }))
      await page.controller.pay()
      expect(calls(page)).to.deep.equal([NEW])
    })
  }

  it('gets a new session where that before was for somebody, and now nobody is named', async () => {
    await leaveOpen({ customer })
    const page = createPage(donation, another())
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([NEW])
  })

  it('gets a new session from offers that differ in the buyer', async () => {
    const named = (email: string) => ({ offer: offer({ orderId: 'A-1', customer: { email } }) })
    await leaveOpen(named('a@shop.example'))
    const page = createPage({ ...donation, ...named('b@shop.example') }, another())
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([NEW])
  })

  it('is told of a lost connection, and then gets what he left open', async () => {
    const page = await comeBack({}, new TypeError('offline'), json(open()))
    await page.controller.pay()
    expect(page.event<CoinslotErrorEvent>('coinslot-error')[0]).to.include({
      code: 'network_error',
      retryable: true,
    })
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([GET, GET])
    expect(page.left).to.have.length(1)
  })

  it('has a change that got lost sent again under its key', async () => {
    const page = await comeBack(
      { amount: '30.00' },
      new TypeError('offline'),
      json(open({ amount: '30.00' })),
    )
    await page.controller.pay()
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([PATCH, PATCH])
    expect(page.server.requests[1]?.key).to.equal(page.server.requests[0]?.key)
    expect(page.left).to.have.length(1)
  })

  it('is sent to the session that he left open', async () => {
    const page = await comeBack({}, json(open()))
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([GET])
    expect(page.left).to.deep.equal(['https://provider.example/pay/1'])
    expect(page.controller.state).to.equal('redirecting')
  })

  it('is sent to the same session with another sum, which it keeps from then on', async () => {
    const page = await comeBack({ amount: '30.00' }, json(open({ amount: '30.00' })))
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([PATCH])
    expect(page.server.requests[0]?.body).to.deep.equal({ amount: '30.00' })
    expect(page.server.requests[0]?.key).to.match(/^[\w-]{22,255}$/)
    page.controller.wake()
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([PATCH, GET])
  })

  it('has what he says of himself brought to the session that he left open', async () => {
    const page = await comeBack({ customer }, json(open()))
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([PATCH])
    expect(page.server.requests[0]?.body).to.deep.equal({ amount: '25.00', customer })
  })

  it('finds the session of an offer that was signed anew', async () => {
    const order = { orderId: 'A-1', currency: 'USD', amount: '25.00' }
    await leaveOpen({ offer: offer({ ...order, iat: 1, exp: 2, jti: 'x' }) })
    const page = createPage({ ...donation, offer: offer({ ...order, exp: 9 }) }, json(open()))
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([GET])
  })

  it('leaves a paid session behind, and may pay again', async () => {
    const page = await comeBack({}, json(open({ status: 'paid' })), timeless())
    await page.controller.pay()
    page.controller.wake()
    await page.controller.pay()
    expect(calls(page)).to.deep.equal([GET, NEW, NEW])
  })

  describe('finds a storage', () => {
    it('that holds the session’s id, sum and time, and nothing of him or of the checkout', async () => {
      await leaveOpen({ customer, clientReferenceId: 'secret-reference' })
      const kept = Object.values(localStorage).join('')
      expect(kept).to.contain('cs_3q2')
      expect(kept).not.to.match(/buyer@|secret-reference|donation|provider\.example/)
      const [entry] = Object.values(JSON.parse(kept) as Record<string, object>)
      expect(Object.keys(entry!)).to.have.members([
        'id',
        'amount',
        'currency',
        'expiresAt',
        'hasCustomer',
      ])
    })

    it('from which what has expired is gone', async () => {
      await leaveOpen({ checkout: 'a' })
      const { now } = Date
      try {
        Date.now = () => now() + 7_200_000
        const expiresAt = new Date(Date.now() + 1000).toISOString()
        await leaveOpen({ checkout: 'b' }, opened({ expiresAt }))
      } finally {
        Date.now = now
      }
      const kept = JSON.parse(Object.values(localStorage).join('')) as object
      expect(Object.keys(kept)).to.have.length(1)
    })

    for (const text of ['', 'x', 'null', '1', '[]', '[null]', '{"a":null}', '{"a":{"id":1}}']) {
      it(`with ${text || 'nothing'} in it, and pays all the same`, async () => {
        await leaveOpen({})
        localStorage.setItem(Object.keys(localStorage)[0]!, text)
        const page = createPage(donation, another())
        await page.controller.pay()
        expect(page.left).to.have.length(1)
        expect(calls(page)).to.deep.equal([NEW])
      })
    }

    for (const method of ['getItem', 'setItem'] as const) {
      it(`whose ${method} throws, and pays all the same`, async () => {
        const before = Storage.prototype[method]
        const refuse = () => {
          throw new DOMException('', 'SecurityError')
        }
        Object.assign(Storage.prototype, { [method]: refuse })
        try {
          const page = await comeBack({}, another())
          await page.controller.pay()
          expect(calls(page)).to.deep.equal([NEW])
          expect(page.left).to.have.length(1)
        } finally {
          Object.assign(Storage.prototype, { [method]: before })
        }
      })
    }
  })
})

/** As servers of before answer, which tell no time. */
function timeless() {
  return json(session(), 201)
}

/** An order that an offer names, through the whole server: paid once, whoever comes again and however. */
import { SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newKey, readProblem, readSession, SELF } from './coinslot-harness.ts'
import { startSandboxStand, type SandboxOptions } from './settlement/sandbox-subject.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const order = { provider: 'sandbox', currency: 'EUR', amount: '119.00', orderId: 'A-1042' }

function sign(payload: object): Promise<string> {
  return new SignJWT({ ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(SECRET))
}

async function start(options: SandboxOptions = {}) {
  const stand = await startSandboxStand({
    ...options,
    webhooksArrive: true,
    configuration: {
      providers: { sandbox: {} },
      checkouts: {
        fee: { provider: 'sandbox', currency: 'EUR', amount: '5.00', orderId: 'FEE' },
        gift: { provider: 'sandbox', currency: 'EUR', amount: '5.00', editable: true },
      },
    },
    environment: { COINSLOT_SECRET: SECRET },
  })
  onTestFinished(() => stand.close())
  const { harness } = stand

  const create = (body: object) => harness.createSession(body)

  /** The session of an offer, and its number at the sandbox. */
  async function open(body: object) {
    const answer = await create(body)
    expect(answer.status).toBe(201)
    return { session: await readSession(answer), reference: (await stand.references()).at(-1)! }
  }

  const read = async (id: string) => readSession(await harness.request('GET', `/v1/sessions/${id}`))

  async function pay(reference: string, outcome = 'paid') {
    expect((await stand.visit(reference, { outcome })).status).toBe(303)
  }

  return { ...stand, create, open, pay, read }
}

describe('an order that is paid', () => {
  it('is named in its session, so that the merchant knows what was paid', async () => {
    const { open, pay, read } = await start()
    const { session, reference } = await open({
      offer: await sign(order),
      clientReferenceId: 'A-9999',
    })
    await pay(reference)
    expect(await read(session.id)).toMatchObject({ status: 'paid', orderId: 'A-1042' })
    expect((await open({ checkout: 'fee' })).session).toMatchObject({ orderId: 'FEE' })
    expect((await open({ checkout: 'gift' })).session).not.toHaveProperty('orderId')
  })

  it('is not paid again by the same offer, nor by another one for it', async () => {
    const { create, open, pay, references } = await start()
    const offer = await sign(order)
    const { session, reference } = await open({ offer })
    await pay(reference)
    const dearer = await sign({ ...order, amount: '120.00' })
    for (const again of [offer, dearer]) {
      const answer = await create({ offer: again })
      expect(answer.status).toBe(409)
      expect(await readProblem(answer)).toMatchObject({
        code: 'order_already_paid',
        session: { id: session.id, status: 'paid', amount: '119.00' },
      })
    }
    expect(await references()).toEqual([reference])
  })

  it.each(['processing', 'refunded', 'late', 'overpaid'])(
    'is not asked for again after "%s" either',
    async (outcome) => {
      const { create, open, pay } = await start()
      const { reference } = await open({ offer: await sign(order) })
      await pay(reference, outcome)
      const answer = await create({ offer: await sign({ ...order, description: 'Again' }) })
      const problem = await readProblem(answer)
      expect(problem).toMatchObject({ code: 'order_already_paid' })
      // That of an overpaid session is pending still; its page to pay on is another buyer's.
      expect(problem['session']).not.toHaveProperty('redirectUrl')
    },
  )

  it('is asked for again where nobody has paid: declined, cancelled, expired', async () => {
    const { open, pay } = await start()
    for (const outcome of ['declined', 'canceled', 'expired']) {
      const { session, reference } = await open({ offer: await sign(order) })
      expect(session.status).toBe('pending')
      await pay(reference, outcome)
    }
  })

  it('is told as first told to whoever sends the very same request again', async () => {
    const { harness, pay, references } = await start()
    const body = { offer: await sign(order) }
    const headers = { 'Idempotency-Key': newKey() }
    const first = await (await harness.createSession(body, headers)).text()
    await pay((await references())[0]!)
    const again = await harness.createSession(body, headers)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(first)
  })

  it('is told by the payment page, which then has no button', async () => {
    const { harness, open, pay, references } = await start()
    const offer = await sign(order)
    const { reference } = await open({ offer })
    await pay(reference)
    const seen = await harness.request('GET', `/pay?offer=${offer}`)
    const posted = await harness.request('POST', '/pay', {
      raw: new URLSearchParams({ offer }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: SELF },
    })
    for (const page of [seen, posted]) {
      expect(page.status).toBe(409)
      const html = await page.text()
      expect(html).toContain('This order is already paid.')
      expect(html).not.toContain('<button')
    }
    expect(await references()).toEqual([reference])
  })

  it('is not asked for by a session that was being opened when it was paid', async () => {
    let meanwhile: (() => Promise<void>) | undefined
    const { create, open, pay } = await start({
      wrap: (transport) => async (request) => {
        const answer = await transport(request)
        const happens = meanwhile
        meanwhile = undefined
        await happens?.()
        return answer
      },
    })
    const { session, reference } = await open({ offer: await sign(order) })
    meanwhile = () => pay(reference)
    const answer = await create({ offer: await sign({ ...order, description: 'Again' }) })
    expect(answer.status).toBe(409)
    expect(await readProblem(answer)).toMatchObject({
      code: 'order_already_paid',
      session: { id: session.id },
    })
  })

  it('leaves other orders, other shops and configured checkouts alone', async () => {
    const { open, pay } = await start()
    for (const body of [
      { offer: await sign(order) },
      { offer: await sign({ ...order, orderId: 'A-1043' }) },
      { offer: await sign({ ...order, iss: 'the other shop' }) },
      { offer: await sign({ checkout: 'fee', orderId: 'A-1044' }) },
      { offer: await sign({ checkout: 'fee' }) },
      { offer: await sign({ checkout: 'fee' }) },
      { checkout: 'fee' },
      { checkout: 'fee' },
    ]) {
      const { session, reference } = await open(body)
      await pay(reference)
      expect(session.redirectUrl).toContain(reference)
    }
  })
})

describe('an order that is open', () => {
  it('goes on in the session that is there, in every tab and by every equal offer', async () => {
    const { open, references, harness } = await start()
    const { session } = await open({ offer: await sign({ ...order, jti: '1' }) })
    const { length } = harness.sent
    const { session: again } = await open({ offer: await sign({ ...order, jti: '2' }) })
    expect(again).toEqual({ ...session, updatedAt: again.updatedAt })
    expect(await references()).toHaveLength(1)
    expect(harness.sent).toHaveLength(length)
  })

  it.each([
    ['amount', { amount: '118.00' }],
    ['description', { description: 'Wireless headphones' }],
    ['return page', { successUrl: 'https://shop.example/thanks' }],
    ['customer', { customer: { email: 'grace@example.com' } }],
  ])('gets a session of its own where an offer says another %s', async (_, change) => {
    const { open } = await start()
    const customer = { email: 'ada@example.com' }
    const { session } = await open({ offer: await sign({ ...order, customer }) })
    const { session: other } = await open({ offer: await sign({ ...order, customer, ...change }) })
    expect(other.id).not.toBe(session.id)
  })

  it('does not show one buyer the page that was made for another', async () => {
    const { open } = await start()
    const offer = await sign(order)
    const { session } = await open({ offer, customer: { email: 'ada@example.com' } })
    const { session: other } = await open({ offer, customer: { email: 'grace@example.com' } })
    expect(other.id).not.toBe(session.id)
    const { session: same } = await open({ offer, customer: { email: 'ada@example.com' } })
    expect(same.id).toBe(session.id)
  })

  it('is paid once where two sessions of it are paid: the second is a duplicate', async () => {
    const { open, pay, read, harness } = await start()
    const one = await open({ offer: await sign(order) })
    const two = await open({ offer: await sign({ ...order, description: 'The same order' }) })
    await pay(two.reference)
    await pay(one.reference)
    expect(await read(two.session.id)).toMatchObject({ status: 'paid', exception: null })
    expect(await read(one.session.id)).toMatchObject({ status: 'pending', exception: 'duplicate' })
    await harness.coinslot.reconcile()
    expect(await read(one.session.id)).toMatchObject({ exception: 'duplicate' })
  })

  it('cannot be changed any more in a session beside the one that was paid', async () => {
    const { open, pay, harness } = await start()
    const gift = { checkout: 'gift', orderId: 'G-1' }
    const one = await open({ offer: await sign(gift) })
    const two = await open({ offer: await sign(gift), amount: '6.00' })
    const change = () =>
      harness.request('PATCH', `/v1/sessions/${one.session.id}`, { body: { amount: '7.00' } })
    expect(await readSession(await change())).toMatchObject({ amount: '7.00' })
    await pay(two.reference)
    expect(await readProblem(await change())).toMatchObject({
      code: 'order_already_paid',
      session: { id: two.session.id },
    })
  })

  it('is told of a change as first told, though it was paid in another session since', async () => {
    const { open, pay, harness } = await start()
    const gift = { checkout: 'gift', orderId: 'G-1' }
    const one = await open({ offer: await sign(gift) })
    const headers = { 'Idempotency-Key': newKey() }
    const change = (amount: string) =>
      harness.request('PATCH', `/v1/sessions/${one.session.id}`, { body: { amount }, headers })
    const first = await (await change('7.00')).text()
    const two = await open({ offer: await sign(gift), amount: '6.00' })
    await pay(two.reference)
    const again = await change('7.00')
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(first)
    expect(await readProblem(await change('8.00'))).toMatchObject({
      code: 'idempotency_key_reused',
    })
  })

  it('leads nobody on in a session beside the one that was paid', async () => {
    const { open, pay, read } = await start()
    const one = await open({ offer: await sign(order) })
    const two = await open({ offer: await sign({ ...order, description: 'The same order' }) })
    expect(await read(one.session.id)).toHaveProperty('redirectUrl')
    await pay(two.reference)
    expect(await read(one.session.id)).toMatchObject({ status: 'pending' })
    expect(await read(one.session.id)).not.toHaveProperty('redirectUrl')
  })

  it('is not taken for open at the amount that was asked before it was changed', async () => {
    const { open, harness } = await start()
    const offer = await sign({ checkout: 'gift', orderId: 'G-1' })
    const { session } = await open({ offer })
    await harness.request('PATCH', `/v1/sessions/${session.id}`, { body: { amount: '7.00' } })
    const { session: next } = await open({ offer })
    expect(next).toMatchObject({ amount: '5.00' })
    expect(next.id).not.toBe(session.id)
  })
})

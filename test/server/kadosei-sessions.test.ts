/** Sessions at Kadosei through the whole server, with real requests to a fake of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConstantBackoff } from 'cockatiel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { createTransport } from '../../server/transport.ts'
import { newKey, readProblem, readSession, startCoinslot } from './coinslot-harness.ts'
import { answerWith, ERROR_CANARY } from './providers/fake-provider.ts'
import {
  sessionAnswer,
  signKadosei,
  startFakeKadosei,
  type FakeStatus,
  type FakeWebhook,
} from './providers/fake-kadosei.ts'

const API_KEY = 'ks_test_canary_7f3a'
const WEBHOOK_SECRET = 'whsec_kadosei_canary_91bd'

const ADA = {
  firstName: 'Ada-canary',
  lastName: 'Lovelace-canary',
  email: 'ada.canary@example.com',
  phone: '+61 400 777 000',
  shippingAddress: { line1: 'Canary Street 77', city: 'Canaryville', country: 'AU' },
}
const CANARIES = ['canary', 'Canary', '+61 400 777 000']

const CHECKOUTS = {
  headphones: {
    provider: 'kadosei',
    currency: 'AUD',
    amount: '140.76',
    items: [{ name: 'Wireless Headphones', sku: 'WH-100', quantity: 1, unitPrice: '119' }],
    shipping: { type: 'express', method: 'aus_post', amount: '9.95' },
    tax: '11.81',
    collect: ['shippingAddress'],
    successUrl: 'https://shop.example/thanks',
    cancelUrl: 'https://shop.example/cart',
  },
  ticket: { provider: 'kadosei', currency: 'JPY', amount: '500' },
}

async function start(settings: object = {}) {
  const fake = await startFakeKadosei(API_KEY, WEBHOOK_SECRET)
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-'))
  const harness = await startCoinslot({
    configuration: { providers: { kadosei: settings }, checkouts: CHECKOUTS },
    environment: {
      KADOSEI_API_KEY: API_KEY,
      KADOSEI_WEBHOOK_SECRET: WEBHOOK_SECRET,
      KADOSEI_BASE_URL: fake.url,
    },
    databaseUrl: `file:${join(folder, 'coinslot.db')}`,
    transport: createTransport(),
    // It fails often here, and is to be asked all the same.
    providerTiming: { backoff: new ConstantBackoff(0), circuit: { failures: Infinity } },
    now: () => new Date('2026-11-21T12:00:00Z'),
  })
  onTestFinished(async () => {
    await harness.coinslot.close()
    await fake.close()
    await rm(folder, { recursive: true })
  })

  /** A session with the id that Kadosei gave it. */
  async function open(checkout = 'headphones'): Promise<{ session: Session; reference: string }> {
    const session = await readSession(await harness.createSession({ checkout, customer: ADA }))
    return { session, reference: [...fake.sessions.keys()].at(-1) ?? '' }
  }

  function deliver({ headers, body }: FakeWebhook): Promise<Response> {
    return harness.request('POST', '/v1/webhooks/kadosei', { raw: body, headers })
  }

  return {
    ...harness,
    fake,
    open,
    deliver,
    /** Moves it at Kadosei, delivers what that tells, and gives what is known of the session then. */
    async move(id: string, reference: string, status: FakeStatus): Promise<Session> {
      expect((await deliver(fake.move(reference, status))).status).toBe(200)
      return readSession(await harness.request('GET', `/v1/sessions/${id}`))
    },
    asked: () => fake.ledger.filter(({ method }) => method === 'GET').length,
    readDisk: () =>
      readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join('\n'),
  }
}

describe('a session at Kadosei is refused', () => {
  it('without the customer that it needs and the checkout collects, and not even asked for', async () => {
    const { createSession, fake } = await start()
    const answer = await createSession({ checkout: 'headphones', customer: { phone: ADA.phone } })
    expect(answer.status).toBe(422)
    expect(await readProblem(answer)).toMatchObject({
      code: 'customer_required',
      missing: ['shippingAddress', 'name', 'email'],
    })
    const other = await createSession({ checkout: 'ticket' })
    expect(await readProblem(other)).toMatchObject({ missing: ['name', 'email'] })
    expect(fake.ledger).toEqual([])
  })

  it.each([
    'https://evil.example/pay',
    'https://checkout.stripe.com.evil.example/pay',
    'http://checkout.stripe.com/pay',
    'javascript:alert(1)',
  ])('when its page would be at %s', async (checkoutUrl) => {
    const { createSession, fake } = await start()
    fake.next(answerWith({ ...sessionAnswer('reference-1'), checkoutUrl }))
    const answer = await createSession({ checkout: 'ticket', customer: ADA })
    expect(answer.status).toBe(502)
    expect(await answer.text()).not.toContain('evil')
  })

  it('when its page is at another host than the configuration lists', async () => {
    const { createSession } = await start({ redirectHosts: ['pay.adyen.example'] })
    expect((await createSession({ checkout: 'ticket', customer: ADA })).status).toBe(502)
  })

  it('as the provider refuses it, and tells nobody what it said or who was meant', async () => {
    const { createSession, fake, logs, readDisk } = await start()
    const message = [`customer.email ${ADA.email} is blocked`, ERROR_CANARY]
    const body = JSON.stringify({ statusCode: 422, message, error: 'Unprocessable Entity' })
    fake.next({ kind: 'answer', status: 422, body })
    const answer = await createSession({ checkout: 'ticket', customer: ADA })
    expect(answer.status).toBe(502)
    const told = [await answer.text(), logs.join('\n'), readDisk()].join('\n')
    for (const canary of [...CANARIES, ERROR_CANARY]) expect(told).not.toContain(canary)
    expect(logs.join('\n')).toContain('answered 422, naming customer, email')
  })
})

describe('a session at Kadosei', () => {
  it('is told the order with its parts, and opens a page of the service behind it', async () => {
    const { open, fake } = await start()
    const { session } = await open()
    const back = `coinslot_session=${session.id}`
    expect(fake.complaints).toEqual([])
    expect(fake.ledger[0]?.body).toStrictEqual({
      orderReference: session.id,
      paymentMethod: 'card',
      currency: 'AUD',
      amount: { total: 140.76, shipping: 9.95, tax: 11.81 },
      orderItems: [{ name: 'Wireless Headphones', sku: 'WH-100', quantity: 1, unitPrice: 119 }],
      customer: ADA,
      shipping: { type: 'express', method: 'aus_post' },
      redirectUrls: {
        success: `https://shop.example/thanks?${back}`,
        failure: `https://shop.example/cart?${back}`,
      },
    })
    expect(session).toMatchObject({ status: 'pending', expiresAt: '2026-11-21T13:00:00.000Z' })
    expect(session.redirectUrl).toMatch(/^https:\/\/checkout\.stripe\.com\/pay\//)
  })

  it('is made once when the answer is lost, and when the same request comes again', async () => {
    const { createSession, fake } = await start()
    const headers = { 'Idempotency-Key': newKey() }
    const body = { checkout: 'ticket', customer: ADA }
    fake.next({ kind: 'reset', when: 'after' }, { kind: 'truncated' })
    const first = await createSession(body, headers)
    const second = await createSession(body, headers)
    expect(first.status).toBe(201)
    expect(await second.text()).toBe(await first.text())
    expect(fake.sessions.size).toBe(1)
  })

  it.each([
    ['SUCCEEDED', 'paid'],
    ['FAILED', 'failed'],
    ['EXPIRED', 'expired'],
    ['CANCELLED', 'canceled'],
  ] as const)('that is %s there is %s, by webhook and by asking', async (theirs, ours) => {
    for (const hidden of [false, true]) {
      const { open, move, fake, asked } = await start()
      const { session, reference } = await open()
      if (hidden) fake.hideSessions()
      expect(await move(session.id, reference, theirs)).toMatchObject({
        status: ours,
        exception: null,
      })
      expect(asked()).toBe(1)
    }
  })

  it('stays paid when a part is given back, and when the webhook comes again and again', async () => {
    const { open, move } = await start()
    const { session, reference } = await open()
    await move(session.id, reference, 'SUCCEEDED')
    const paid = { status: 'paid', exception: null }
    expect(await move(session.id, reference, 'SUCCEEDED')).toMatchObject(paid)
    expect(await move(session.id, reference, 'PARTIALLY_REFUNDED')).toMatchObject(paid)
    expect(await move(session.id, reference, 'REFUNDED')).toMatchObject({ status: 'refunded' })
    expect(await move(session.id, reference, 'SUCCEEDED')).toMatchObject({ status: 'refunded' })
  })

  it('is not paid by a webhook where the provider, asked, does not say so', async () => {
    const { open, fake, deliver, request } = await start()
    const { session, reference } = await open()
    const webhook = fake.move(reference, 'SUCCEEDED')
    fake.move(reference, 'PENDING')
    expect((await deliver(webhook)).status).toBe(200)
    const known = await readSession(await request('GET', `/v1/sessions/${session.id}`))
    expect(known.status).toBe('pending')
  })

  it.each([
    ['no amount', { amount: undefined }],
    ['no currency', { currency: undefined }],
    ['another amount', { amount: { total: 140.75 } }],
    ['another currency', { currency: 'USD' }],
    ['a status that nobody knows', { status: 'COMPLETED' }],
  ])(
    'is flagged and not paid by a signed webhook with %s, which cannot be asked about',
    async (_, change) => {
      const { open, fake, deliver, request } = await start()
      const { session, reference } = await open()
      fake.hideSessions()
      const paid = { amount: { total: 140.76 }, currency: 'AUD' }
      const data = { sessionId: reference, status: 'SUCCEEDED', ...paid, ...change }
      const body = JSON.stringify({ event: 'session.completed', data })
      expect((await deliver(signKadosei(body, WEBHOOK_SECRET))).status).toBe(200)
      const known = await readSession(await request('GET', `/v1/sessions/${session.id}`))
      expect(known.status).toBe('pending')
      expect(known.exception).toMatch(/^(mismatch|underpaid)$/)
    },
  )

  it('is not moved by a webhook that is forged, and the provider is not asked', async () => {
    const { open, fake, deliver, asked, request } = await start()
    const { session, reference } = await open()
    const { body } = fake.move(reference, 'SUCCEEDED')
    for (const headers of [{}, signKadosei(body, 'another').headers]) {
      expect((await deliver({ headers, body })).status).toBe(401)
    }
    expect(asked()).toBe(0)
    const known = await readSession(await request('GET', `/v1/sessions/${session.id}`))
    expect(known.status).toBe('pending')
  })

  it('leaves nothing of its customer, and no key, in the store, the log or an answer', async () => {
    const { open, move, logs, readDisk } = await start()
    const { session, reference } = await open()
    const paid = await move(session.id, reference, 'SUCCEEDED')
    const told = [JSON.stringify([session, paid]), logs.join('\n'), readDisk()].join('\n')
    for (const canary of [...CANARIES, API_KEY, WEBHOOK_SECRET]) {
      expect(told).not.toContain(canary)
    }
  })
})

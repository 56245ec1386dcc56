import { describe, expect, it } from 'vitest'
import { ProviderRejected, ProviderUnavailable, WebhookRejected } from '../../../server/errors.ts'
import { kadosei } from '../../../server/providers/kadosei.ts'
import { answerWith } from './fake-provider.ts'
import {
  brokenAnswers,
  KADOSEI_PATH,
  signKadosei,
  startFakeKadosei,
  type FakeKadosei,
} from './fake-kadosei.ts'
import {
  bareOrder,
  CALL,
  describeProvider,
  failureOf,
  fullOrder,
  startAdapter,
  toBytes,
  type ProviderSubject,
  type StartOptions,
} from './provider-conformance.ts'

const API_KEY = 'ks_test_canary_7f3a'
const WEBHOOK_SECRET = 'whsec_kadosei_canary_91bd'

const subject: ProviderSubject = {
  definition: kadosei,
  secrets: { KADOSEI_API_KEY: API_KEY, KADOSEI_WEBHOOK_SECRET: WEBHOOK_SECRET },
  startFake: () => startFakeKadosei(API_KEY, WEBHOOK_SECRET),
  creates: {
    full: {
      orderReference: 'inv-00010',
      paymentMethod: 'card',
      currency: 'USD',
      locale: 'de_CH',
      amount: { total: 25.5, shipping: 2, tax: 1 },
      orderItems: [
        { name: 'Ticket', sku: 'T-1', quantity: 2, unitPrice: 9 },
        { name: 'Map', quantity: 1, unitPrice: 4.5 },
      ],
      customer: fullOrder.customer,
      shipping: { type: 'express', method: 'post' },
      additionalInformation: { campaign: 'autumn' },
      redirectUrls: { success: fullOrder.successUrl, failure: fullOrder.failUrl },
    },
    bare: {
      orderReference: bareOrder.sessionId,
      paymentMethod: 'card',
      currency: 'USD',
      amount: { total: 25.5 },
      customer: {},
    },
  },
  sentAmount: /"total":([^,}]*)/,
  absent: [404, 405, 501],
  brokenAnswers,
  webhook: {
    secretName: 'KADOSEI_WEBHOOK_SECRET',
    otherSecret: 'whsec_of_another_shop',
    header: 'X-Kadosei-Signature',
    coversBody: true,
    isCaseless: true,
    sign,
    body: ({ reference, status, amount, currency }) =>
      `{"event":"session.updated","data":{"sessionId":"${reference}","status":"${status}",` +
      `"amount":{"total":${amount},"tax":0.01},"currency":"${currency}"}}`,
    statuses: [
      ['SUCCEEDED', 'paid'],
      ['PARTIALLY_REFUNDED', 'paid'],
      ['REFUNDED', 'refunded'],
      ['FAILED', 'failed'],
      ['EXPIRED', 'expired'],
      ['CANCELLED', 'canceled'],
      ['CANCELED', 'canceled'],
      ['PENDING', 'pending'],
    ],
    uninteresting: {
      'an event that we do not follow': JSON.stringify({ event: 'session.seen', data: UNSAID() }),
      'an event that every object has a member of': JSON.stringify({
        event: 'constructor',
        data: UNSAID(),
      }),
      'no event and no status': JSON.stringify(UNSAID()),
    },
  },
}

function PAID() {
  return { ...UNSAID(), status: 'SUCCEEDED' }
}

function UNSAID() {
  return { sessionId: 'reference-1', amount: { total: 25.5 }, currency: 'USD' }
}

function report(change: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...PAID(), ...change })
}

function sign(body: string | Uint8Array, secret = WEBHOOK_SECRET) {
  return { headers: new Headers(signKadosei(body, secret).headers), body: toBytes(body) }
}

async function start(options?: StartOptions) {
  const { adapter, fake } = await startAdapter(subject, options)
  return { adapter, fake: fake as FakeKadosei }
}

async function read(body: string) {
  const { adapter } = await start()
  return adapter.readWebhook(sign(body))
}

describeProvider(subject)

describe('kadosei: webhooks, whose shape is not documented', () => {
  it('are refused with a signature that is right but in another header than the configured one', async () => {
    const { adapter } = await start({ settings: { webhookHeader: 'X-Signature' } })
    const failure = await failureOf(subject, adapter.readWebhook(sign(report())))
    expect(failure).toBeInstanceOf(WebhookRejected)
    const { headers, body } = sign(report())
    const there = new Headers({ 'X-Signature': headers.get('X-Kadosei-Signature') ?? '' })
    expect(await adapter.readWebhook({ headers: there, body })).toMatchObject({ status: 'paid' })
  })

  it('are refused when they are signed with the API key', async () => {
    const { adapter } = await start()
    const failure = await failureOf(subject, adapter.readWebhook(sign(report(), API_KEY)))
    expect(failure).toBeInstanceOf(WebhookRejected)
  })

  it.each([
    ['the algorithm before it', (hex: string) => `sha256=${hex}`],
    ['nothing before it', (hex: string) => hex],
    ['capitals', (hex: string) => hex.toUpperCase()],
  ])('hold with %s', async (_, write) => {
    const { adapter } = await start()
    const { headers, body } = sign(report())
    const hex = headers.get('X-Kadosei-Signature')?.slice('sha256='.length) ?? ''
    const written = new Headers({ 'X-Kadosei-Signature': write(hex) })
    expect(await adapter.readWebhook({ headers: written, body })).toMatchObject({ status: 'paid' })
  })

  it.each([
    ['at the top', PAID()],
    ['in data', { data: PAID() }],
    ['in session', { session: PAID() }],
    ['in the session of data', { data: { session: PAID() } }],
    ['with the amount as a number', { ...PAID(), amount: 25.5 }],
    ['with the amount as a decimal string', { ...PAID(), amount: { total: '25.50' } }],
  ])('tell of a session %s', async (_, body) => {
    expect(await read(JSON.stringify(body))).toMatchObject({
      reference: 'reference-1',
      status: 'paid',
      amount: 2550n,
      currency: 'USD',
    })
  })

  it.each([
    ['session.completed', 'paid'],
    ['session.expired', 'expired'],
    ['session.failed', 'failed'],
    ['session.cancelled', 'canceled'],
    ['session.canceled', 'canceled'],
  ])('%s without a status means %s', async (name, status) => {
    for (const key of ['event', 'type']) {
      expect(await read(JSON.stringify({ [key]: name, data: UNSAID() }))).toMatchObject({ status })
    }
  })

  it.each(['REVIEW', 'succeeded', 'constructor', ''])(
    'with the status %j, which is not documented, are a reason to ask, and never an amount that was paid',
    async (status) => {
      const unknown = { unknownStatus: status, reference: 'reference-1' }
      const told = await read(report({ status }))
      expect(told).toMatchObject({ ...unknown, status: 'pending' })
      const done = await read(report({ status, event: 'session.completed' }))
      expect(done).toMatchObject({ ...unknown, status: 'paid' })
      for (const either of [told, done]) expect(either).not.toHaveProperty('amount')
    },
  )

  it.each(['refund.completed', 'refund.failed', 'refund.created'])(
    "%s is a reason to ask, and neither the refund's status nor its amount is the session's",
    async (event) => {
      for (const status of ['FAILED', 'SUCCEEDED', 'COMPLETED', undefined]) {
        const told = await read(JSON.stringify({ event, data: { ...PAID(), status } }))
        expect(told).toMatchObject({ reference: 'reference-1', status: 'pending' })
        expect(told).not.toHaveProperty('amount')
      }
    },
  )

  it.each([
    ['nothing', undefined],
    ['a list', [25.5]],
    ['an object without a total', { tax: 1 }],
    ['an object that says it is a number', { isLosslessNumber: true, value: '25.5' }],
    ['null', null],
    ['true', true],
  ])('read no amount out of %s', async (_, amount) => {
    const told = await read(report({ amount }))
    expect(told).toMatchObject({ status: 'paid' })
    expect(told).not.toHaveProperty('amount')
    expect(told).not.toHaveProperty('currency')
  })

  it.each(['usd', 'XXX', '', null, 36, undefined])(
    'read no amount in a currency that is none: %j',
    async (currency) => {
      const told = await read(report({ currency }))
      expect(told).toMatchObject({ status: 'paid' })
      expect(told).not.toHaveProperty('amount')
    },
  )
})

describe('kadosei: asking for a session', () => {
  it('tells the very event that the webhook has told', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(fullOrder, CALL)
    const { headers, body } = fake.move(reference, 'SUCCEEDED')
    const told = await adapter.readWebhook({ headers: new Headers(headers), body: toBytes(body) })
    const asked = await adapter.fetchReport?.(reference)
    expect(asked).toEqual(told)
    expect(asked).toMatchObject({ status: 'paid', amount: 2550n, currency: 'USD', reference })
    expect(fake.ledger.at(-1)).toMatchObject({
      method: 'GET',
      path: `${KADOSEI_PATH}/${reference}`,
      headers: { authorization: `Bearer ${API_KEY}` },
    })
  })

  it('finds it paid as before when a part is given back', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(fullOrder, CALL)
    fake.move(reference, 'SUCCEEDED')
    const paid = await adapter.fetchReport?.(reference)
    fake.move(reference, 'PARTIALLY_REFUNDED')
    expect(await adapter.fetchReport?.(reference)).toEqual(paid)
  })

  it('finds a status that it does not know to be no payment and no reason to end the session', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(fullOrder, CALL)
    fake.next(answerWith({ ...PAID(), sessionId: reference, status: 'REVIEW' }))
    expect(await adapter.fetchReport?.(reference)).toMatchObject({
      status: 'pending',
      unknownStatus: 'REVIEW',
    })
  })

  it('believes no answer about another session', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(fullOrder, CALL)
    const other = answerWith({ ...PAID(), sessionId: 'of-somebody-else' })
    fake.next(other, other, other)
    const failure = await failureOf(subject, Promise.resolve(adapter.fetchReport?.(reference)))
    expect(failure).toBeInstanceOf(ProviderUnavailable)
  })

  it('keeps to its path, whatever the reference is', async () => {
    const { adapter, fake } = await start()
    await adapter.fetchReport?.('../../../admin?x=1#')
    expect(fake.ledger.at(-1)?.path).toBe(`${KADOSEI_PATH}/..%2F..%2F..%2Fadmin%3Fx%3D1%23`)
  })
})

describe('kadosei: creating a session', () => {
  it('tells the operator which fields a refusal names, and not one word of it', async () => {
    const { adapter, fake } = await start()
    const message = ['customer.email ada.canary@example.com is blocked', 'total: 25.5 too small']
    const body = JSON.stringify({ statusCode: 422, message, error: 'Unprocessable Entity' })
    fake.next({ kind: 'answer', status: 422, body })
    const failure = await failureOf(subject, adapter.createSession(fullOrder, CALL))
    expect(failure).toBeInstanceOf(ProviderRejected)
    expect(failure).toMatchObject({
      cause: {
        message: 'kadosei: POST /api/v1/sessions answered 422, naming total, customer, email',
      },
    })
  })

  it('sends one UUID of version 4 for each key: the same for the same, another for another', async () => {
    const { adapter, fake } = await start()
    for (const idempotencyKey of ['a', 'a', 'b']) {
      await adapter.createSession(bareOrder, { idempotencyKey })
    }
    const [first, second, third] = fake.ledger.map(({ headers }) => headers['idempotency-key'])
    expect(fake.complaints).toEqual([])
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(fake.sessions.size).toBe(2)
  })

  it.each([
    ['en-AU', 'en_AU'],
    ['de_CH', 'de_CH'],
    ['zh-Hant-TW', 'zh_TW'],
    ['es-419', 'es_419'],
    ['EN-au', 'en_AU'],
    ['fr', 'fr'],
    ['de-CH-1996', 'de_CH'],
    ['ab-c', undefined],
  ])('sends the locale %s as %s', async (locale, sent) => {
    const { adapter, fake } = await start()
    await adapter.createSession({ ...bareOrder, locale }, CALL)
    expect(fake.complaints).toEqual([])
    expect(JSON.parse(fake.ledger[0]?.rawBody ?? '').locale).toBe(sent)
  })

  it('sends who does not succeed to where payments are cancelled, if there is no other page', async () => {
    const { adapter, fake } = await start()
    await adapter.createSession({ ...fullOrder, failUrl: undefined }, CALL)
    expect(fake.ledger.at(-1)?.body).toMatchObject({
      redirectUrls: { failure: fullOrder.cancelUrl },
    })
  })

  it('says nothing of a shipping of which only the price is known but that', async () => {
    const { adapter, fake } = await start()
    const shipping = { type: undefined, method: undefined, amount: 0n }
    await adapter.createSession({ ...bareOrder, shipping }, CALL)
    expect(fake.complaints).toEqual([])
    expect(fake.ledger.at(-1)?.rawBody).toContain('"amount":{"total":25.50,"shipping":0.00}')
    expect(fake.ledger.at(-1)?.body).not.toHaveProperty('shipping')
  })

  it('takes what the provider promises: the address, and until when it is good', async () => {
    const { adapter, fake } = await start()
    const session = await adapter.createSession(fullOrder, CALL)
    expect(session.redirectUrl).toBe(`https://checkout.stripe.com/pay/cs_test_${session.reference}`)
    expect(session.expiresAt).toEqual(new Date('2026-11-21T13:00:00Z'))
    expect(fake.complaints).toEqual([])
  })
})

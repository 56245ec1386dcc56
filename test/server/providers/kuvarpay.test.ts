import { describe, expect, it } from 'vitest'
import { ProviderRejected, ProviderUnavailable, WebhookRejected } from '../../../server/errors.ts'
import { kuvarpay } from '../../../server/providers/kuvarpay.ts'
import type { PaymentProvider } from '../../../server/providers/provider.ts'
import { answerWith } from './fake-provider.ts'
import {
  brokenAnswers,
  dataAnswer,
  KUVARPAY_PATH,
  sessionData,
  signatureOf,
  startFakeKuvarPay,
  TOKEN_CANARY,
  type AuthStyle,
  type FakeKuvarPay,
  type FakeSession,
} from './fake-kuvarpay.ts'
import {
  bareOrder,
  bridgeUrl,
  CALL,
  describeProvider,
  failureOf,
  fullOrder,
  startAdapter,
  toBytes,
  WEBHOOK_URL,
  type ProviderSubject,
  type StartOptions,
} from './provider-conformance.ts'

const API_KEY = 'sk_live_canary-5b1c'
const PUBLISHABLE_KEY = 'pk_live_5b1c'
const WEBHOOK_SECRET = 'whs_canary-77ae'
const BUSINESS_ID = 'biz_1'

const subject: ProviderSubject = {
  definition: kuvarpay,
  secrets: {
    KUVARPAY_API_KEY: API_KEY,
    KUVARPAY_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
    KUVARPAY_WEBHOOK_SECRET: WEBHOOK_SECRET,
  },
  settings: { businessId: BUSINESS_ID },
  startFake: () => startWith('x-api-key'),
  creates: {
    full: {
      amount: 25.5,
      currency: 'USD',
      description: 'Support the “city” library',
      customerEmail: 'ada.canary@example.com',
      expiresIn: 86_400,
      callbackUrl: WEBHOOK_URL,
      redirectUrl: fullOrder.successUrl,
    },
    bare: { amount: 25.5, currency: 'USD', expiresIn: 86_400, callbackUrl: WEBHOOK_URL },
  },
  sentAmount: /"amount":([^,}]*)/,
  brokenAnswers,
  webhook: {
    secretName: 'KUVARPAY_WEBHOOK_SECRET',
    otherSecret: 'whs_of-another-shop',
    header: 'X-KuvarPay-Signature',
    coversBody: true,
    isCaseless: true,
    sign: (body, secret) => ({
      headers: new Headers({ 'X-KuvarPay-Signature': signatureOf(body, secret) }),
      body: toBytes(body),
    }),
    body: ({ reference, status, amount, currency }) =>
      `{"event":"${status}","data":{"sessionId":"${reference}","amount":${amount},"currency":"${currency}"}}`,
    statuses: [
      ['checkout_session.completed', 'paid'],
      ['checkout_session.failed', 'failed'],
      ['checkout_session.expired', 'expired'],
      ['checkout_session.payment_received', 'processing'],
      ['payment.completed', 'processing'],
    ],
    uninteresting: {
      'the test of a webhook': '{"event":"webhook.test"}',
      'an event that nobody has documented': event('checkout_session.reviewed'),
      'an event in capitals': event('CHECKOUT_SESSION.COMPLETED'),
      'an event that every object has a member of': event('constructor'),
    },
  },
}

function event(name: string, data: unknown = { sessionId: 'reference-1' }): string {
  return JSON.stringify({ event: name, data })
}

function startWith(auth: AuthStyle): Promise<FakeKuvarPay> {
  const webhookSecret = WEBHOOK_SECRET
  return startFakeKuvarPay({ apiKey: API_KEY, businessId: BUSINESS_ID, auth, webhookSecret })
}

async function start(options?: StartOptions) {
  const { adapter, fake } = await startAdapter(subject, options)
  return { adapter, fake: fake as FakeKuvarPay }
}

/** A session that the fake then says to stand as told. */
async function ask(change: FakeSession) {
  const { adapter, fake } = await start()
  const { reference } = await adapter.createSession(bareOrder, CALL)
  fake.change(reference, change)
  return reportOf(adapter, reference)
}

async function reportOf(adapter: PaymentProvider, reference: string) {
  const [report] = [await adapter.fetchReport?.(reference)].flat()
  return report
}

describeProvider(subject)

describe('kuvarpay: what is special about it', () => {
  it('is refused for good by a 200 that says it is no success', async () => {
    const { adapter, fake } = await start()
    fake.next(answerWith({ success: false, error: 'currency is not supported' }))
    const failure = await failureOf(subject, adapter.createSession(bareOrder, CALL))
    expect(failure).toBeInstanceOf(ProviderRejected)
    expect(fake.ledger).toHaveLength(1)
  })

  it.each([
    ['another amount', { amount: 25.51 }],
    ['a hundredth of the amount', { amount: 0.255 }],
    ['the amount in minor units', { amount: 2550 }],
    ['an amount that is none', { amount: 'NaN' }],
    ['another currency', { currency: 'KES' }],
    ['the currency in small letters', { currency: 'usd' }],
  ])('offers no session for %s', async (_, change) => {
    const { adapter, fake } = await start()
    const other = dataAnswer(sessionData('cs_1', { amount: 25.5, currency: 'USD', ...change }))
    fake.next(other, other, other)
    const failure = await failureOf(subject, adapter.createSession(bareOrder, CALL))
    expect(failure).toBeInstanceOf(ProviderUnavailable)
  })

  it('refuses the state of another session than the one that it asked about', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(bareOrder, CALL)
    const other = dataAnswer(
      sessionData('cs_2', { status: 'COMPLETED', amount: 25.5, currency: 'USD' }),
    )
    fake.next(other, other, other)
    const failure = await failureOf(subject, Promise.resolve(adapter.fetchReport?.(reference)))
    expect(failure).toBeInstanceOf(ProviderUnavailable)
  })

  it.each<AuthStyle>(['x-api-key', 'authorization', 'bearer'])(
    'proves itself by %s, and in no other way',
    async (auth) => {
      const { adapter, fake } = await startAdapter(
        { ...subject, startFake: () => startWith(auth) },
        { settings: { businessId: BUSINESS_ID, auth } },
      )
      const { reference } = await adapter.createSession(fullOrder, CALL)
      await adapter.fetchReport?.(reference)
      expect((fake as FakeKuvarPay).complaints).toEqual([])
      expect(fake.ledger).toMatchObject([
        { method: 'POST', path: KUVARPAY_PATH, status: 200 },
        { method: 'GET', path: `${KUVARPAY_PATH}/${reference}`, status: 200 },
      ])
    },
  )

  it('wants a business id where it is sent with the key, and only there', () => {
    expect(kuvarpay.settings.safeParse({}).success).toBe(false)
    expect(kuvarpay.settings.safeParse({ auth: 'bearer' }).success).toBe(true)
  })

  it('gets the same session for the same key, and not a second one', async () => {
    const { adapter, fake } = await start()
    const first = await adapter.createSession(fullOrder, CALL)
    const second = await adapter.createSession(fullOrder, CALL)
    expect(second.reference).toBe(first.reference)
    expect(fake.sessions.size).toBe(1)
  })

  it('passes on what the checkout says to it, and the name of the buyer', async () => {
    const { adapter, fake } = await start()
    const terms = {
      fromCurrency: 'USDT',
      fromNetwork: 'TRON',
      paymentTolerance: 0.5,
      refundAddress: 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8',
    }
    const customer = { firstName: 'Ada', lastName: 'Lovelace' }
    await adapter.createSession({ ...bareOrder, kuvarpay: terms, customer }, CALL)
    expect(fake.complaints).toEqual([])
    expect(fake.ledger[0]?.body).toMatchObject({ ...terms, customerName: 'Ada Lovelace' })
  })

  it('takes the time at which the session ends, and ours where it tells none', async () => {
    const { adapter, fake } = await start()
    const told = { amount: 25.5, currency: 'USD', expiresAt: '2026-11-21T12:30:00.123Z' }
    fake.next(dataAnswer(sessionData('cs_1', told)))
    const { expiresAt } = await adapter.createSession(bareOrder, CALL)
    expect(expiresAt).toEqual(new Date(told.expiresAt))
    fake.next(dataAnswer(sessionData('cs_2', { ...told, expiresAt: 'soon' })))
    const other = await adapter.createSession(bareOrder, { idempotencyKey: 'cs_another_key' })
    expect(other).not.toHaveProperty('expiresAt')
  })
})

describe('kuvarpay: the bridge', () => {
  it('gets the credential of the session sealed, and nobody else can read it', async () => {
    const { adapter } = await start()
    const session = await adapter.createSession(bareOrder, CALL)
    expect(session.redirectUrl).toBe(bridgeUrl(bareOrder.sessionId))
    expect(JSON.stringify(session)).not.toContain(TOKEN_CANARY)

    const { handoff = '' } = session
    const read = (id: string, sealed: string) => adapter.bridge?.readHandoff(id, sealed)
    expect(await read(bareOrder.sessionId, handoff)).toEqual({
      sessionId: session.reference,
      authToken: `${TOKEN_CANARY}-${session.reference}`,
    })
    expect(await read('cs_of_somebody_else', handoff)).toBeUndefined()
    expect(await read(bareOrder.sessionId, `${handoff.slice(0, -2)}AA`)).toBeUndefined()
    expect(await read(bareOrder.sessionId, '')).toBeUndefined()
    const rotated = await start({ secrets: { KUVARPAY_API_KEY: 'sk_live_new' } })
    const again = await rotated.adapter.bridge?.readHandoff(bareOrder.sessionId, handoff)
    expect(again).toBeUndefined()
  })

  it('tells the page the publishable key, and not the secret one', async () => {
    const { adapter, fake } = await start()
    expect(adapter.bridge).toMatchObject({
      sdk: {
        url: 'https://pay.kuvarpay.com/kuvarpay-sdk.js',
        attributes: {
          'data-api-key': PUBLISHABLE_KEY,
          'data-business-id': BUSINESS_ID,
          'data-base-url': 'https://pay.kuvarpay.com',
        },
      },
      origins: ['https://pay.kuvarpay.com', fake.url],
    })
    expect(JSON.stringify(adapter.bridge)).not.toContain(API_KEY)
  })

  it('is not there where there is a page to redirect to', async () => {
    const redirectUrlTemplate = 'https://pay.kuvarpay.com/s/{sessionId}?from=shop'
    const { adapter } = await start({ settings: { businessId: BUSINESS_ID, redirectUrlTemplate } })
    expect(adapter.bridge).toBeUndefined()
    const { reference, redirectUrl, handoff } = await adapter.createSession(bareOrder, CALL)
    expect(redirectUrl).toBe(`https://pay.kuvarpay.com/s/${reference}?from=shop`)
    expect(handoff).toBeUndefined()
  })

  it.each([
    'https://pay.kuvarpay.com/s/',
    'https://{sessionId}.kuvarpay.com/',
    'https://pay.kuvarpay.com{sessionId}',
    'http://pay.kuvarpay.com/{sessionId}',
    'javascript:alert("{sessionId}")',
    '/pay/{sessionId}',
  ])('is not replaced by %s', (redirectUrlTemplate) => {
    const written = { businessId: BUSINESS_ID, redirectUrlTemplate }
    expect(kuvarpay.settings.safeParse(written).success).toBe(false)
  })
})

describe('kuvarpay: a session that is asked about', () => {
  it.each([
    ['PENDING', 'pending'],
    ['PAYMENT_RECEIVED', 'processing'],
    ['COMPLETED', 'paid'],
    ['completed', 'paid'],
    ['FAILED', 'failed'],
    ['EXPIRED', 'expired'],
    ['CANCELLED', 'canceled'],
    ['CANCELED', 'canceled'],
  ])('is, with %s, %s', async (status, ours) => {
    expect(await ask({ status })).toMatchObject({ status: ours, amount: 2550n, currency: 'USD' })
  })

  it.each(['PAID', 'SUCCESS', 'OVERPAID', 'constructor', ''])(
    'is open still, and never paid, with a status that nobody has documented: %j',
    async (status) => {
      expect(await ask({ status })).toMatchObject({ status: 'pending', unknownStatus: status })
    },
  )

  const arrived = (actualAmount: unknown, expectedAmount: unknown = '25.481236') => ({
    status: 'COMPLETED',
    transactions: [{ id: 'tx_1', amount: 25.5, expectedAmount, actualAmount }],
  })

  it.each<[string, FakeSession]>([
    ['less arrived', arrived('25.481235')],
    ['more arrived', arrived('25.481237')],
    ['nothing arrived', arrived('0.00')],
    ['less than nothing arrived', arrived('-25.481236')],
    ['what arrived cannot be read', arrived('2.5481236e1')],
    ['what arrived is no number', arrived({ value: 1 })],
    ['nobody says what was to arrive', arrived('25.481236', null)],
    ['less arrived than is tolerated', { ...arrived('24.9'), paymentTolerance: 2 }],
    ['more arrived than is tolerated', { ...arrived('26.1'), paymentTolerance: 2 }],
    ['the tolerance cannot be read', { ...arrived('25.481236'), paymentTolerance: 'some' }],
    [
      'two payments arrived',
      {
        status: 'COMPLETED',
        transactions: [...arrived('25.481236').transactions, ...arrived('25.481236').transactions],
      },
    ],
  ])('has no amount that was paid where %s, though it is complete', async (_, change) => {
    const report = await ask(change)
    expect(report).toMatchObject({ status: 'paid' })
    expect(report).not.toHaveProperty('amount')
  })

  it.each<[string, FakeSession]>([
    ['exactly what was to arrive has arrived', arrived('25.481236')],
    ['zeros that add nothing stand behind it', arrived('25.48123600')],
    ['it is told as numbers', arrived(25.481236, 25.481236)],
    ['a wei is told', arrived('0.000000000000000001', '0.000000000000000001')],
    ['less arrived, and that is tolerated', { ...arrived('25.0'), paymentTolerance: 2 }],
    ['nothing is known of transactions', { status: 'COMPLETED', transactions: null }],
    ['nothing is known of what arrived', arrived(null)],
    [
      'an earlier attempt brought nothing',
      {
        status: 'COMPLETED',
        transactions: [...arrived(0).transactions, ...arrived('25.481236').transactions],
      },
    ],
  ])('is paid as it was asked where %s', async (_, change) => {
    expect(await ask(change)).toMatchObject({ status: 'paid', amount: 2550n, currency: 'USD' })
  })

  it('tells another amount than was asked, if that is what it stands at', async () => {
    expect(await ask({ status: 'COMPLETED', amount: 0.01 })).toMatchObject({ amount: 1n })
    expect(await ask({ status: 'COMPLETED', currency: 'KES' })).toMatchObject({ currency: 'KES' })
  })

  it('is the same event when it is asked again, and another in another state', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(bareOrder, CALL)
    fake.change(reference, { status: 'COMPLETED' })
    const first = await reportOf(adapter, reference)
    expect(await reportOf(adapter, reference)).toEqual(first)
    const told = { sessionId: reference, amount: 25.5, currency: 'USD' }
    const webhook = signed(event('checkout_session.completed', told))
    expect((await adapter.readWebhook(webhook))?.eventId).toBe(first?.eventId)
    fake.change(reference, { status: 'COMPLETED', amount: 25.51 })
    expect((await reportOf(adapter, reference))?.eventId).not.toBe(first?.eventId)
  })
})

describe('kuvarpay: a webhook', () => {
  it.each([
    ['an empty id', { sessionId: '' }],
    ['an id that leads elsewhere', { sessionId: '../transactions' }],
    ['a number as id', { sessionId: 1 }],
    ['an id that is too long', { sessionId: 'a'.repeat(201) }],
  ])('is refused with %s', async (_, data) => {
    const { adapter } = await start()
    const webhook = signed(event('checkout_session.completed', data))
    expect(await failureOf(subject, adapter.readWebhook(webhook))).toBeInstanceOf(WebhookRejected)
  })

  it.each<[string, unknown]>([
    ['at the top', { sessionId: 'reference-1' }],
    ['at the top, in another spelling', { session_id: 'reference-1' }],
    ['at the top, as its id', { id: 'reference-1' }],
    ['in checkout_session', { id: 'evt_1', checkout_session: { sessionId: 'reference-1' } }],
    ['in checkout_session, as its id', { id: 'evt_1', checkout_session: { id: 'reference-1' } }],
    ['in data', { id: 'evt_1', data: { session_id: 'reference-1', id: 'tx_1' } }],
    ['in data, as its id', { id: 'evt_1', data: { id: 'reference-1' } }],
    ['in the payment', { id: 'evt_1', data: { id: 'tx_1', checkoutSessionId: 'reference-1' } }],
    ['in data, deeper', { data: { id: 'tx_1', checkout_session: { id: 'reference-1' } } }],
  ])('names its session %s', async (_, body) => {
    const { adapter } = await start()
    const told = JSON.stringify({ event: 'checkout_session.completed', ...(body as object) })
    expect(await adapter.readWebhook(signed(told))).toMatchObject({
      reference: 'reference-1',
      status: 'paid',
    })
  })

  it('without an event says no more than that there is something to ask', async () => {
    const { adapter } = await start()
    const told = JSON.stringify({ sessionId: 'reference-1', status: 'COMPLETED' })
    expect(await adapter.readWebhook(signed(told))).toMatchObject({ status: 'pending' })
  })

  it('is not believed by the header that names its event: nobody has signed that', async () => {
    const { adapter } = await start()
    const { headers, body } = signed(event('checkout_session.failed'))
    headers.set('X-KuvarPay-Event', 'checkout_session.completed')
    expect(await adapter.readWebhook({ headers, body })).toMatchObject({ status: 'failed' })
  })
})

function signed(body: string) {
  return subject.webhook.sign(body, WEBHOOK_SECRET)
}

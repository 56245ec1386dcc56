import { describe, expect, it } from 'vitest'
import { ProviderUnavailable, WebhookRejected } from '../../../server/errors.ts'
import { sprintcheckout } from '../../../server/providers/sprintcheckout.ts'
import { answerWith } from './fake-provider.ts'
import {
  brokenAnswers,
  sessionAnswer,
  SPRINTCHECKOUT_PATH,
  startFakeSprintcheckout,
  type FakeSprintcheckout,
} from './fake-sprintcheckout.ts'
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

const API_KEY = 'sc-api-key-canary-7f3a'
const WEBHOOK_KEY = 'sc-webhook-key-canary-91bd'

const subject: ProviderSubject = {
  definition: sprintcheckout,
  secrets: { SPRINTCHECKOUT_API_KEY: API_KEY, SPRINTCHECKOUT_WEBHOOK_KEY: WEBHOOK_KEY },
  startFake: () => startFakeSprintcheckout(API_KEY),
  creates: {
    full: {
      orderType: 'STATIC',
      amount: 25.5,
      minAmount: 5,
      editable: true,
      currency: 'USD',
      orderId: 'inv-00010',
      successUrl: fullOrder.successUrl,
      cancelUrl: fullOrder.cancelUrl,
    },
    bare: {
      orderType: 'TRANSIENT',
      amount: 25.5,
      editable: false,
      currency: 'USD',
      orderId: bareOrder.sessionId,
    },
  },
  updates: {
    full: (reference) => ({
      sessionId: reference,
      amount: 25.5,
      minAmount: 5,
      editable: true,
      currency: 'USD',
      orderId: 'inv-00010',
      successUrl: fullOrder.successUrl,
      cancelUrl: fullOrder.cancelUrl,
      failUrl: fullOrder.failUrl,
    }),
    bare: (reference) => ({
      sessionId: reference,
      amount: 25.5,
      editable: false,
      currency: 'USD',
      orderId: bareOrder.sessionId,
    }),
  },
  sentAmount: /"amount":([^,}]*)/,
  brokenAnswers,
  webhook: {
    secretName: 'SPRINTCHECKOUT_WEBHOOK_KEY',
    otherSecret: 'the-webhook-key-of-another-shop',
    header: 'X-Webhook-Api-Key',
    coversBody: false,
    sign: (body, secret) => ({
      headers: new Headers({ 'X-Webhook-Api-Key': secret }),
      body: toBytes(body),
    }),
    body: ({ reference, status, amount, currency }) =>
      `{"event":"payment.succeeded","timestamp":1795262400,"orderId":"inv-00010","amount":${amount},` +
      `"currency":"${currency}","paymentSessionId":"${reference}","status":"${status}"}`,
    statuses: [
      ['SUCCESS', 'paid'],
      ['FAIL', 'failed'],
      ['FAILED', 'failed'],
      ['EXPIRED', 'expired'],
      ['PENDING', 'pending'],
    ],
    uninteresting: {},
  },
}

function report(change: Record<string, unknown> = {}): string {
  const paid = { paymentSessionId: 'reference-1', status: 'SUCCESS', amount: 25.5, currency: 'USD' }
  return JSON.stringify({ ...paid, ...change })
}

async function start(options?: StartOptions) {
  const { adapter, fake } = await startAdapter(subject, options)
  return { adapter, fake: fake as FakeSprintcheckout }
}

describeProvider(subject)

describe('sprintcheckout: what is special about it', () => {
  it('refuses the answer to an update that names another session', async () => {
    const { adapter, fake } = await start()
    const { reference } = await adapter.createSession(bareOrder, CALL)
    const other = answerWith(sessionAnswer('sc_of_somebody_else'))
    fake.next(other, other, other)
    const failure = await failureOf(
      subject,
      Promise.resolve(adapter.updateSession?.(reference, fullOrder, CALL)),
    )
    expect(failure).toBeInstanceOf(ProviderUnavailable)
  })

  it.each([
    ['a list', [25.5]],
    ['an object', { amount: 25.5 }],
    ['an object that says it is a number', { isLosslessNumber: true, value: '25.5', toString: 1 }],
    ['null', null],
    ['true', true],
    ['nothing', undefined],
    ['a number longer than any amount', '0.' + '0'.repeat(60_000) + '1'],
  ])('reads no amount out of %s', async (_, amount) => {
    const { adapter } = await start()
    const settled = await adapter.readWebhook(signed(report({ amount })))
    expect(settled).toMatchObject({ status: 'paid' })
    expect(settled).not.toHaveProperty('amount')
  })

  it.each(['usd', 'XXX', 'USDC', '', undefined])(
    'reads no amount in a currency that is none: %j',
    async (currency) => {
      const { adapter } = await start()
      const settled = await adapter.readWebhook(signed(report({ currency })))
      expect(settled).toMatchObject({ status: 'paid' })
      expect(settled).not.toHaveProperty('currency')
    },
  )

  it('reads an amount with zeros that add nothing', async () => {
    const { adapter } = await start()
    const body = report().replace('25.5', '25.50000')
    expect(await adapter.readWebhook(signed(body))).toMatchObject({ amount: 2550n })
  })

  it('looks for the shared secret in the header that the configuration names, and in no other', async () => {
    const { adapter } = await start({ settings: { webhookHeader: 'X-Shop-Secret' } })
    const headers = new Headers({ 'x-shop-secret': WEBHOOK_KEY })
    const body = toBytes(report())
    expect(await adapter.readWebhook({ headers, body })).toMatchObject({ status: 'paid' })
    const failure = await failureOf(subject, adapter.readWebhook(signed(report())))
    expect(failure).toBeInstanceOf(WebhookRejected)
  })

  it('refuses a webhook that carries its secret twice', async () => {
    const { adapter } = await start()
    const request = signed(report())
    request.headers.append('X-Webhook-Api-Key', WEBHOOK_KEY)
    const failure = await failureOf(subject, adapter.readWebhook(request))
    expect(failure).toBeInstanceOf(WebhookRejected)
  })

  it('opens nothing to who knows the API key, which is not the webhook key', async () => {
    const { adapter } = await start()
    const headers = new Headers({ 'X-Webhook-Api-Key': API_KEY })
    const failure = await failureOf(
      subject,
      adapter.readWebhook({ headers, body: toBytes(report()) }),
    )
    expect(failure).toBeInstanceOf(WebhookRejected)
  })

  it('sends what the documentation has, to where it has it, with the key in its header', async () => {
    const { adapter, fake } = await start()
    const { reference, redirectUrl } = await adapter.createSession(fullOrder, CALL)
    await adapter.updateSession?.(reference, { ...fullOrder, amount: 3000n }, CALL)
    expect(fake.complaints).toEqual([])
    expect(fake.ledger).toMatchObject([
      { method: 'POST', path: SPRINTCHECKOUT_PATH, status: 201 },
      { method: 'PUT', path: SPRINTCHECKOUT_PATH, status: 200 },
    ])
    for (const { headers } of fake.ledger) {
      expect(headers).toMatchObject({ 'x-sc-apikey': API_KEY, accept: 'application/json' })
    }
    expect(redirectUrl).toBe(sessionAnswer(reference).redirectUrl)
    expect(fake.sessions.get(reference)).toMatchObject({ amount: 30, orderType: 'STATIC' })
  })
})

function signed(body: string) {
  return subject.webhook.sign(body, WEBHOOK_KEY)
}

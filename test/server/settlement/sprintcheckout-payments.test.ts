/** What Sprintcheckout's webhooks come to: one payment of most orders, several of a static one. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { pino } from 'pino'
import type { Notification } from '../../../server/contract/schemas.ts'
import { sprintcheckout } from '../../../server/providers/sprintcheckout.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { createSettlement } from '../../../server/settlement/settlement.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const WEBHOOK_KEY = 'sc-webhook-key-canary-91bd'

/** The payload of 2023, told apart by its receipts, and the current one, which has a time instead. */
const ofBefore = (payment: number, change: object = {}) => ({
  orderId: 'A-1042',
  amount: 25,
  currency: 'USD',
  successUrl: 'https://shop.example/thanks',
  failUrl: null,
  cancelUrl: null,
  paymentSessionId: 'sc_1',
  status: 'SUCCESS',
  chain: 'Base',
  receipts: [`https://basescan.org/tx/0x${payment}`],
  ...change,
})
const ofToday = (payment: number, change: object = {}) => ({
  event: 'payment.succeeded',
  timestamp: 1_795_262_400 + payment,
  orderId: 'A-1042',
  amount: 25.0,
  currency: 'USD',
  paymentSessionId: 'sc_1',
  status: 'SUCCESS',
  ...change,
})
const payloads = [
  ['the payload of 2023', ofBefore],
  ['the current payload', ofToday],
  ['receipts that are not there yet', (payment: number) => ofToday(payment, { receipts: [] })],
  ['null where there are no receipts', (payment: number) => ofToday(payment, { receipts: null })],
] as const

async function start(orderType: 'STATIC' | 'TRANSIENT') {
  const logs: unknown[] = []
  const store = createSqlStore(await openSqlite(':memory:'), { settle, destinations: ['url'] })
  onTestFinished(() => store.close())
  const adapter = sprintcheckout.create({
    settings: sprintcheckout.settings.parse({}),
    secrets: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: WEBHOOK_KEY },
    baseUrl: 'https://api.sprintcheckout.com',
    webhookUrl: 'https://pay.shop.example/v1/webhooks/sprintcheckout',
    bridgeUrl: (sessionId) => `https://pay.shop.example/bridge/${sessionId}`,
    http: { send: () => Promise.reject(new Error('nothing is asked')) },
    now: () => AT,
  })
  const { receive } = createSettlement({
    providers: new Map([['sprintcheckout', { adapter, test: false, redirectHosts: [] }]]),
    store,
    log: pino({ base: null }, { write: (line: string) => void logs.push(JSON.parse(line)) }),
    now: () => AT,
  })
  const { checkout } = sessionRecord()
  const session = sessionRecord({
    provider: 'sprintcheckout',
    reference: 'sc_1',
    checkout: { ...checkout, orderType },
  })
  await store.claim({ scope: 's', key: 'k', fingerprint: 'f' }, session, AT)

  return {
    logs,
    tell: (body: object) =>
      receive('sprintcheckout', {
        headers: new Headers({ 'X-Webhook-Api-Key': WEBHOOK_KEY }),
        body: new TextEncoder().encode(JSON.stringify(body)),
      }),
    find: () => store.findSession(session.id),
    /** Everything that the merchant is to be told, in its order. */
    async outbox() {
      const told: { id: string; type: string; exception: unknown }[] = []
      for (;;) {
        const [message] = await store.takeMessages('url', 10, AT)
        if (!message) return told
        await store.keepDelivery(message, 'delivered', AT)
        const { data } = JSON.parse(message.body) as Notification
        told.push({ id: message.id, type: message.type, exception: data.exception })
      }
    },
  }
}

describe.each(payloads)('by %s', (_, payment) => {
  it('a second payment of a transient order is flagged', async () => {
    const { tell, find, outbox } = await start('TRANSIENT')
    await tell(payment(1))
    await tell(payment(1))
    expect(await find()).toMatchObject({ status: 'paid', exception: null })
    await tell(payment(2))
    expect(await find()).toMatchObject({ status: 'paid', exception: 'duplicate' })
    expect(await outbox()).toMatchObject([
      { type: 'session.paid', exception: null },
      { type: 'session.flagged', exception: 'duplicate' },
    ])
  })

  it('three payments of a static order are three messages, however often each is told', async () => {
    const { tell, find, outbox } = await start('STATIC')
    for (const number of [1, 2, 1, 3, 3, 2]) await tell(payment(number))
    expect(await find()).toMatchObject({ status: 'paid', exception: null, amount: 2500n })
    const told = await outbox()
    expect(told).toMatchObject([
      { type: 'session.paid', exception: null },
      { type: 'session.paid', exception: null },
      { type: 'session.paid', exception: null },
    ])
    expect(new Set(told.map(({ id }) => id))).toHaveLength(3)
  })

  it.each([
    ['less than was asked for', { amount: 24.99 }, 'underpaid'],
    ['more than was asked for', { amount: 25.01 }, 'overpaid'],
    ['another currency', { currency: 'EUR' }, 'mismatch'],
    ['no amount', { amount: undefined }, 'mismatch'],
  ])('%s is never called paid', async (_, change, exception) => {
    const { tell, find } = await start('TRANSIENT')
    await tell({ ...payment(1), ...change })
    expect(await find()).toMatchObject({ status: 'pending', exception })
  })

  it.each(['REVIEW', 'success', 'constructor', ''])(
    'the status %j, which is not documented, is never called paid',
    async (status) => {
      const { tell, find, logs } = await start('TRANSIENT')
      await tell({ ...payment(1), status })
      const isToldPaid = 'event' in payment(1)
      const exception = isToldPaid ? 'mismatch' : null
      expect(await find()).toMatchObject({ status: 'pending', exception })
      const known = { level: 40, provider: 'sprintcheckout', status: status || 'no word' }
      expect(logs).toMatchObject([known])
      await tell(payment(2))
      expect(await find()).toMatchObject({ status: 'paid' })
    },
  )

  it('a payment of another session changes nothing here', async () => {
    const { tell, find } = await start('TRANSIENT')
    await tell({ ...payment(1), paymentSessionId: 'sc_2' })
    expect(await find()).toMatchObject({ status: 'pending', exception: null })
  })
})

describe('a static order', () => {
  it.each(['FAIL', 'FAILED', 'EXPIRED', 'PENDING'])(
    'that has been paid stays so when %s is told',
    async (status) => {
      const { tell, find } = await start('STATIC')
      await tell(ofToday(1))
      await tell(ofToday(2, { status }))
      expect(await find()).toMatchObject({ status: 'paid', exception: null })
    },
  )
})

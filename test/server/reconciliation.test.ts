/** Reconciliation through the whole server: what becomes of sessions whose webhooks never come. */
import { describe, expect, it } from 'vitest'
import {
  newKey,
  providerThat,
  readProblem,
  readSession,
  SELF,
  startCoinslot,
  transportTo,
  type Harness,
} from './coinslot-harness.ts'

const START = Date.parse('2026-11-21T12:00:00.000Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

interface Started extends Harness {
  at(ms: number): void
  /** Whether the provider can be reached at all. */
  setReachable(reachable: boolean): void
  /** Whether it can be asked how a payment stands. */
  setAskable(askable: boolean): void
  open(checkout?: string): Promise<{ id: string; pay(outcome?: string): Promise<Response> }>
  statusOf(id: string): Promise<string>
}

/** The demo, whose sandbox can be asked, with every webhook of it lost. */
async function start(): Promise<Started> {
  let time = START
  let isReachable = true
  let isAskable = true
  const harness: Harness = await startCoinslot({
    now: () => new Date(time),
    async transport(request) {
      const isLost = request.url.includes('/v1/webhooks/')
      const isCut = !isReachable || (!isAskable && request.method === 'GET')
      if (isCut || isLost) throw new Error('the connection is cut')
      return transportTo(harness.coinslot.fetch)(request)
    },
    providerTiming: { deadline: () => new AbortController().signal },
  })
  return {
    ...harness,
    at: (ms) => (time = START + ms),
    setReachable: (reachable) => (isReachable = reachable),
    setAskable: (askable) => (isAskable = askable),
    async open(checkout = 'mug') {
      const session = await readSession(await harness.createSession({ checkout }))
      const path = (session.redirectUrl ?? '').replace(SELF, '')
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      return {
        id: session.id,
        pay: (outcome = 'paid') =>
          harness.request('POST', path, { raw: `outcome=${outcome}`, headers }),
      }
    },
    statusOf: async (id) =>
      (await readSession(await harness.request('GET', `/v1/sessions/${id}`))).status,
  }
}

describe('a webhook that is lost for ever', () => {
  it.each([
    ['paid', 'paid'],
    ['declined', 'failed'],
    ['canceled', 'canceled'],
  ])('heals: a payment that is %s at the provider', async (outcome, status) => {
    const { open, at, work, statusOf } = await start()
    const { id, pay } = await open()
    await pay(outcome)
    expect(await statusOf(id)).toBe('pending')
    at(MINUTE)
    await work('reconcile')
    expect(await statusOf(id)).toBe(status)
  })

  it('heals when the provider was down at the end of the session, too', async () => {
    const { open, at, setReachable, work, statusOf, logs } = await start()
    const { id, pay } = await open()
    at(DAY - MINUTE)
    await pay()
    setReachable(false)
    at(DAY)
    await work('reconcile')
    expect(await statusOf(id)).toBe('pending')
    expect(logs.filter((line) => line.includes('could not be asked'))).toHaveLength(1)
    setReachable(true)
    at(DAY + MINUTE)
    await work('reconcile')
    expect(await statusOf(id)).toBe('paid')
  })

  it('heals when the amount is to be changed, which is answered with what was paid', async () => {
    const { open, request } = await start()
    const { id, pay } = await open('donation')
    await pay()
    const answer = await request('PATCH', `/v1/sessions/${id}`, { body: { amount: '99.00' } })
    expect(answer.status).toBe(409)
    expect(await readProblem(answer)).toMatchObject({
      code: 'session_not_open',
      session: { id, status: 'paid', amount: '25.00' },
    })
  })

  it('heals when the amount is changed again, where the provider could not be asked before', async () => {
    const { open, request, setAskable, logs } = await start()
    const { id, pay } = await open('donation')
    await pay()
    const headers = { 'Idempotency-Key': newKey() }
    const change = () =>
      request('PATCH', `/v1/sessions/${id}`, { body: { amount: '99.00' }, headers })
    setAskable(false)
    const unanswered = await change()
    expect((await readProblem(unanswered)).code).toBe('provider_unavailable')
    expect(logs.filter((line) => line.includes('the provider refused the change'))).toHaveLength(1)
    setAskable(true)
    const answer = await change()
    expect(await readProblem(answer)).toMatchObject({
      code: 'session_not_open',
      session: { id, status: 'paid', amount: '25.00' },
    })
  })

  it('heals by the command, for sessions that are not due yet', async () => {
    const { open, coinslot, statusOf } = await start()
    const [one, two] = [await open(), await open()]
    await one.pay()
    expect(await coinslot.reconcile()).toEqual({
      asked: 2,
      settled: 1,
      expired: 0,
      unanswered: new Map(),
    })
    expect([await statusOf(one.id), await statusOf(two.id)]).toEqual(['paid', 'pending'])
  })
})

describe('a session at Sprintcheckout, which cannot be asked', () => {
  it('is expired when its time is over, and a payment after that is flagged', async () => {
    let time = START
    const key = 'sc-webhook-key-canary-91bd'
    const { createSession, request, work, sent } = await startCoinslot({
      configuration: {
        providers: { sprintcheckout: {} },
        checkouts: { mug: { provider: 'sprintcheckout', currency: 'EUR', amount: '19.90' } },
      },
      environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: key },
      now: () => new Date(time),
      transport: providerThat(() => ({
        status: 201,
        body: { sessionId: 'sc_1', redirectUrl: 'https://app.sprintcheckout.com/?uid=1' },
      })),
    })
    const { id } = await readSession(await createSession({ checkout: 'mug' }))
    const find = async () => readSession(await request('GET', `/v1/sessions/${id}`))

    time = START + DAY - 1
    await work('reconcile')
    expect(await find()).toMatchObject({ status: 'pending' })
    time = START + DAY
    await work('reconcile')
    expect(await find()).toMatchObject({ status: 'expired', exception: null })
    expect(sent).toHaveLength(1)

    const body = { paymentSessionId: 'sc_1', status: 'SUCCESS', amount: 19.9, currency: 'EUR' }
    const headers = { 'X-Webhook-Api-Key': key }
    await request('POST', '/v1/webhooks/sprintcheckout', { body, headers })
    expect(await find()).toMatchObject({ status: 'expired', exception: 'late' })
  })
})

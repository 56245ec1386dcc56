/** Attempts through the whole server: what a provider may have done without our knowing is found, and counts. */
import { ConstantBackoff } from 'cockatiel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTransport, type Transport } from '../../server/transport.ts'
import {
  newKey,
  readProblem,
  readSession,
  startCoinslot,
  transportTo,
  type Harness,
} from './coinslot-harness.ts'
import { answerWith, type Fault } from './providers/fake-provider.ts'
import {
  startFakeSprintcheckout,
  type FakeSprintcheckout,
} from './providers/fake-sprintcheckout.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')
const MINUTE = 60_000
const API_KEY = 'key'

const terms = { currency: 'USD', amount: '25.00', successUrl: 'https://shop.example/thanks' }
const configuration = {
  providers: { sprintcheckout: {}, sandbox: {} },
  checkouts: {
    mug: { ...terms, provider: 'sprintcheckout' },
    // What the merchant calls the order tells nothing of the session; the return URL does.
    named: { ...terms, provider: 'sprintcheckout', orderId: 'A-1042' },
    sandbox: { ...terms, provider: 'sandbox' },
  },
}

interface Stand extends Harness {
  readonly fake: FakeSprintcheckout
  /** The references of the sessions that the provider made, in their order. */
  references(): string[]
  passDeadline(): void
  at(ms: number): void
  tell(report: object): Promise<Response>
  read(id: string): Promise<object>
}

async function start(wrap = (transport: Transport) => transport): Promise<Stand> {
  const fake = await startFakeSprintcheckout(API_KEY)
  let deadline = new AbortController()
  let nowMs = NOON
  const harness: Harness = await startCoinslot({
    configuration,
    environment: {
      SPRINTCHECKOUT_API_KEY: API_KEY,
      SPRINTCHECKOUT_WEBHOOK_KEY: 'word',
      SPRINTCHECKOUT_BASE_URL: fake.url,
    },
    now: () => new Date(nowMs),
    transport: wrap(createTransport()),
    providerTiming: {
      backoff: new ConstantBackoff(0),
      deadline: () => (deadline = new AbortController()).signal,
    },
  })
  onTestFinished(async () => {
    await harness.coinslot.close()
    await fake.close()
  })
  return {
    ...harness,
    fake,
    references: () => [...fake.sessions.keys()],
    passDeadline: () => deadline.abort(),
    at: (ms) => (nowMs = NOON + ms),
    tell: (body) =>
      harness.request('POST', '/v1/webhooks/sprintcheckout', {
        body,
        headers: { 'X-Webhook-Api-Key': 'word' },
      }),
    read: async (id) => readSession(await harness.request('GET', `/v1/sessions/${id}`)),
  }
}

/** Tries one purchase twice: the first answer is lost by this fault, the second one comes. */
async function buyTwice(stand: Stand, fault: Fault, checkout = 'mug') {
  const key = { 'Idempotency-Key': newKey() }
  stand.fake.next(fault)
  const arrival = stand.fake.arrival()
  const sending = stand.createSession({ checkout }, key)
  await arrival
  if (fault.kind === 'hang' || fault.kind === 'stall') stand.passDeadline()
  expect(await readProblem(await sending)).toMatchObject({ retryable: true })
  const answer = await stand.createSession({ checkout }, key)
  expect(answer.status).toBe(201)
  const [lost = '', shown = '', ...more] = stand.references()
  expect(more).toEqual([])
  return { ...(await readSession(answer)), lost, shown }
}

const paid = (paymentSessionId: string, change: object = {}) => ({
  paymentSessionId,
  status: 'SUCCESS',
  amount: 25,
  currency: 'USD',
  ...change,
})

const LOST: readonly (readonly [string, Fault])[] = [
  ['the connection is cut', { kind: 'reset', when: 'after' }],
  ['the answer is cut', { kind: 'truncated' }],
  ['the answer stops half-way', { kind: 'stall' }],
  ['the answer is none', answerWith({ ok: true })],
  ['the answer is 500', { kind: 'answer', status: 500, body: '{}' }],
  [
    'the answer leads elsewhere',
    answerWith({ sessionId: 'sc_00000001', redirectUrl: 'https://evil.example' }),
  ],
]

describe('a session that a provider without keys made, and of which we were not told', () => {
  it.each(LOST)('is paid for its own where %s; a second payment is flagged', async (_, fault) => {
    const stand = await start()
    const { id, lost, shown, redirectUrl } = await buyTwice(stand, fault)
    expect(redirectUrl).toContain(shown)
    expect((await stand.tell(paid(lost, { orderId: id }))).status).toBe(200)
    expect(await stand.read(id)).toMatchObject({ status: 'paid', exception: null })
    expect((await stand.tell(paid(shown, { orderId: id }))).status).toBe(200)
    expect(await stand.read(id)).toMatchObject({ status: 'paid', exception: 'duplicate' })
  })

  it('is known by the return URL where the merchant has a name of his own for the order', async () => {
    const stand = await start()
    const { id, lost } = await buyTwice(stand, { kind: 'reset', when: 'after' }, 'named')
    const successUrl = `https://shop.example/thanks?coinslot_session=${id}`
    await stand.tell(paid(lost, { orderId: 'A-1042', successUrl }))
    expect(await stand.read(id)).toMatchObject({ status: 'paid' })
  })

  it.each([
    ['less was paid', { amount: 24.99 }, 'underpaid'],
    ['more was paid', { amount: 25.01 }, 'overpaid'],
    ['it was another currency', { currency: 'EUR' }, 'mismatch'],
  ])('pays for nothing where %s', async (_, change, exception) => {
    const stand = await start()
    const { id, lost } = await buyTwice(stand, { kind: 'reset', when: 'after' })
    await stand.tell(paid(lost, { orderId: id, ...change }))
    expect(await stand.read(id)).toMatchObject({ status: 'pending', exception })
  })

  it('ends nothing when it lapses', async () => {
    const stand = await start()
    const { id, lost, shown } = await buyTwice(stand, { kind: 'reset', when: 'after' })
    await stand.tell(paid(lost, { orderId: id, status: 'EXPIRED' }))
    expect(await stand.read(id)).toMatchObject({ status: 'pending' })
    await stand.tell(paid(shown))
    expect(await stand.read(id)).toMatchObject({ status: 'paid', exception: null })
  })

  it('is found when nobody tries again, by what was told while the call was under way', async () => {
    const stand = await start()
    stand.fake.next({ kind: 'hang' })
    const arrival = stand.fake.arrival()
    const sending = stand.createSession({ checkout: 'mug' })
    const { orderId } = (await arrival).body as { orderId: string }
    await stand.tell(paid('sc_lost', { orderId }))
    stand.passDeadline()
    expect((await sending).status).toBe(504)
    expect(await stand.read(orderId)).toMatchObject({ status: 'pending' })
    stand.at(MINUTE)
    await stand.work('reconcile')
    expect(await stand.read(orderId)).toMatchObject({ status: 'paid', exception: null })
  })

  it('takes the place of no other: that of another session is not believed by its name', async () => {
    const stand = await start()
    const first = await readSession(await stand.createSession({ checkout: 'mug' }))
    const second = await readSession(await stand.createSession({ checkout: 'mug' }))
    const [reference = ''] = stand.references()
    await stand.tell(paid(reference, { orderId: second.id }))
    expect(await stand.read(first.id)).toMatchObject({ status: 'paid' })
    expect(await stand.read(second.id)).toMatchObject({ status: 'pending', exception: null })
  })

  it('is not looked for where the provider was never reached', async () => {
    const stand = await start((transport) => (request) => {
      if (stand.sent.length > 3) return transport(request)
      return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    })
    const key = { 'Idempotency-Key': newKey() }
    const { session } = await readProblem(await stand.createSession({ checkout: 'mug' }, key))
    expect(stand.sent).toHaveLength(3)
    await stand.tell(paid('sc_foreign', { orderId: session }))
    expect(await stand.read(String(session))).toMatchObject({ status: 'pending', exception: null })
    expect((await stand.createSession({ checkout: 'mug' }, key)).status).toBe(201)
  })
})

describe('a payment that a provider with keys made, and of which we were not told', () => {
  /** The sandbox, whose answers to the next so many calls are lost. */
  async function startSandbox() {
    let lost = 3
    const stand: Stand = await start(() => async (request) => {
      const answer = await transportTo(stand.coinslot.fetch)(request)
      if (request.method !== 'POST' || (lost -= 1) < 0) return answer
      throw Object.assign(new Error('cut'), { code: 'ECONNRESET' })
    })
    const key = { 'Idempotency-Key': newKey() }
    const { session } = await readProblem(await stand.createSession({ checkout: 'sandbox' }, key))
    return { ...stand, key, id: String(session) }
  }

  it('is the one that the same request is answered with later', async () => {
    const { createSession, key, id, sent } = await startSandbox()
    const answer = await createSession({ checkout: 'sandbox' }, key)
    expect(await readSession(answer)).toMatchObject({ id, status: 'pending' })
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('is found where nobody asks again', async () => {
    const { id, at, work, read, sent, request } = await startSandbox()
    at(MINUTE)
    await work('reconcile')
    const [, reference] = /payments\/(sbx_[\w-]+)$/.exec(sent.at(-1)?.url ?? '') ?? []
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await request('POST', `/sandbox/pay/${reference}`, { raw: 'outcome=paid', headers })
    at(2 * MINUTE + MINUTE)
    await work('reconcile')
    expect(await read(id)).toMatchObject({ status: 'paid', exception: null })
  })
})

describe('a session that a holder brings who has lost his lease', () => {
  it('is never shown, and counts when it is paid', async () => {
    const key = { 'Idempotency-Key': newKey() }
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const slow = await start((transport) => async (request) => {
      const answer = await transport(request)
      if (slow.sent.length === 1) await held
      return answer
    })
    const arrival = slow.fake.arrival()
    const stale = slow.createSession({ checkout: 'mug' }, key)
    await arrival
    slow.at(15_000)
    const session = await readSession(await slow.createSession({ checkout: 'mug' }, key))
    letGo()
    expect((await stale).status).toBe(409)
    const [first = '', second = ''] = slow.references()
    expect(session.redirectUrl).toContain(second)
    expect(await slow.read(session.id)).toEqual(session)
    // It is not named: the holder has told of it, late as he was.
    await slow.tell(paid(first))
    expect(await slow.read(session.id)).toMatchObject({ status: 'paid', exception: null })
  })
})

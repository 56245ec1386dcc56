/** One intent, one session: however often, at whatever time and by whomever the same request is sent. */
import SQLite from 'better-sqlite3'
import { ConstantBackoff } from 'cockatiel'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Transport, TransportRequest } from '../../server/transport.ts'
import {
  type Harness,
  type HarnessOptions,
  newKey,
  type ProviderAnswer,
  providerThat,
  readProblem,
  readSession,
  startCoinslot,
} from './coinslot-harness.ts'
import { isPostgres, newSharedDatabaseUrl } from '../postgres/database.ts'

const SHOP = 'https://shop.example'
const OTHER_SHOP = 'https://other.example'
const DONATION = { checkout: 'donation', amount: '12.50' }
const NOON = Date.parse('2026-03-01T12:00:00Z')

const configuration = {
  origins: [SHOP, OTHER_SHOP],
  providers: { sprintcheckout: {} },
  checkouts: {
    donation: {
      provider: 'sprintcheckout',
      currency: 'USD',
      amount: '25.00',
      editable: true,
      minAmount: '5.00',
    },
  },
}

function configurationFrom(minAmount: string) {
  const donation = { ...configuration.checkouts.donation, minAmount }
  return { ...configuration, checkouts: { donation } }
}

/** A provider whose every answer the test gives by hand, in any order. */
class HeldProvider {
  readonly #calls: ((answer: ProviderAnswer) => void)[] = []
  readonly #waiting: { n: number; resolve: () => void }[] = []
  #rest: ProviderAnswer | undefined
  readonly transport: Transport = providerThat(
    () =>
      this.#rest ??
      new Promise((resolve) => {
        const n = this.#calls.push(resolve)
        for (const waiter of this.#waiting) if (waiter.n === n) waiter.resolve()
      }),
  )

  /** Resolves when the n-th call comes in. */
  called(n: number): Promise<void> {
    if (this.#calls.length >= n) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ n, resolve }))
  }

  answer(n: number, answer: ProviderAnswer): void {
    this.#calls[n - 1]?.(answer)
  }

  /** Answers the n-th call, and all that come from now on, because an adapter may try again. */
  answerFrom(n: number, answer: ProviderAnswer): void {
    this.#rest = answer
    this.answer(n, answer)
  }
}

function opened(sessionId: string): ProviderAnswer {
  return {
    body: { sessionId, redirectUrl: `https://checkout.sprintcheckout.com/${sessionId}` },
  }
}

/** Opens a new session at each POST, and keeps it at each PUT. */
function obedient(): Transport {
  let count = 0
  return providerThat(({ method, body = '{}' }) => {
    if (method === 'PUT') return opened((JSON.parse(body) as { sessionId: string }).sessionId)
    count += 1
    return opened(`sc_${count}`)
  })
}

async function startShop(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await startCoinslot({
    configuration,
    environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' },
    transport: obedient(),
    providerTiming: { backoff: new ConstantBackoff(0) },
    ...options,
  })
  onTestFinished(() => harness.coinslot.close())
  return harness
}

/** A request that can be sent again and again: a POST, or a PATCH of a session made for it. */
type Send = (change?: { body?: unknown; key?: string; origin?: string }) => Promise<Response>

interface Intent extends Harness {
  readonly send: Send
  /** What the provider was asked for by this intent. */
  asked(): TransportRequest[]
}

const INTENTS = [
  { intent: 'POST /v1/sessions', status: 201, begin: beginCreate },
  { intent: 'PATCH /v1/sessions/{id}', status: 200, begin: beginUpdate },
] as const

async function beginCreate(options: HarnessOptions = {}): Promise<Intent> {
  const harness = await startShop(options)
  const ownKey = newKey()
  return {
    ...harness,
    send: ({ body = DONATION, key = ownKey, origin = SHOP } = {}) =>
      harness.createSession(body, { 'Idempotency-Key': key, Origin: origin }),
    asked: () => harness.sent,
  }
}

async function beginUpdate(options: HarnessOptions = {}): Promise<Intent> {
  let transport = obedient()
  const harness = await startShop({ ...options, transport: (request) => transport(request) })
  const { id } = await readSession(await harness.createSession({ checkout: 'donation' }))
  const before = harness.sent.length
  transport = options.transport ?? transport
  const ownKey = newKey()
  return {
    ...harness,
    send: ({ body = { amount: '12.50' }, key = ownKey, origin = SHOP } = {}) =>
      harness.request('PATCH', `/v1/sessions/${id}`, {
        body,
        headers: { 'Idempotency-Key': key, Origin: origin },
      }),
    asked: () => harness.sent.slice(before),
  }
}

async function expectProblem(answer: Response, status: number, code: string): Promise<void> {
  const problem = await readProblem(answer)
  expect({ status: answer.status, code: problem['code'] }).toEqual({ status, code })
  expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
}

async function expectInProgress(answer: Response): Promise<void> {
  expect(answer.headers.get('Retry-After')).toBe('1')
  await expectProblem(answer, 409, 'idempotency_in_progress')
}

describe.each(INTENTS)('a key of $intent', ({ status, begin }) => {
  const other = { checkout: 'donation', amount: '13.00' }
  const otherBody = status === 201 ? other : { amount: '13.00' }

  it('is refused with another body, and the first one stands', async () => {
    const { send, asked } = await begin()
    const first = await (await send()).text()
    await expectProblem(await send({ body: otherBody }), 422, 'idempotency_key_reused')
    // Whatever else is wrong with it.
    const tooLittle = { ...otherBody, amount: '0.01' }
    await expectProblem(await send({ body: tooLittle }), 422, 'idempotency_key_reused')
    expect(await (await send()).text()).toBe(first)
    expect(asked()).toHaveLength(1)
  })

  it('is refused with another body while the first one is being worked on', async () => {
    const provider = new HeldProvider()
    const { send, asked } = await begin({ transport: provider.transport })
    const first = send()
    await provider.called(1)
    await expectProblem(await send({ body: otherBody }), 422, 'idempotency_key_reused')
    expect(asked()).toHaveLength(1)
    provider.answer(1, opened('sc_1'))
    expect((await first).status).toBe(status)
  })

  it('is refused with another body after a failure that may be tried again', async () => {
    const { send } = await begin({ transport: providerThat(() => ({ status: 503, body: {} })) })
    await expectProblem(await send(), 502, 'provider_unavailable')
    await expectProblem(await send({ body: otherBody }), 422, 'idempotency_key_reused')
  })

  it('is told to wait while the same request is being worked on', async () => {
    const provider = new HeldProvider()
    const { send, asked } = await begin({ transport: provider.transport })
    const first = send()
    await provider.called(1)
    await expectInProgress(await send())
    await expectInProgress(await send())
    provider.answer(1, opened('sc_1'))
    const done = await first
    expect(done.status).toBe(status)
    expect(done.headers.get('Idempotency-Replayed')).toBeNull()
    expect((await send()).headers.get('Idempotency-Replayed')).toBe('true')
    expect(asked()).toHaveLength(1)
  })

  it('makes one provider session of fifty equal requests at once', async () => {
    const { send, asked } = await begin()
    const answers = await Promise.all(Array.from({ length: 50 }, () => send()))
    const done = answers.filter((answer) => answer.status === status)
    const refused = answers.filter((answer) => answer.status !== status)
    expect(done.length).toBeGreaterThan(0)
    expect(new Set(await Promise.all(done.map((answer) => answer.text()))).size).toBe(1)
    for (const answer of refused) await expectInProgress(answer)
    expect(asked()).toHaveLength(1)
  })

  it('gives the first answer again, byte for byte', async () => {
    const { send, asked } = await begin()
    const first = await send()
    const again = await send()
    expect(first.headers.get('Idempotency-Replayed')).toBeNull()
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.status).toBe(status)
    for (const header of ['Content-Type', 'Location', 'Cache-Control', 'Vary']) {
      expect(again.headers.get(header)).toBe(first.headers.get(header))
    }
    expect(await again.text()).toBe(await first.text())
    expect(asked()).toHaveLength(1)
  })

  it('gives a final refusal of the provider again, byte for byte', async () => {
    const { send, asked } = await begin({
      transport: providerThat(() => ({ status: 400, body: { error: 'no' } })),
    })
    const first = await send()
    const again = await send()
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.headers.get('Content-Type')).toBe('application/problem+json')
    const text = await first.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'provider_rejected', retryable: false })
    expect(await again.text()).toBe(text)
    expect(asked()).toHaveLength(1)
  })

  it('gives the first answer again when the session has been paid since', async () => {
    const { send, request } = await begin()
    const first = await (await send()).text()
    const { id } = JSON.parse(first) as { id: string }
    await request('POST', '/v1/webhooks/sprintcheckout', {
      raw: '{"paymentSessionId":"sc_1","status":"SUCCESS","amount":12.50,"currency":"USD"}',
      headers: { 'X-Webhook-Api-Key': 'word' },
    })
    const session = await readSession(await request('GET', `/v1/sessions/${id}`))
    expect(session.status).toBe('paid')
    expect(await (await send()).text()).toBe(first)
  })

  it('is the same between quotes', async () => {
    const { send, asked } = await begin()
    const key = newKey()
    const first = await send({ key })
    const again = await send({ key: `"${key}"` })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
    expect(asked()).toHaveLength(1)
  })

  it('is another one in other capitals', async () => {
    const { send, asked } = await begin()
    const key = newKey()
    await send({ key })
    await send({ key: key.toUpperCase() })
    expect(asked()).toHaveLength(2)
  })

  it('belongs to one origin: that of another shop is another key', async () => {
    const { send, asked } = await begin()
    await send()
    const answer = await send({ origin: OTHER_SHOP, body: otherBody })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
    expect(asked()).toHaveLength(2)
  })

  it.each([
    ['400', { amount: 12.5 }],
    ['400', { unknown: true }],
    ['422', { amount: '4.99' }],
    ['422', { amount: '12.501' }],
    ['422', { amount: '12,50' }],
  ])('stays free after a refusal of %s: %j', async (refusal, change) => {
    const { send, asked } = await begin()
    const corrected = status === 201 ? DONATION : { amount: '12.50' }
    const refused = await send({ body: { ...corrected, ...change } })
    expect(refused.status).toBe(Number(refusal))
    expect(asked()).toEqual([])
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
    expect(asked()).toHaveLength(1)
  })

  it('stays free after a refusal of 403', async () => {
    const { send, asked } = await begin()
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
    expect(asked()).toEqual([])
    expect((await send()).status).toBe(status)
  })

  it.each([
    ['an error of its own', { status: 500, body: {} }],
    ['being closed', { status: 503, body: {} }],
    ['being asked too often', { status: 429, body: {} }],
    ['a redirect', { status: 302, body: {} }],
    ['another shape', { status: 200, body: { ok: true } }],
    ['another host', { body: { sessionId: 'sc_1', redirectUrl: 'https://evil.example' } }],
  ])('goes on with the same session after %s', async (_, failure) => {
    let healthy = false
    const good = obedient()
    const bad = providerThat(() => failure)
    const { send, request } = await begin({
      transport: (call) => (healthy ? good(call) : bad(call)),
    })
    const refused = await send()
    const problem = await readProblem(refused)
    expect(refused.status).toBe(502)
    expect(problem).toMatchObject({ code: 'provider_unavailable', retryable: true })
    const id = String(problem['session'])
    expect(await readSession(await request('GET', `/v1/sessions/${id}`))).toMatchObject({
      status: 'pending',
    })
    healthy = true
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
    expect(await readSession(answer)).toMatchObject({ id, amount: '12.50' })
  })

  it('goes on with the same session after the provider was too slow', async () => {
    let slow = true
    const { send } = await begin({
      providerTiming: {
        backoff: new ConstantBackoff(0),
        deadline: () => (slow ? AbortSignal.abort() : new AbortController().signal),
      },
      transport: async (request) => {
        request.signal.throwIfAborted()
        return obedient()(request)
      },
    })
    const refused = await send()
    expect(refused.status).toBe(504)
    const problem = await readProblem(refused)
    expect(problem).toMatchObject({ code: 'provider_timeout', retryable: true })
    slow = false
    const answer = await send()
    expect(answer.status).toBe(status)
    expect((await readSession(answer)).id).toBe(problem['session'])
  })

  it.skipIf(isPostgres())('gives its answer again while nothing can be written', async () => {
    const databaseUrl = await newSharedDatabaseUrl()
    const { send } = await begin({ databaseUrl })
    const first = await (await send()).text()
    const other = new SQLite(databaseUrl.slice('file:'.length))
    onTestFinished(() => void other.close())
    other.exec('begin immediate')
    const again = await send()
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(first)
  })
})

describe('a key of POST /v1/sessions', () => {
  it.each([
    ['404', { checkout: 'none' }, {}],
    ['415', DONATION, { 'Content-Type': 'text/plain' }],
    ['413', { checkout: 'donation', amount: '1'.repeat(20_000) }, {}],
  ])('stays free after a refusal of %s', async (refusal, body, headers) => {
    const { createSession, sent } = await startShop()
    const key = { 'Idempotency-Key': newKey() }
    expect((await createSession(body, { ...key, ...headers })).status).toBe(Number(refusal))
    expect(sent).toEqual([])
    expect((await createSession(DONATION, key)).status).toBe(201)
  })

  it.each([
    ['with the checkout gone', { ...configuration, checkouts: {} }],
    ['with the amount out of bounds', configurationFrom('20.00')],
    ['with the shop’s limit used up', { ...configuration, rateLimits: { perProvider: 1 } }],
  ])('gives the first answer again after a start %s', async (_, changed) => {
    const databaseUrl = await newSharedDatabaseUrl()
    const before = await startShop({ databaseUrl })
    const headers = { 'Idempotency-Key': newKey() }
    const first = await (await before.createSession(DONATION, headers)).text()
    const { createSession, sent } = await startShop({ databaseUrl, configuration: changed })
    await createSession({ checkout: 'donation' })
    const calls = sent.length
    const again = await createSession(DONATION, headers)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(first)
    await expectProblem(
      await createSession({ ...DONATION, locale: 'de' }, headers),
      422,
      'idempotency_key_reused',
    )
    expect(sent).toHaveLength(calls)
    expect((await createSession(DONATION)).status).toBeGreaterThanOrEqual(400)
  })

  it('takes a body for the same whose keys stand in another order', async () => {
    const { request, sent } = await startShop()
    const headers = { 'Idempotency-Key': newKey() }
    const first = await request('POST', '/v1/sessions', {
      raw: '{"checkout":"donation","amount":"12.50","customer":{"firstName":"A","lastName":"B"}}',
      headers,
    })
    const again = await request('POST', '/v1/sessions', {
      raw: ' {"customer" : {"lastName":"\\u0042","firstName":"A"},\n"amount":"12.50","checkout":"donation"}',
      headers,
    })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
    expect(sent).toHaveLength(1)
  })

  it('is another one than the same key of a PATCH', async () => {
    const { createSession, request, sent } = await startShop()
    const headers = { 'Idempotency-Key': newKey() }
    const { id } = await readSession(await createSession(DONATION, headers))
    const path = `/v1/sessions/${id}`
    const answer = await request('PATCH', path, { body: { amount: '9.00' }, headers })
    expect(await readSession(answer)).toMatchObject({ id, amount: '9.00' })
    expect(sent).toHaveLength(2)
  })

  it('sends the provider one key of its own for every try, which tells nothing of the buyer’s', async () => {
    const providers = { sandbox: {} }
    const checkouts = { donation: { ...configuration.checkouts.donation, provider: 'sandbox' } }
    let status = 503
    const { createSession, sent } = await startCoinslot({
      configuration: { ...configuration, providers, checkouts },
      providerTiming: { backoff: new ConstantBackoff(0) },
      transport: providerThat(() => ({ status, body: {} })),
    })
    const key = newKey()
    await createSession(DONATION, { 'Idempotency-Key': key })
    status = 500
    await createSession(DONATION, { 'Idempotency-Key': key })
    const keys = new Set(sent.map((call) => call.headers['idempotency-key']))
    expect(sent.length).toBeGreaterThan(2)
    expect(keys.size).toBe(1)
    expect(JSON.stringify(sent)).not.toContain(key)
  })
})

describe('a key of PATCH /v1/sessions/{id}', () => {
  it('belongs to one session', async () => {
    const { createSession, request, sent } = await startShop()
    const headers = { 'Idempotency-Key': newKey() }
    for (const amount of ['9.00', '8.00']) {
      const { id } = await readSession(await createSession({ checkout: 'donation' }))
      const answer = await request('PATCH', `/v1/sessions/${id}`, { body: { amount }, headers })
      expect(await readSession(answer)).toMatchObject({ id, amount })
    }
    expect(sent).toHaveLength(4)
  })

  it('does not bring back an amount that was changed since', async () => {
    const { send, request, asked } = await beginUpdate()
    const first = await (await send()).text()
    const { id } = JSON.parse(first) as { id: string }
    await send({ key: newKey(), body: { amount: '40.00' } })
    expect(await (await send()).text()).toBe(first)
    expect(await readSession(await request('GET', `/v1/sessions/${id}`))).toMatchObject({
      amount: '40.00',
    })
    expect(asked()).toHaveLength(2)
  })

  it('waits while another key is changing the same session', async () => {
    const provider = new HeldProvider()
    const { send, asked } = await beginUpdate({ transport: provider.transport })
    const first = send()
    await provider.called(1)
    await expectInProgress(await send({ key: newKey(), body: { amount: '40.00' } }))
    provider.answer(1, opened('sc_1'))
    expect((await first).status).toBe(200)
    expect(asked()).toHaveLength(1)
  })
})

describe.each(INTENTS)('a lease on $intent', ({ status, begin }) => {
  /** Two tries of one request, the second after the first one's lease has ended. */
  async function takeOver() {
    let nowMs = NOON
    const provider = new HeldProvider()
    const { send, request, asked } = await begin({
      transport: provider.transport,
      now: () => new Date(nowMs),
    })
    const stale = send()
    await provider.called(1)
    nowMs += 14_999
    await expectInProgress(await send())
    nowMs += 1
    const fresh = send()
    await provider.called(2)
    const read = async (id: string) => readSession(await request('GET', `/v1/sessions/${id}`))
    return { provider, stale, fresh, send, read, asked }
  }

  it('is taken over after 15 seconds, not before', async () => {
    const { provider, fresh, asked } = await takeOver()
    provider.answer(2, opened('sc_1'))
    expect((await fresh).status).toBe(status)
    expect(asked()).toHaveLength(2)
  })

  it.each([
    ['an answer', opened('sc_1')],
    ['a failure', { status: 503, body: {} }],
    ['a refusal', { status: 400, body: {} }],
  ])('that was lost lets %s write nothing after the new holder’s', async (_, late) => {
    const { provider, stale, fresh, send, read } = await takeOver()
    provider.answer(2, opened(status === 201 ? 'sc_2' : 'sc_1'))
    const text = await (await fresh).text()
    const session = JSON.parse(text) as { id: string }
    provider.answerFrom(1, late)
    await expectInProgress(await stale)
    expect(await read(session.id)).toEqual(session)
    expect(await (await send()).text()).toBe(text)
  })

  it.each([
    ['an answer', opened('sc_1')],
    ['a failure', { status: 503, body: {} }],
    ['a refusal', { status: 400, body: {} }],
  ])('that was lost lets %s write nothing before the new holder’s', async (_, late) => {
    const { provider, stale, fresh, send } = await takeOver()
    provider.answerFrom(1, late)
    await expectInProgress(await stale)
    // The new holder still has it.
    await expectInProgress(await send())
    const reference = status === 201 ? 'sc_2' : 'sc_1'
    provider.answer(2, opened(reference))
    const answer = await fresh
    expect(answer.status).toBe(status)
    expect(await readSession(answer)).toMatchObject({
      status: 'pending',
      redirectUrl: `https://checkout.sprintcheckout.com/${reference}`,
    })
  })
})

describe('keys', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are kept for 24 hours and forgotten in the hour after', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let nowMs = NOON
    const { send, asked } = await beginCreate({ now: () => new Date(nowMs) })
    const pass = async (ms: number) => {
      nowMs += ms
      await vi.advanceTimersByTimeAsync(ms)
    }
    const hour = 60 * 60 * 1000
    const first = await readSession(await send())
    await pass(24 * hour)
    const again = await send()
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    await pass(hour)
    // A database of its own process takes a moment.
    const next = await vi.waitFor(async () => {
      const answer = await send()
      expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
      return answer
    })
    expect((await readSession(next)).id).not.toBe(first.id)
    expect(asked()).toHaveLength(2)
  })
})

/** Sessions at Sprintcheckout through the whole server, with real requests to a fake of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { ConstantBackoff } from 'cockatiel'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { createTransport } from '../../server/transport.ts'
import {
  newKey,
  readProblem,
  readSession,
  startCoinslot,
  type Harness,
} from './coinslot-harness.ts'
import { answerWith, ERROR_CANARY, type Fault } from './providers/fake-provider.ts'
import {
  brokenAnswers,
  hostileRedirectUrls,
  sessionAnswer,
  SPRINTCHECKOUT_PATH,
  startFakeSprintcheckout,
  type FakeSprintcheckout,
} from './providers/fake-sprintcheckout.ts'

const API_KEY = 'sc-api-key-canary-7f3a'
const WEBHOOK_KEY = 'sc-webhook-key-canary-91bd'

/** How the fake names the first session that it makes. */
const FIRST_SESSION = 'sc_00000001'

const DONATION = {
  provider: 'sprintcheckout',
  currency: 'USD',
  amount: '25.00',
  editable: true,
  minAmount: '5.00',
  maxAmount: '5000.00',
  description: 'Support the library',
  successUrl: 'https://shop.example/thanks?ref=a%20b&tag=x+y#paid',
  cancelUrl: 'https://shop.example/donate',
}

const CONFIGURATION = {
  providers: { sprintcheckout: {} },
  checkouts: {
    donation: DONATION,
    box: { ...DONATION, orderType: 'STATIC', sprintcheckout: { editable: true } },
    mug: { provider: 'sprintcheckout', currency: 'EUR', amount: '19.90', orderId: 'mug-1' },
    tip: { provider: 'sprintcheckout', currency: 'JPY', amount: '500', editable: true },
    ring: { provider: 'sprintcheckout', currency: 'KWD', amount: '1.234', editable: true },
  },
}

interface Started extends Harness {
  readonly fake: FakeSprintcheckout
  /** Aborts the call to the provider that is under way. */
  passDeadline(): void
  /** The row of a session, as it is on the disk. */
  readRow(id: string): Record<string, unknown>
  /** Every byte that the store has put on the disk. */
  readDisk(): string
}

async function start(configuration: unknown = CONFIGURATION): Promise<Started> {
  const fake = await startFakeSprintcheckout(API_KEY)
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-'))
  const path = join(folder, 'coinslot.db')
  let deadline = new AbortController()
  const harness = await startCoinslot({
    configuration,
    environment: {
      SPRINTCHECKOUT_API_KEY: API_KEY,
      SPRINTCHECKOUT_WEBHOOK_KEY: WEBHOOK_KEY,
      SPRINTCHECKOUT_BASE_URL: fake.url,
    },
    databaseUrl: `file:${path}`,
    transport: createTransport(),
    providerTiming: {
      backoff: new ConstantBackoff(0),
      // It fails often here, and is to be asked all the same.
      circuit: { failures: Infinity },
      deadline: () => (deadline = new AbortController()).signal,
    },
  })
  onTestFinished(async () => {
    await harness.coinslot.close()
    await fake.close()
    await rm(folder, { recursive: true })
  })
  return {
    ...harness,
    fake,
    passDeadline: () => deadline.abort(),
    readRow(id) {
      const db = new SQLite(path, { readonly: true })
      const row = db.prepare('select * from sessions where id = ?').get(id)
      db.close()
      return row as Record<string, unknown>
    },
    readDisk: () =>
      readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join('\n'),
  }
}

/** Sends and, where the fault is that no answer comes, lets the deadline pass once the provider has it. */
async function meet(
  { fake, passDeadline }: Started,
  fault: Fault,
  send: () => Promise<Response>,
): Promise<Response> {
  fake.next(fault)
  if (fault.kind !== 'hang' && fault.kind !== 'stall') return send()
  const arrival = fake.arrival()
  const answer = send()
  await arrival
  passDeadline()
  return answer
}

async function open(started: Started, body: unknown = { checkout: 'donation' }): Promise<Session> {
  const answer = await started.createSession(body)
  expect(answer.status).toBe(201)
  return readSession(answer)
}

async function read({ request }: Started, id: unknown): Promise<Session> {
  return readSession(await request('GET', `/v1/sessions/${String(id)}`))
}

function webhook({ request }: Started, body: Record<string, unknown>): Promise<Response> {
  return request('POST', '/v1/webhooks/sprintcheckout', {
    body,
    headers: { 'X-Webhook-Api-Key': WEBHOOK_KEY },
  })
}

const RETRYABLE: readonly (readonly [string, Fault, string, number])[] = [
  ...[408, 500, 503].map(
    (status) =>
      [`it answers ${status}`, { kind: 'status', status }, 'provider_unavailable', 502] as const,
  ),
  ...([301, 302, 303, 307, 308] as const).map(
    (status) =>
      [
        `it redirects with ${status}`,
        { kind: 'redirect', status },
        'provider_unavailable',
        502,
      ] as const,
  ),
  ['it never answers', { kind: 'hang' }, 'provider_timeout', 504],
  ['its answer stops half-way', { kind: 'stall' }, 'provider_timeout', 504],
  ['it hangs up before', { kind: 'reset', when: 'before' }, 'provider_unavailable', 502],
  ['it hangs up after', { kind: 'reset', when: 'after' }, 'provider_unavailable', 502],
  ['it hangs up half-way', { kind: 'truncated' }, 'provider_unavailable', 502],
  ['its answer has no end', { kind: 'endless' }, 'provider_unavailable', 502],
  ...Object.entries(brokenAnswers).map(
    ([name, fault]) => [`it answers with ${name}`, fault, 'provider_unavailable', 502] as const,
  ),
]

/** Right in every way but in where they lead. */
const HOSTILE: readonly Fault[] = hostileRedirectUrls.map((redirectUrl) =>
  answerWith({ sessionId: FIRST_SESSION, redirectUrl }),
)

describe('a server with Sprintcheckout', () => {
  it.each([
    ['SPRINTCHECKOUT_API_KEY', { SPRINTCHECKOUT_WEBHOOK_KEY: WEBHOOK_KEY }],
    ['SPRINTCHECKOUT_WEBHOOK_KEY', { SPRINTCHECKOUT_API_KEY: API_KEY }],
  ])('does not start without %s, and names it', async (name, rest) => {
    for (const environment of [rest, { ...rest, [name]: '' }]) {
      const starting = startCoinslot({ configuration: CONFIGURATION, environment })
      await expect(starting).rejects.toThrow(name)
    }
  })

  it('tells the API key to nobody but Sprintcheckout, whatever goes wrong there', async () => {
    const started = await start()
    const told: string[] = []
    for (const fault of [...RETRYABLE.map(([, fault]) => fault), ...HOSTILE]) {
      const answer = await meet(started, fault, () =>
        started.createSession({ checkout: 'donation' }),
      )
      told.push(await answer.text(), JSON.stringify([...answer.headers]))
    }
    for (const status of [400, 401, 403, 404]) {
      started.fake.next({ kind: 'status', status })
      told.push(await (await started.createSession({ checkout: 'donation' })).text())
    }
    const session = await open(started)
    told.push(await (await started.request('GET', `/v1/sessions/${session.id}`)).text())
    told.push(await (await started.request('GET', '/v1/checkouts/donation')).text())

    const everything = [...told, ...started.logs, started.readDisk()].join('\n')
    expect(everything).toContain(session.id)
    for (const secret of [API_KEY, WEBHOOK_KEY, ERROR_CANARY]) {
      expect(everything).not.toContain(secret)
      expect(everything).not.toContain(Buffer.from(secret).toString('base64'))
    }
    expect(started.fake.elsewhere).toEqual([])
    for (const line of started.logs) expect(() => void JSON.parse(line)).not.toThrow()
  })
})

describe('a session at Sprintcheckout, which cannot be asked', () => {
  it('is looked at when it ends', async () => {
    const started = await start()
    const session = await open(started)
    expect(started.readRow(session.id)).toMatchObject({ ask_at: session.expiresAt })
  })
})

describe('POST /v1/sessions, while Sprintcheckout fails', () => {
  it.each(RETRYABLE)(
    'can be tried again with the same key when %s',
    async (_, fault, code, status) => {
      const started = await start()
      const { createSession, fake } = started
      const headers = { 'Idempotency-Key': newKey() }
      const body = { checkout: 'donation', amount: '12.5' }

      const failed = await meet(started, fault, () => createSession(body, headers))
      expect(failed.status).toBe(status)
      expect(failed.headers.get('Content-Type')).toBe('application/problem+json')
      const problem = await readProblem(failed)
      expect(problem).toMatchObject({
        code,
        retryable: true,
        session: expect.stringMatching(/^cs_/),
      })
      const id = String(problem['session'])
      expect(await read(started, id)).toMatchObject({ id, status: 'pending', amount: '12.50' })
      expect(await read(started, id)).not.toHaveProperty('redirectUrl')
      expect(started.readRow(id)).toMatchObject({
        failure: code,
        reference: null,
        redirect_url: null,
      })
      // It is not known to do the same thing once: a second try is the buyer's to decide on.
      const isCounted = fault.kind !== 'reset' || fault.when === 'after'
      expect(fake.ledger).toHaveLength(isCounted ? 1 : 0)

      const again = await createSession(body, headers)
      expect(again.status).toBe(201)
      expect(again.headers.get('Idempotency-Replayed')).toBeNull()
      const session = await readSession(again)
      expect(session.id).toBe(id)
      expect(started.readRow(id)).toMatchObject({
        failure: null,
        redirect_url: session.redirectUrl,
        reference: new URL(session.redirectUrl ?? '').searchParams.get('uid'),
      })
      expect(fake.elsewhere).toEqual([])
    },
  )

  it.each([400, 401, 403, 404, 422])(
    'ends the session where it refuses with %i',
    async (status) => {
      const started = await start()
      const { createSession, fake } = started
      const headers = { 'Idempotency-Key': newKey() }
      fake.next({ kind: 'status', status })
      const refused = await createSession({ checkout: 'donation' }, headers)
      expect(refused.status).toBe(502)
      const text = await refused.text()
      const problem = JSON.parse(text) as Record<string, unknown>
      expect(problem).toMatchObject({ code: 'provider_rejected', retryable: false })
      expect(await read(started, problem['session'])).toMatchObject({ status: 'failed' })
      expect(started.readRow(String(problem['session']))).toMatchObject({
        failure: 'provider_rejected',
      })

      const again = await createSession({ checkout: 'donation' }, headers)
      expect(again.headers.get('Idempotency-Replayed')).toBe('true')
      expect(await again.text()).toBe(text)
      expect(fake.ledger).toHaveLength(1)
      expect((await createSession({ checkout: 'donation' })).status).toBe(201)
    },
  )

  // Not yet: the store's unique index throws, which is answered 500 with nothing kept of the failure.
  it('does not let two sessions share one of its own', async () => {
    const started = await start()
    await open(started)
    const headers = { 'Idempotency-Key': newKey() }
    const send = () => started.createSession({ checkout: 'donation' }, headers)
    const failed = await meet(started, answerWith(sessionAnswer(FIRST_SESSION)), send)
    expect(failed.status).toBe(502)
    const problem = await readProblem(failed)
    expect(problem).toMatchObject({ code: 'provider_unavailable', retryable: true })
    expect(await readSession(await send())).toMatchObject({ id: problem['session'] })
  })

  it('says that Sprintcheckout cannot be reached where nobody listens', async () => {
    const started = await start()
    await started.fake.close()
    const answer = await started.createSession({ checkout: 'donation' })
    expect(answer.status).toBe(502)
    expect(await readProblem(answer)).toMatchObject({
      code: 'provider_unavailable',
      retryable: true,
    })
  })

  it('never stores or answers a hostile redirect URL, and can be tried again', async () => {
    const started = await start()
    for (const fault of HOSTILE) {
      const headers = { 'Idempotency-Key': newKey() }
      const send = () => started.createSession({ checkout: 'donation' }, headers)
      const failed = await meet(started, fault, send)
      expect(failed.status, JSON.stringify(fault)).toBe(502)
      const { code, retryable, session } = await readProblem(failed)
      expect({ code, retryable }).toEqual({ code: 'provider_unavailable', retryable: true })
      expect(await read(started, session)).not.toHaveProperty('redirectUrl')
      expect(started.readRow(String(session))).toMatchObject({
        failure: 'provider_unavailable',
        reference: null,
        redirect_url: null,
      })
      const again = await send()
      expect(again.status).toBe(201)
      expect(await readSession(again)).toMatchObject({ id: session })
    }
  })

  it('never stores or answers a redirect URL that is not on the list, whatever JSON is answered', async () => {
    const started = await start()
    const url = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.constantFrom(...hostileRedirectUrls),
      fc.string(),
    )
    const answers = fc.oneof(
      fc.jsonValue(),
      fc.record({ sessionId: fc.oneof(fc.string(), fc.jsonValue()), redirectUrl: url }),
    )
    await fc.assert(
      fc.asyncProperty(answers, async (body) => {
        started.fake.next(answerWith(body))
        const answer = await started.createSession({ checkout: 'donation' })
        expect(answer.status).toBe(502)
        const problem = await readProblem(answer)
        expect(problem).toMatchObject({ code: 'provider_unavailable', retryable: true })
        expect(started.readRow(String(problem['session']))).toMatchObject({ redirect_url: null })
      }),
      { numRuns: 250 },
    )
  }, 30_000)
})

describe('POST /v1/sessions, when Sprintcheckout answers', () => {
  it('answers 201 with its redirect URL and the session that can be read', async () => {
    const started = await start()
    const answer = await started.createSession({ checkout: 'donation', amount: '12.5' })
    expect(answer.status).toBe(201)
    const session = await readSession(answer)
    const [reference = ''] = started.fake.sessions.keys()
    expect(session).toMatchObject({
      status: 'pending',
      amount: '12.50',
      redirectUrl: sessionAnswer(reference).redirectUrl,
      test: false,
    })
    expect(await read(started, session.id)).toEqual(session)
    expect(JSON.stringify(session).replace(session.redirectUrl ?? '', '')).not.toContain(reference)
  })

  it('sends exactly what is documented', async () => {
    const started = await start()
    const { id } = await open(started, { checkout: 'donation', amount: '12.5' })
    expect(started.fake.complaints).toEqual([])
    expect(started.fake.ledger).toHaveLength(1)
    const [entry] = started.fake.ledger
    expect(entry).toMatchObject({ method: 'POST', path: SPRINTCHECKOUT_PATH, status: 201 })
    expect(entry?.headers).toMatchObject({
      'x-sc-apikey': API_KEY,
      'content-type': 'application/json',
    })
    expect(entry?.body).toStrictEqual({
      orderType: 'TRANSIENT',
      amount: 12.5,
      minAmount: 5,
      editable: false,
      currency: 'USD',
      orderId: id,
      successUrl: `https://shop.example/thanks?ref=a%20b&tag=x+y&coinslot_session=${id}#paid`,
      cancelUrl: `https://shop.example/donate?coinslot_session=${id}`,
    })
  })

  it('leaves out what the merchant has not said, and passes the order id on', async () => {
    const started = await start()
    await open(started, { checkout: 'mug' })
    expect(started.fake.ledger[0]?.body).toStrictEqual({
      orderType: 'TRANSIENT',
      amount: 19.9,
      editable: false,
      currency: 'EUR',
      orderId: 'mug-1',
    })
  })

  it('opens a static order with an amount to edit where that is configured', async () => {
    const started = await start()
    await open(started, { checkout: 'box' })
    expect(started.fake.ledger[0]?.body).toMatchObject({ orderType: 'STATIC', editable: true })
  })

  it.each([
    ['donation', '19.99', '19.99'],
    ['donation', '5', '5.00'],
    ['donation', '4999.1', '4999.10'],
    ['tip', '1', '1'],
    ['tip', '999999999999999', '999999999999999'],
    ['ring', '0.001', '0.001'],
    ['ring', '123456789012.345', '123456789012.345'],
  ])('sends the amount as exact digits: %s %s', async (checkout, amount, digits) => {
    const started = await start()
    await open(started, { checkout, amount })
    expect(started.fake.ledger[0]?.rawBody).toContain(`"amount":${digits},`)
  })

  it('sends the least amount as exact digits', async () => {
    const started = await start()
    await open(started)
    expect(started.fake.ledger[0]?.rawBody).toContain('"minAmount":5.00,')
  })
})

describe('PATCH /v1/sessions/{id} at Sprintcheckout', () => {
  it.each([
    ['more than the greatest amount', '5000.01', 422, 'amount_above_maximum'],
    ['less than the least', '4.99', 422, 'amount_below_minimum'],
    ['more decimals than there are', '5.001', 422, 'amount_precision'],
  ])('refuses %s without asking it', async (_, amount, status, code) => {
    const started = await start()
    const { id } = await open(started)
    const answer = await started.request('PATCH', `/v1/sessions/${id}`, { body: { amount } })
    expect(answer.status).toBe(status)
    expect(await readProblem(answer)).toMatchObject({ code })
    expect(started.fake.ledger).toHaveLength(1)
  })

  it('refuses to change a fixed amount without asking it', async () => {
    const started = await start()
    const { id } = await open(started, { checkout: 'mug' })
    const answer = await started.request('PATCH', `/v1/sessions/${id}`, {
      body: { amount: '1.00' },
    })
    expect(answer.status).toBe(422)
    expect(await readProblem(answer)).toMatchObject({ code: 'amount_not_editable' })
    expect(started.fake.ledger).toHaveLength(1)
  })

  it.each([
    ['SUCCESS', 'paid'],
    ['FAILED', 'failed'],
    ['EXPIRED', 'expired'],
  ])('refuses a session that %s has ended, without asking it', async (word, status) => {
    const started = await start()
    const { id } = await open(started)
    const [paymentSessionId] = started.fake.sessions.keys()
    const report = { paymentSessionId, status: word, amount: 25, currency: 'USD' }
    expect((await webhook(started, report)).status).toBe(200)

    const answer = await started.request('PATCH', `/v1/sessions/${id}`, { body: { amount: '30' } })
    expect(answer.status).toBe(409)
    expect(await readProblem(answer)).toMatchObject({
      code: 'session_not_open',
      session: { id, status },
    })
    expect(started.fake.ledger).toHaveLength(1)
  })

  it('refuses a session that Sprintcheckout never opened, without asking it', async () => {
    const started = await start()
    started.fake.next({ kind: 'status', status: 503 })
    const { session } = await readProblem(await started.createSession({ checkout: 'donation' }))
    const path = `/v1/sessions/${String(session)}`
    const answer = await started.request('PATCH', path, { body: { amount: '30' } })
    expect(answer.status).toBe(409)
    expect(started.fake.ledger).toHaveLength(1)
  })

  it.each(RETRYABLE)('leaves the session as it was when %s', async (_, fault, code, status) => {
    const started = await start()
    const { fake, request } = started
    const session = await open(started)
    const headers = { 'Idempotency-Key': newKey() }
    const send = () =>
      request('PATCH', `/v1/sessions/${session.id}`, { body: { amount: '30' }, headers })

    // A PUT is tried again, but not after the deadline.
    if (code !== 'provider_timeout') fake.next(fault, fault)
    const failed = await meet(started, fault, send)
    expect(failed.status).toBe(status)
    expect(await readProblem(failed)).toMatchObject({ code, retryable: true, session: session.id })
    expect(await read(started, session.id)).toEqual({ ...session, updatedAt: expect.any(String) })
    expect(started.readRow(session.id)).toMatchObject({ failure: code, amount: '25.00' })

    fake.heal()
    const again = await send()
    expect(again.status).toBe(200)
    expect(await readSession(again)).toMatchObject({ id: session.id, amount: '30.00' })
  })

  it('keeps the redirect URL that it had when it is sent a hostile one', async () => {
    const started = await start()
    const session = await open(started)
    for (const fault of HOSTILE) {
      const path = `/v1/sessions/${session.id}`
      const send = () => started.request('PATCH', path, { body: { amount: '30' } })
      const answer = await meet(started, fault, send)
      expect(answer.status, JSON.stringify(fault)).toBe(502)
      expect(await readProblem(answer)).toMatchObject({ code: 'provider_unavailable' })
      expect(await read(started, session.id)).toMatchObject({
        amount: '25.00',
        redirectUrl: session.redirectUrl,
      })
    }
  })

  it('leaves the session as it was when the answer is about another one', async () => {
    const started = await start()
    const session = await open(started)
    const other = answerWith(sessionAnswer('sc_of_somebody_else'))
    started.fake.next(other, other, other)
    const path = `/v1/sessions/${session.id}`
    const answer = await started.request('PATCH', path, { body: { amount: '30' } })
    expect(answer.status).toBe(502)
    expect(await read(started, session.id)).toMatchObject({ amount: '25.00', status: 'pending' })
  })

  it.each([400, 401, 404])('leaves the session open when it refuses with %i', async (status) => {
    const started = await start()
    const session = await open(started)
    started.fake.next({ kind: 'status', status })
    const path = `/v1/sessions/${session.id}`
    const answer = await started.request('PATCH', path, { body: { amount: '30' } })
    expect(await readProblem(answer)).toMatchObject({ code: 'provider_rejected', retryable: false })
    expect(await read(started, session.id)).toMatchObject({ amount: '25.00', status: 'pending' })
  })

  it('changes the amount by one PUT that names the session', async () => {
    const started = await start()
    const { id } = await open(started)
    const [reference = ''] = started.fake.sessions.keys()
    const answer = await started.request('PATCH', `/v1/sessions/${id}`, {
      body: { amount: '30.1' },
    })
    expect(answer.status).toBe(200)
    expect(await readSession(answer)).toMatchObject({ id, amount: '30.10', status: 'pending' })
    expect(await read(started, id)).toMatchObject({ amount: '30.10' })

    expect(started.fake.complaints).toEqual([])
    expect(started.fake.ledger).toHaveLength(2)
    const put = started.fake.ledger[1]
    expect(put).toMatchObject({ method: 'PUT', path: SPRINTCHECKOUT_PATH, status: 200 })
    expect(put?.headers).toMatchObject({ 'x-sc-apikey': API_KEY })
    expect(put?.rawBody).toContain('"amount":30.10,')
    expect(put?.body).toStrictEqual({
      sessionId: reference,
      amount: 30.1,
      minAmount: 5,
      editable: false,
      currency: 'USD',
      orderId: id,
      successUrl: `https://shop.example/thanks?ref=a%20b&tag=x+y&coinslot_session=${id}#paid`,
      cancelUrl: `https://shop.example/donate?coinslot_session=${id}`,
    })
  })

  it('settles the new amount, and flags a payment of the old one', async () => {
    const started = await start()
    const { id } = await open(started)
    const [paymentSessionId] = started.fake.sessions.keys()
    await started.request('PATCH', `/v1/sessions/${id}`, { body: { amount: '30' } })
    await webhook(started, { paymentSessionId, status: 'SUCCESS', amount: 25, currency: 'USD' })
    expect(await read(started, id)).toMatchObject({ status: 'pending', exception: 'underpaid' })
  })
})

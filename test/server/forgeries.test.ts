/** What somebody who is nobody might try: guessing, posing by headers, and words that mean something to a database. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { idForLog, newSessionId } from '../../server/session.ts'
import {
  newKey,
  readProblem,
  readSession,
  SELF,
  startCoinslot,
  type Harness,
} from './coinslot-harness.ts'

const DONATION = { checkout: 'donation', amount: '25.00' }

async function start(): Promise<Harness> {
  const harness = await startCoinslot()
  onTestFinished(() => harness.coinslot.close())
  return harness
}

describe('the id of a session', () => {
  it('is 128 random bits or more beside the time and what a log tells, never twice the same, and tells nothing of the last one', () => {
    const now = new Date()
    const ids = Array.from({ length: 10_000 }, () => newSessionId(now))
    expect(new Set(ids).size).toBe(ids.length)
    const ones = Array.from({ length: 8 * 16 }, () => 0)
    for (const id of ids) {
      const bytes = Buffer.from(id.slice(idForLog(id).length), 'base64url')
      expect(bytes.length).toBeGreaterThanOrEqual(16)
      ones.forEach(
        (count, bit) => (ones[bit] = count + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)),
      )
    }
    // Ten standard deviations: a bit that never changes is out by a hundred.
    for (const count of ones) expect(Math.abs(count - 5_000)).toBeLessThan(500)
  })

  it('is not guessed: ten thousand that are none are not found, each by the same answer', async () => {
    const harness = await start()
    const { id } = await readSession(await harness.createSession(DONATION))
    const told = new Set<string>()
    for (let count = 0; count < 10_000; count += 1) {
      const guess = count % 2 ? newSessionId(new Date()) : id.slice(0, -1 - (count % 20)) + count
      if (guess === id) continue
      const answer = await harness.coinslot.fetch(new Request(`${SELF}/v1/sessions/${guess}`))
      const { requestId: _, ...problem } = await readProblem(answer)
      told.add(`${answer.status} ${JSON.stringify(problem)}`)
    }
    expect([...told].map((text) => text.slice(0, 3))).toEqual(['404'])
  })

  it('changes nothing for a page that is not listed, though it knows it', async () => {
    const harness = await start()
    const { id } = await readSession(await harness.createSession(DONATION))
    const calls = harness.sent.length
    const answer = await harness.request('PATCH', `/v1/sessions/${id}`, {
      body: { amount: '5.00' },
      headers: { Origin: 'https://evil.example' },
    })
    expect(answer.status).toBe(403)
    expect(harness.sent.length).toBe(calls)
  })
})

/** Each is believed by some server somewhere. */
const POSING = {
  'X-Forwarded-For': '127.0.0.1',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Port': '1',
  'X-Forwarded-Prefix': '/evil',
  'X-Forwarded-Server': 'evil.example',
  'X-Forwarded-User': 'admin',
  'X-Forwarded-Email': 'admin@shop.example',
  'X-Forwarded-Client-Cert': 'By=admin',
  'X-Original-Host': 'evil.example',
  'X-Original-URL': '/v1/webhooks/sandbox',
  'X-Rewrite-URL': '/v1/webhooks/sandbox',
  'X-Real-IP': '127.0.0.1',
  'X-Client-IP': '127.0.0.1',
  'X-Cluster-Client-IP': '127.0.0.1',
  'CF-Connecting-IP': '127.0.0.1',
  'True-Client-IP': '127.0.0.1',
  'Fastly-Client-IP': '127.0.0.1',
  Forwarded: 'for=127.0.0.1;host=evil.example;proto=http',
  Via: '1.1 evil.example',
  'X-Host': 'evil.example',
  'X-WCPAY-PLATFORM-CHECKOUT-USER': '1',
  'X-User-Id': '1',
  'X-Remote-User': 'admin',
  'X-Auth-Request-User': 'admin',
  'X-Authenticated-User': 'admin',
  'X-Merchant-Id': 'm_2',
  'X-Api-Key': 'guessed',
  'X-SC-ApiKey': 'guessed',
  Authorization: 'Bearer guessed',
  Cookie: 'session=admin; admin=true',
  'X-HTTP-Method-Override': 'DELETE',
  'X-Debug': '1',
}

describe('a request', () => {
  it(`is the same with ${Object.keys(POSING).length} headers by which it poses as another`, async () => {
    const { createSession, request } = await start()
    const plain = await readSession(await createSession(DONATION))
    const posing = await createSession(DONATION, POSING)
    expect(posing.status).toBe(201)
    const { id, redirectUrl = '', ...session } = await readSession(posing)
    expect(session).toMatchObject({ status: 'pending', amount: '25.00', checkout: 'donation' })
    expect(new URL(redirectUrl).origin).toBe(new URL(plain.redirectUrl ?? '').origin)
    expect(posing.headers.get('Location')).toBe(`/v1/sessions/${id}`)
    const page = await request('GET', '/pay/donation', { headers: POSING })
    expect(await page.text()).not.toMatch(/evil|\/evil/)
    const description = await request('GET', '/openapi.json', { headers: POSING })
    expect(await description.text()).not.toContain('evil')
    expect(
      (await request('POST', '/v1/webhooks/sandbox', { headers: POSING, raw: '{}' })).status,
    ).toBe(401)
    expect((await request('GET', '/sandbox/v1/payments/sbx_1', { headers: POSING })).status).toBe(
      401,
    )
  })
})

describe('words that mean something to a database', () => {
  const INJECTIONS = [
    "'; DROP TABLE sessions; --",
    "' OR '1'='1",
    "x' UNION SELECT answer FROM intents --",
    "'); UPDATE sessions SET status='paid'; --",
    '"; DELETE FROM outbox; --',
    "$1'; SELECT pg_sleep(5); --",
    "\\'; SELECT load_extension('x'); --",
    '%27%20OR%201=1',
    "E'\\\\x27'",
    '$$; DROP TABLE sessions; $$',
    '?1 :a @b',
  ]

  it('are not found where they have a NUL, which one of the databases fails on', async () => {
    const { request, logs } = await start()
    const path = '/v1/sessions/cs_%00'
    const answers = [
      await request('GET', path),
      await request('GET', `${path}/events`),
      await request('PATCH', path, { body: { amount: '9.00' } }),
      await request('GET', '/bridge/cs_%00'),
      await request('GET', '/sandbox/pay/%00'),
      await request('POST', '/sandbox/pay/%00', { raw: 'outcome=paid' }),
      await request('POST', '/v1/webhooks/%00', { raw: '{}' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
    expect(logs.join('')).not.toContain('"level":50')
  })

  it.each(INJECTIONS)('are text, or are refused, wherever they are put: %s', async (text) => {
    const { createSession, request, logs } = await start()
    const witness = await readSession(await createSession(DONATION))
    const kept = await createSession({ ...DONATION, clientReferenceId: text })
    const { id } = await readSession(kept)
    const read = await readSession(await request('GET', `/v1/sessions/${id}`))
    expect(read.clientReferenceId).toBe(text)

    const refused = [
      await createSession({ ...DONATION, checkout: text }),
      await createSession({ ...DONATION, offer: text }),
      await createSession({ ...DONATION, amount: text }),
      await createSession({ ...DONATION, locale: text }),
      await createSession({ ...DONATION, customer: { email: text } }),
      await createSession(DONATION, { 'Idempotency-Key': text }),
      await createSession(DONATION, { Origin: text }),
      await request('GET', `/v1/sessions/${encodeURIComponent(text)}`),
      await request('GET', `/v1/checkouts/${encodeURIComponent(text)}`),
      await request('GET', `/pay/${encodeURIComponent(text)}`),
      await request('GET', `/bridge/cs_${encodeURIComponent(text)}`),
      await request('GET', `/sandbox/pay/${encodeURIComponent(text)}`),
      await request('PATCH', `/v1/sessions/${encodeURIComponent(text)}`, { body: { amount: '9' } }),
      await request('POST', `/v1/webhooks/${encodeURIComponent(text)}`, { raw: text }),
    ]
    for (const { status } of refused) expect([400, 401, 403, 404, 422]).toContain(status)

    const after = await readSession(await request('GET', `/v1/sessions/${witness.id}`))
    expect(after).toEqual(witness)
    const again = { 'Idempotency-Key': newKey() }
    expect((await createSession(DONATION, again)).status).toBe(201)
    expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

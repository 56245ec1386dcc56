import { createHash, createHmac, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { ProviderRejected, ProviderUnavailable, WebhookRejected } from '../../../server/errors.ts'
import { sandbox } from '../../../server/providers/sandbox.ts'
import { createSandboxApp } from '../../../server/sandbox/app.ts'
import { createSandboxLedger } from '../../../server/store/sandbox-ledger.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import { startFakeProvider, type FakeProvider, type Fault } from './fake-provider.ts'
import {
  AT,
  bareOrder,
  CALL,
  describeProvider,
  failureOf,
  fullOrder,
  startAdapter,
  toBytes,
  WEBHOOK_URL,
  type ProviderSubject,
} from './provider-conformance.ts'

const SECRET = newSecret()

/** The sandbox is our own, so it needs no fake: its app answers, behind the ledger and the faults. */
async function startSandbox(): Promise<FakeProvider> {
  const database = await openSqlite(':memory:')
  onTestFinished(() => database.db.destroy())
  const app = createSandboxApp({
    ledger: createSandboxLedger(database),
    report: async () => undefined,
    apiKey: SECRET,
    publicUrl: 'http://127.0.0.1:8080/sandbox',
    now: () => AT,
  })
  return startFakeProvider(async ({ method, path, headers, rawBody }) => {
    const answer = await app.request(path, {
      method,
      headers: headers as Record<string, string>,
      ...(rawBody && { body: rawBody }),
    })
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    }
  })
}

const subject: ProviderSubject = {
  definition: sandbox,
  secrets: { SANDBOX_SECRET: SECRET },
  startFake: startSandbox,
  creates: {
    full: {
      amount: '25.50',
      currency: 'USD',
      description: fullOrder.description,
      successUrl: fullOrder.successUrl,
      cancelUrl: fullOrder.cancelUrl,
      failUrl: fullOrder.failUrl,
      webhookUrl: WEBHOOK_URL,
      expiresAt: '2026-11-22T12:00:00.000Z',
    },
    bare: {
      amount: '25.50',
      currency: 'USD',
      description: null,
      successUrl: null,
      cancelUrl: null,
      failUrl: null,
      webhookUrl: WEBHOOK_URL,
      expiresAt: '2026-11-22T12:00:00.000Z',
    },
  },
  updates: {
    full: () => ({ amount: '25.50' }),
    bare: () => ({ amount: '25.50' }),
  },
  sentAmount: /"amount":"([^"]*)"/,
  brokenAnswers: {
    'no body': { kind: 'answer', body: '' },
    'something else than JSON': { kind: 'answer', body: '<html>maintenance</html>' },
    'JSON that stops half-way': { kind: 'answer', body: '{"id":"sbx_1","status":"open' },
    null: answered(null),
    'a status that it does not have': answered({ status: 'settled' }),
    'a number as id': answered({ id: 1 }),
    'an empty id': answered({ id: '' }),
    'a number as amount': answered({ amount: 25.5 }),
  },
  webhook: {
    secretName: 'SANDBOX_SECRET',
    otherSecret: newSecret(),
    header: 'webhook-signature',
    coversBody: true,
    sign: (body, secret) => signed(body, { secret, id: `msg_${digest(body)}` }),
    body: ({ reference, status, amount, currency }) =>
      JSON.stringify({
        type: `payment.${status}`,
        timestamp: AT.toISOString(),
        data: { id: reference, status, amount, currency },
      }),
    statuses: [
      ['paid', 'paid'],
      ['declined', 'failed'],
      ['canceled', 'canceled'],
      ['expired', 'expired'],
      ['open', 'pending'],
      ['processing', 'processing'],
      ['refunded', 'refunded'],
    ],
    uninteresting: {
      'a status that it did not have yet': paidBody({ status: 'disputed' }),
      'a status that every object has a member of': paidBody({ status: 'constructor' }),
    },
  },
}

describeProvider(subject)

describe('sandbox: a signature that does not hold', () => {
  const at = Math.floor(AT.getTime() / 1000)
  const v1 = (request = signed(paidBody())) => request.headers.get('webhook-signature') ?? ''
  const otherwise = signed(paidBody(), { secret: newSecret() })

  it.each<[string, Record<string, string>]>([
    ['no signature after its version', { 'webhook-signature': 'v1,' }],
    ['a version alone', { 'webhook-signature': 'v1' }],
    ['a signature without its version', { 'webhook-signature': v1().slice('v1,'.length) }],
    ['31 bytes', { 'webhook-signature': `v1,${bytesOf(v1()).subarray(1).toString('base64')}` }],
    [
      '33 bytes',
      {
        'webhook-signature': `v1,${Buffer.concat([bytesOf(v1()), bytesOf(v1())])
          .subarray(0, 33)
          .toString('base64')}`,
      },
    ],
    ['nothing but zeros', { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` }],
    ['hexadecimal', { 'webhook-signature': `v1,${bytesOf(v1()).toString('hex')}` }],
    ['no base64', { 'webhook-signature': 'v1,!!!!' }],
    ['version 0', { 'webhook-signature': v1().replace('v1', 'v0') }],
    ['the version for public keys', { 'webhook-signature': v1().replace('v1', 'v1a') }],
    [
      'nine signatures, the right one among them',
      { 'webhook-signature': repeated(v1(otherwise), 8, v1()) },
    ],
    [
      'fifty signatures, the right one first',
      { 'webhook-signature': `${v1()} ${repeated(v1(otherwise), 49)}` },
    ],
    ['no id', { 'webhook-id': '' }],
    ['another id', { 'webhook-id': 'msg_2' }],
    ['an id with a dot, which shifts what is signed', { 'webhook-id': `msg_1.${at}` }],
    ['no timestamp', { 'webhook-timestamp': '' }],
    ['another timestamp', { 'webhook-timestamp': String(at + 1) }],
    ['a negative timestamp', { 'webhook-timestamp': `-${at}` }],
    ['a timestamp with a fraction', { 'webhook-timestamp': `${at}.5` }],
    ['a timestamp with an exponent', { 'webhook-timestamp': '1e9' }],
    ['a timestamp in milliseconds', { 'webhook-timestamp': String(AT.getTime()) }],
    ['a timestamp of 20 digits', { 'webhook-timestamp': '9'.repeat(20) }],
  ])('is refused: %s', async (_, headers) => {
    const { adapter } = await startAdapter(subject)
    const request = signed(paidBody())
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
    expect(await failureOf(subject, adapter.readWebhook(request))).toBeInstanceOf(WebhookRejected)
  })

  it.each([-301, 301, -86_400, 86_400])(
    'is refused when it was made %i s from now',
    async (seconds) => {
      const { adapter } = await startAdapter(subject)
      const request = signed(paidBody(), { at: at + seconds })
      expect(await failureOf(subject, adapter.readWebhook(request))).toBeInstanceOf(WebhookRejected)
    },
  )

  it.each<[string, (text: string) => Uint8Array]>([
    [
      'written again by another serialiser',
      (text) => toBytes(JSON.stringify(JSON.parse(text), null, 1)),
    ],
    ['with its keys in another order', (text) => toBytes(reordered(text))],
    ['with a letter as an escape', (text) => toBytes(text.replace('paid', '\\u0070aid'))],
    ['compressed', (text) => gzipSync(text)],
  ])('is refused over the same report %s', async (_, change) => {
    const { adapter } = await startAdapter(subject)
    const { headers } = signed(paidBody())
    const failure = await failureOf(
      subject,
      adapter.readWebhook({ headers, body: change(paidBody()) }),
    )
    expect(failure).toBeInstanceOf(WebhookRejected)
  })

  it('holds up to five minutes from now, and as one of eight', async () => {
    const { adapter } = await startAdapter(subject)
    for (const seconds of [-300, 0, 300]) {
      const request = signed(paidBody(), { at: at + seconds })
      expect(await adapter.readWebhook(request)).toMatchObject({ status: 'paid' })
    }
    const request = signed(paidBody())
    request.headers.set('webhook-signature', repeated(v1(otherwise), 7, v1()))
    expect(await adapter.readWebhook(request)).toMatchObject({ eventId: 'sbx_1-paid' })
  })
})

describe('sandbox: what is special about it', () => {
  it('refuses an answer about another payment than was asked for', async () => {
    const { adapter, fake } = await startAdapter(subject)
    const { reference } = await adapter.createSession(bareOrder, CALL)
    const other = await adapter.createSession(bareOrder, { idempotencyKey: 'cs_of_another' })
    const answer: Fault = answered({ id: other.reference })
    fake.next(answer, answer, answer)
    const asked = Promise.resolve(adapter.fetchReport?.(reference))
    expect(await failureOf(subject, asked)).toBeInstanceOf(ProviderUnavailable)
    fake.next(answer, answer, answer)
    const changed = Promise.resolve(adapter.updateSession?.(reference, fullOrder, CALL))
    expect(await failureOf(subject, changed)).toBeInstanceOf(ProviderUnavailable)
  })

  it('is not let in with another secret', async () => {
    const { adapter } = await startAdapter(subject, { secrets: { SANDBOX_SECRET: newSecret() } })
    const failure = await failureOf(subject, adapter.createSession(bareOrder, CALL))
    expect(failure).toBeInstanceOf(ProviderRejected)
  })

  it('makes one payment for one key, however often it is asked', async () => {
    const { adapter, fake } = await startAdapter(subject)
    const first = await adapter.createSession(fullOrder, CALL)
    fake.next({ kind: 'reset', when: 'after' })
    expect(await adapter.createSession(fullOrder, CALL)).toEqual(first)
  })

  it('brings the time at which the payment expires', async () => {
    const { adapter } = await startAdapter(subject)
    expect(await adapter.createSession(fullOrder, CALL)).toMatchObject({
      expiresAt: fullOrder.expiresAt,
    })
  })

  it.each<[string, readonly [SessionStatus, bigint?][]]>([
    ['paid', [['paid', 2550n]]],
    ['declined', [['failed']]],
    ['canceled', [['canceled']]],
    ['expired', [['expired']]],
    ['processing', [['processing']]],
    ['underpaid', [['paid', 2295n]]],
    ['overpaid', [['paid', 2805n]]],
    ['late', [['expired'], ['paid', 2550n]]],
    [
      'twice',
      [
        ['paid', 2550n],
        ['paid', 2550n],
      ],
    ],
    [
      'refunded',
      [
        ['paid', 2550n],
        ['refunded', 2550n],
      ],
    ],
  ])('tells, when it is asked after %s, all that became of the payment', async (outcome, told) => {
    const { adapter, fake } = await startAdapter(subject)
    const { reference } = await adapter.createSession(fullOrder, CALL)
    expect(await adapter.fetchReport?.(reference)).toMatchObject([{ status: 'pending' }])
    await choose(fake, reference, outcome)
    const reports = told.map(([status, amount], index) => ({
      provider: 'sandbox',
      eventId: `${reference}-${index + 1}`,
      reference,
      status,
      ...(amount && { amount, currency: 'USD' }),
    }))
    expect(await adapter.fetchReport?.(reference)).toEqual(reports)
    // Whatever is chosen after that comes too late.
    await choose(fake, reference, 'canceled')
    expect(await adapter.fetchReport?.(reference)).toEqual(reports)
  })

  it.each([
    ['paid', 'paid'],
    ['declined', 'failed'],
  ])('goes on from a slow payment to %s', async (outcome, status) => {
    const { adapter, fake } = await startAdapter(subject)
    const { reference } = await adapter.createSession(fullOrder, CALL)
    for (const step of ['processing', outcome]) await choose(fake, reference, step)
    expect(await adapter.fetchReport?.(reference)).toMatchObject([
      { status: 'processing' },
      { status },
    ])
  })

  it('cannot be paid less than the smallest amount, and does not offer it', async () => {
    const { adapter, fake } = await startAdapter(subject)
    const order = { ...fullOrder, amount: 1n, currency: 'JPY' }
    const { reference } = await adapter.createSession(order, CALL)
    const page = await (await fetch(`${fake.url}/pay/${reference}`)).text()
    expect(page).toContain('Pay more: ¥2')
    expect(page).not.toContain('underpaid')
    await choose(fake, reference, 'underpaid')
    expect(await adapter.fetchReport?.(reference)).toMatchObject([{ status: 'pending' }])
  })

  it.each([
    ['a tenth', 2550n, 'USD', '$22.95', '$28.05'],
    ['one less of two', 2n, 'USD', '$0.01', '$0.03'],
    ['no decimals', 500n, 'JPY', '¥450', '¥550'],
    ['three decimals', 1n + 1000n, 'KWD', 'KWD 0.901', 'KWD 1.101'],
  ])('offers the wrong sums that it will take: %s', async (_, amount, currency, less, more) => {
    const { adapter, fake } = await startAdapter(subject)
    const { reference } = await adapter.createSession({ ...fullOrder, amount, currency }, CALL)
    const page = await (await fetch(`${fake.url}/pay/${reference}`)).text()
    const text = page.replaceAll(/\s+/g, ' ')
    expect(text).toContain(`Pay only ${less} `)
    expect(text).toContain(`Pay more: ${more} `)
  })

  it('cannot be changed once it has ended', async () => {
    const { adapter, fake } = await startAdapter(subject)
    const { reference } = await adapter.createSession(fullOrder, CALL)
    await choose(fake, reference, 'paid')
    const changed = Promise.resolve(adapter.updateSession?.(reference, fullOrder, CALL))
    expect(await failureOf(subject, changed)).toBeInstanceOf(ProviderRejected)
  })
})

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Presses a button of the hosted page. */
async function choose(fake: FakeProvider, reference: string, outcome: string): Promise<void> {
  await fetch(`${fake.url}/pay/${reference}`, {
    method: 'POST',
    body: new URLSearchParams({ outcome }),
    redirect: 'manual',
  })
}

/** Signs as the Standard Webhooks specification says, without the library that the server signs with. */
function signed(
  body: string | Uint8Array,
  { secret = SECRET, id = 'sbx_1-paid', at = Math.floor(AT.getTime() / 1000) } = {},
) {
  const bytes = toBytes(body)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const content = Buffer.concat([Buffer.from(`${id}.${at}.`), bytes])
  const signature = createHmac('sha256', key).update(content).digest('base64')
  const headers = new Headers({
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  })
  return { headers, body: bytes }
}

function paidBody(change: Record<string, unknown> = {}): string {
  const data = { id: 'sbx_1', status: 'paid', amount: '25.50', currency: 'USD', ...change }
  return JSON.stringify({ type: 'payment.paid', timestamp: AT.toISOString(), data })
}

function answered(change: Record<string, unknown> | null): Fault {
  const right = {
    id: 'sbx_1',
    status: 'open',
    amount: '25.50',
    currency: 'USD',
    expiresAt: '2026-11-22T12:00:00.000Z',
    url: 'http://127.0.0.1:8080/sandbox/pay/sbx_1',
    events: [],
  }
  return { kind: 'answer', body: JSON.stringify(change && { ...right, ...change }) }
}

/** Names a message after its body, as a sender does that tells one event twice. */
function digest(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}

function repeated(signature: string, times: number, last?: string): string {
  return [...Array<string>(times).fill(signature), ...(last ? [last] : [])].join(' ')
}

function bytesOf(signature: string): Buffer {
  return Buffer.from(signature.slice('v1,'.length), 'base64')
}

function reordered(text: string): string {
  const { data, ...rest } = JSON.parse(text) as Record<string, unknown>
  return JSON.stringify({ data, ...rest })
}

/** Sessions at KuvarPay through the whole server, with real requests to a fake of it, and the bridge page. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConstantBackoff } from 'cockatiel'
import { SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { createTransport } from '../../server/transport.ts'
import {
  newKey,
  readProblem,
  readSession,
  SELF,
  startCoinslot,
  type Harness,
} from './coinslot-harness.ts'
import {
  dataAnswer,
  sessionData,
  startFakeKuvarPay,
  TOKEN_CANARY,
  type FakeKuvarPay,
} from './providers/fake-kuvarpay.ts'

const API_KEY = 'sk_live_canary-5b1c'
const WEBHOOK_SECRET = 'whs_canary-77ae'
const SECRETS = {
  KUVARPAY_API_KEY: API_KEY,
  KUVARPAY_PUBLISHABLE_KEY: 'pk_live_5b1c',
  KUVARPAY_WEBHOOK_SECRET: WEBHOOK_SECRET,
}

const DONATION = {
  provider: 'kuvarpay',
  currency: 'KES',
  amount: '1500.00',
  editable: true,
  description: 'Support the <b>library</b> & "friends"',
  successUrl: 'https://shop.example/thanks?a=1&b="2"',
  cancelUrl: 'https://shop.example/donate',
  failUrl: 'https://shop.example/sorry',
}

const { successUrl: _, cancelUrl: __, failUrl: ___, ...SILENT } = DONATION

const SECRET = 'a secret of at least thirty-two bytes'

function sign(terms: object): Promise<string> {
  return new SignJWT({ ...terms })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(SECRET))
}

function configuration(kuvarpay: Record<string, unknown> = {}) {
  return {
    providers: { kuvarpay: { businessId: 'biz_1', ...kuvarpay }, sandbox: {} },
    checkouts: {
      donation: DONATION,
      silent: SILENT,
      demo: { provider: 'sandbox', currency: 'KES', amount: '5.00' },
    },
  }
}

interface Started extends Harness {
  readonly fake: FakeKuvarPay
  /** Every byte that the store has put on the disk. */
  readDisk(): string
}

async function start(settings: Record<string, unknown> = {}, now?: () => Date): Promise<Started> {
  const fake = await startFakeKuvarPay({
    apiKey: API_KEY,
    businessId: 'biz_1',
    auth: 'x-api-key',
    webhookSecret: WEBHOOK_SECRET,
  })
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-'))
  const harness = await startCoinslot({
    configuration: configuration(settings),
    environment: { ...SECRETS, COINSLOT_SECRET: SECRET, KUVARPAY_BASE_URL: fake.url },
    databaseUrl: `file:${join(folder, 'coinslot.db')}`,
    transport: createTransport(),
    // It fails often here, and is to be asked all the same.
    providerTiming: { backoff: new ConstantBackoff(0), circuit: { failures: Infinity } },
    ...(now && { now }),
  })
  onTestFinished(async () => {
    await harness.coinslot.close()
    await fake.close()
    await rm(folder, { recursive: true })
  })
  return {
    ...harness,
    fake,
    readDisk: () =>
      readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join('\n'),
  }
}

async function open(started: Started, checkout = 'donation'): Promise<Session> {
  const answer = await started.createSession({ checkout })
  expect(answer.status).toBe(201)
  return readSession(answer)
}

function referenceOf({ fake }: Started): string {
  return [...fake.sessions.keys()].at(-1) ?? ''
}

async function tell({ fake, request }: Started, event: string, reference: string) {
  const { headers, raw } = fake.webhook(event, reference)
  return request('POST', '/v1/webhooks/kuvarpay', { raw, headers })
}

/** Moves the session at KuvarPay, which tells of it. */
async function settle(started: Started, status: string, event = 'checkout_session.completed') {
  const reference = referenceOf(started)
  started.fake.change(reference, { status })
  expect((await tell(started, event, reference)).status).toBe(200)
}

async function read({ request }: Started, { id }: Session): Promise<Session> {
  return readSession(await request('GET', `/v1/sessions/${id}`))
}

describe('a server with KuvarPay', () => {
  it.each(Object.keys(SECRETS))('does not start without %s, and names it', async (name) => {
    for (const unset of [undefined, '']) {
      const environment = { ...SECRETS, [name]: unset } as Record<string, string>
      const starting = startCoinslot({ configuration: configuration(), environment })
      await expect(starting).rejects.toThrow(`${name}: is not set`)
    }
  })

  it('names every missing variable also where its settings are wrong', async () => {
    const written = { providers: { kuvarpay: { auth: 'basic' } } }
    const starting = startCoinslot({ configuration: written, environment: {} })
    await expect(starting).rejects.toThrow(/providers\.kuvarpay\.auth[^]*KUVARPAY_PUBLISHABLE_KEY/)
    const nothing = startCoinslot({ configuration: { providers: { kuvarpay: null } } })
    await expect(nothing).rejects.toThrow('KUVARPAY_PUBLISHABLE_KEY: is not set')
  })

  it('does not start without a business id for the header that needs it', async () => {
    const written = { providers: { kuvarpay: {} } }
    const starting = startCoinslot({ configuration: written, environment: SECRETS })
    await expect(starting).rejects.toThrow('providers.kuvarpay.businessId: is needed')
  })

  it.each([
    { fromCurency: 'USDT' },
    { refundAddress: 'too short' },
    { paymentTolerance: '1' },
    { paymentTolerance: 0 },
    { paymentTolerance: 101 },
  ])('does not start with a checkout that says %j to it', async (kuvarpay) => {
    const { checkouts, ...rest } = configuration()
    const written = { ...rest, checkouts: { donation: { ...checkouts.donation, kuvarpay } } }
    const starting = startCoinslot({ configuration: written, environment: SECRETS })
    await expect(starting).rejects.toThrow('checkouts.donation.kuvarpay')
  })

  it('needs no publishable key where a template says where the payment page is', async () => {
    const started = await startCoinslot({
      configuration: configuration({ redirectUrlTemplate: 'https://pay.kuvarpay.com/{sessionId}' }),
      environment: { ...SECRETS, KUVARPAY_PUBLISHABLE_KEY: '' },
    })
    await started.coinslot.close()
  })

  it('redirects by the template to the hosts that are listed, and to no other', async () => {
    const listed = await start({ redirectUrlTemplate: 'https://pay.kuvarpay.com/{sessionId}' })
    const { redirectUrl } = await open(listed)
    expect(redirectUrl).toBe(`https://pay.kuvarpay.com/${referenceOf(listed)}`)
    const other = await start({ redirectUrlTemplate: 'https://pay.evil.example/{sessionId}' })
    expect((await other.createSession({ checkout: 'donation' })).status).toBe(502)
  })

  it('keeps the bridge page also where other redirect hosts are named', async () => {
    const started = await start({ redirectHosts: ['elsewhere.example'] })
    const { id, redirectUrl } = await open(started)
    expect(redirectUrl).toBe(`${SELF}/bridge/${id}`)
  })
})

describe('a session at KuvarPay', () => {
  it('is not offered where KuvarPay has made it for another sum', async () => {
    const started = await start()
    const other = dataAnswer(sessionData('cs_1', { amount: 150_000, currency: 'KES' }))
    started.fake.next(other, other, other)
    const answer = await started.createSession({ checkout: 'donation' })
    expect(answer.status).toBe(502)
    expect(await readProblem(answer)).toMatchObject({ code: 'provider_unavailable' })
  })

  it('is one there, however often an answer is lost on the way', async () => {
    const started = await start()
    const lost = { kind: 'reset', when: 'after' } as const
    started.fake.next(lost, lost, lost)
    const headers = { 'Idempotency-Key': newKey() }
    const failed = await started.createSession({ checkout: 'donation' }, headers)
    expect(failed.status).toBe(502)
    const again = await started.createSession({ checkout: 'donation' }, headers)
    expect(again.status).toBe(201)
    expect(started.fake.sessions.size).toBe(1)
    const bodies = new Set(started.fake.ledger.map(({ rawBody }) => rawBody))
    expect(bodies.size).toBe(1)
  })

  it('cannot be changed there: the buyer is told to begin again', async () => {
    const started = await start()
    const { id } = await open(started)
    const answer = await started.request('PATCH', `/v1/sessions/${id}`, {
      body: { amount: '2000' },
    })
    expect(await readProblem(answer)).toMatchObject({ code: 'amount_not_editable' })
  })

  it.each([
    ['payment_received is told', 'checkout_session.payment_received', 'PENDING', 'pending'],
    ['completed is told, and it is pending', 'checkout_session.completed', 'PENDING', 'pending'],
    ['completed is told, and it has failed', 'checkout_session.completed', 'FAILED', 'failed'],
  ])('is not paid where %s', async (_, event, stands, status) => {
    const started = await start()
    const session = await open(started)
    await settle(started, stands, event)
    expect(await read(started, session)).toMatchObject({ status, exception: null })
  })

  it.each([
    ['no signature', () => ({})],
    [
      'a signature of something else',
      () => ({ 'X-KuvarPay-Signature': `sha256=${'0'.repeat(64)}` }),
    ],
  ])('is not asked about for a webhook with %s', async (_, forged) => {
    const started = await start()
    const session = await open(started)
    started.fake.change(referenceOf(started), { status: 'COMPLETED' })
    const { raw } = started.fake.webhook('checkout_session.completed', referenceOf(started))
    const before = started.fake.ledger.length
    const answer = await started.request('POST', '/v1/webhooks/kuvarpay', {
      raw,
      headers: forged(),
    })
    expect(answer.status).toBe(401)
    expect(started.fake.ledger).toHaveLength(before)
    expect(await read(started, session)).toMatchObject({ status: 'pending' })
  })

  it('is flagged where another amount arrived than was expected', async () => {
    const started = await start()
    const session = await open(started)
    const transactions = [{ expectedAmount: '11.62', actualAmount: '1.162' }]
    started.fake.change(referenceOf(started), { transactions })
    await settle(started, 'COMPLETED')
    expect(await read(started, session)).toMatchObject({
      status: 'pending',
      exception: 'mismatch',
    })
  })

  it('is flagged where it is told as completed, and stands at a status that nobody knows', async () => {
    let time = new Date()
    const started = await start({}, () => time)
    const session = await open(started)
    await settle(started, 'SETTLED')
    const doubtful = { status: 'pending', exception: 'mismatch' }
    expect(await read(started, session)).toMatchObject(doubtful)
    time = new Date(Date.parse(session.expiresAt) + 1)
    await started.work('reconcile')
    expect(await read(started, session)).toMatchObject(doubtful)
    expect(started.logs.filter((line) => line.includes('"status":"SETTLED"'))).toHaveLength(2)
  })

  it('stays paid, and is no duplicate, when it moves on to a status that nobody knows', async () => {
    const started = await start()
    const session = await open(started)
    await settle(started, 'COMPLETED')
    await settle(started, 'SETTLED')
    expect(await read(started, session)).toMatchObject({ status: 'paid', exception: null })
  })

  it('is paid once, however often that is told', async () => {
    const started = await start()
    const session = await open(started)
    for (let count = 0; count < 3; count += 1) await settle(started, 'COMPLETED')
    expect(await read(started, session)).toMatchObject({ status: 'paid', exception: null })
    expect(started.logs.filter((line) => line.includes('session settled'))).toHaveLength(1)
    expect(started.fake.complaints).toEqual([])
  })

  it('takes the test of a webhook, and asks nothing', async () => {
    const started = await start()
    const before = started.fake.ledger.length
    expect((await tell(started, 'webhook.test', 'reference')).status).toBe(200)
    expect(started.fake.ledger).toHaveLength(before)
  })
})

describe('the credential of a KuvarPay session', () => {
  it('is told to the bridge page and to nothing else, before and after the end', async () => {
    const started = await start()
    const told: string[] = []
    const hear = async (answer: Response) =>
      told.push(await answer.text(), JSON.stringify([...answer.headers]))

    const headers = { 'Idempotency-Key': newKey() }
    const first = await started.createSession({ checkout: 'donation' }, headers)
    const session = await readSession(first.clone())
    await hear(first)
    await hear(await started.createSession({ checkout: 'donation' }, headers))
    await hear(await started.request('GET', `/v1/sessions/${session.id}`))
    const page = await started.request('GET', `/bridge/${session.id}`)
    expect(await page.text()).toContain(TOKEN_CANARY)

    told.push(started.readDisk())
    await settle(started, 'COMPLETED')
    await hear(await started.request('GET', `/v1/sessions/${session.id}`))
    await hear(await started.request('GET', `/bridge/${session.id}`))
    await hear(await started.request('GET', '/pages/bridge/kuvarpay.js'))
    const everything = [...told, ...started.logs, started.readDisk()].join('\n')
    expect(everything).toContain(session.id)
    for (const secret of [TOKEN_CANARY, API_KEY, WEBHOOK_SECRET]) {
      expect(everything).not.toContain(secret)
      expect(everything).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4))
    }
  })

  it('is in no log line, and neither is the session that the page is reached by', async () => {
    const started = await start()
    const { id } = await open(started)
    await started.request('GET', `/bridge/${id}`)
    const logs = started.logs.join('\n')
    expect(logs).toContain('/bridge/:session')
    expect(logs).not.toContain(id)
  })
})

describe('GET /bridge/{session}', () => {
  it.each(['/bridge/cs_', `/bridge/cs_${'a'.repeat(32)}`, '/bridge/', '/pages/bridge/sandbox.js'])(
    'opens nothing at %s',
    async (path) => {
      const started = await start()
      const answer = await started.request('GET', path)
      expect(answer.status).toBe(404)
    },
  )

  it('opens nothing for a session of a provider that has a page of its own', async () => {
    const harness = await startCoinslot({
      configuration: configuration(),
      environment: SECRETS,
    })
    const { id } = await readSession(await harness.createSession({ checkout: 'demo' }))
    expect((await harness.request('GET', `/bridge/${id}`)).status).toBe(410)
    await harness.coinslot.close()
  })

  it('opens nothing for a session that KuvarPay has not answered', async () => {
    const started = await start()
    started.fake.next({ kind: 'status', status: 400 })
    const { session } = await readProblem(await started.createSession({ checkout: 'donation' }))
    const answer = await started.request('GET', `/bridge/${String(session)}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toBe(
      `https://shop.example/sorry?coinslot_session=${String(session)}`,
    )
  })

  it.each([
    ['COMPLETED', 'thanks?a=1&b=%222%22&'],
    ['PAYMENT_RECEIVED', 'thanks?a=1&b=%222%22&'],
    ['FAILED', 'sorry?'],
    ['EXPIRED', 'donate?'],
    ['CANCELLED', 'donate?'],
  ])('sends the buyer of a session that is %s on to the shop', async (status, path) => {
    const started = await start()
    const { id } = await open(started)
    await settle(started, status)
    const answer = await started.request('GET', `/bridge/${id}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('Location')).toBe(
      `https://shop.example/${path}coinslot_session=${id}`,
    )
  })

  it('opens nothing for an order that another session has paid, and shows that one', async () => {
    const started = await start()
    const order = { checkout: 'donation', orderId: 'A-1042' }
    const opened = async (amount: string) =>
      readSession(await started.createSession({ offer: await sign(order), amount }))
    const first = await opened('1500.00')
    const second = await opened('1600.00')
    await settle(started, 'COMPLETED')
    const answer = await started.request('GET', `/bridge/${first.id}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toContain(`coinslot_session=${second.id}`)
  })

  it.each([
    ['COMPLETED', 'Thank you. Your payment is confirmed.'],
    ['FAILED', 'The payment did not go through'],
  ])(
    'says of a session that is %s what is the case where the shop has no page',
    async (status, text) => {
      const started = await start()
      const { id } = await open(started, 'silent')
      await settle(started, status)
      const answer = await started.request('GET', `/bridge/${id}`)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain(text)
    },
  )

  it.each([
    ['de', undefined, 'de', 'ltr', 'Zurück zum Shop'],
    ['ar-EG', 'de', 'ar', 'rtl', 'العودة إلى المتجر'],
    [undefined, 'ar', 'ar', 'rtl', 'العودة إلى المتجر'],
    [undefined, undefined, 'en', 'ltr', 'Back to the shop'],
  ])(
    'speaks the language of the session (%s), else the browser’s (%s)',
    async (locale, accepted, tag, direction, text) => {
      const started = await start()
      const { id } = await readSession(
        await started.createSession({ checkout: 'donation', locale }),
      )
      const headers = accepted === undefined ? {} : { 'Accept-Language': accepted }
      const page = await (await started.request('GET', `/bridge/${id}`, { headers })).text()
      expect(page).toContain(`<html lang="${tag}" dir="${direction}">`)
      expect(page).toContain(text)
    },
  )

  it('does not say that nothing was charged where money has come that a person looks at', async () => {
    const started = await start()
    const { id } = await open(started, 'silent')
    await settle(started, 'FAILED')
    await settle(started, 'COMPLETED')
    const page = await (await started.request('GET', `/bridge/${id}`)).text()
    expect(page).toContain('The shop is looking at your payment')
  })

  it('opens no session whose time is over', async () => {
    let time = Date.now()
    const started = await start({}, () => new Date(time))
    const { id } = await open(started)
    time += 24 * 60 * 60 * 1000 + 1000
    const answer = await started.request('GET', `/bridge/${id}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toContain('https://shop.example/donate')
  })

  it('lets only the SDK and what belongs to it run, call and be framed', async () => {
    const started = await start()
    const { id } = await open(started)
    const answer = await started.request('GET', `/bridge/${id}`)
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    const policy = (answer.headers.get('Content-Security-Policy') ?? '').split('; ')
    const theirs = `https://pay.kuvarpay.com ${started.fake.url}`
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self' https://pay.kuvarpay.com",
      "style-src 'self' https://pay.kuvarpay.com",
      `connect-src ${theirs}`,
      `frame-src ${theirs}`,
      'img-src data: https://pay.kuvarpay.com',
      'font-src https://pay.kuvarpay.com',
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
  })

  it('has no script of its own between its tags, and what a merchant wrote is text', async () => {
    const started = await start()
    const { id } = await open(started)
    const page = await (await started.request('GET', `/bridge/${id}`)).text()
    const scripts = [...page.matchAll(/<script[^>]*>([^]*?)<\/script>/g)]
    expect(scripts).toHaveLength(2)
    for (const [, content] of scripts) expect(content).toBe('')
    expect(page).not.toMatch(/ on[a-z]+=|<style| style=|javascript:/)
    expect(page).toContain('Support the &lt;b&gt;library&lt;/b&gt; &amp; &quot;friends&quot;')
    expect(page).not.toContain('<b>')
    expect(page).toContain('KES')
    expect(page).toContain('1,500.00')
  })

  it('has files that any cache may ask about, and the words for those without script', async () => {
    const started = await start()
    for (const [path, type] of [
      ['bridge.css', 'text/css'],
      ['bridge.js', 'text/javascript'],
      ['bridge/kuvarpay.js', 'text/javascript'],
    ]) {
      const answer = await started.request('GET', `/pages/${path}`)
      expect(answer.headers.get('Content-Type')).toBe(`${type}; charset=utf-8`)
      expect(answer.headers.get('Cache-Control')).toBe('no-cache')
    }
    const { id } = await open(started)
    const page = await (await started.request('GET', `/bridge/${id}`)).text()
    expect(page).toMatch(/<noscript>[^]*without JavaScript[^]*<\/noscript>/)
  })
})

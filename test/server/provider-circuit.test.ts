/** A provider that fails again and again, through the whole server. */
import { ConstantBackoff } from 'cockatiel'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { newKey, providerThat, readProblem, startCoinslot } from './coinslot-harness.ts'

const configuration = {
  providers: { sprintcheckout: {}, sandbox: {} },
  checkouts: {
    donation: { provider: 'sprintcheckout', currency: 'USD', amount: '25.00' },
    mug: { provider: 'sandbox', currency: 'USD', amount: '25.00' },
  },
}

async function start() {
  let isBack = false
  const harness = await startCoinslot({
    configuration,
    environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' },
    transport: providerThat(({ url }) => {
      const id = `sc_${url.length}`
      const answer = { sessionId: id, redirectUrl: `https://app.sprintcheckout.com/?uid=${id}` }
      return isBack ? { status: 201, body: answer } : { status: 503, body: {} }
    }),
    providerTiming: {
      backoff: new ConstantBackoff(0),
      circuit: { failures: 5, pause: 1_000 },
    },
  })
  onTestFinished(() => harness.coinslot.close())
  const warnings = () => harness.logs.filter((line) => line.includes('let alone for a while'))
  return { ...harness, warnings, comeBack: () => (isBack = true) }
}

describe('a provider that fails again and again', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('is let alone, which buyers are told at once, and the log once', async () => {
    const { createSession, sent, warnings } = await start()
    for (let count = 0; count < 20; count += 1) {
      const answer = await createSession({ checkout: 'donation' })
      expect(answer.status).toBe(502)
      expect(await readProblem(answer)).toMatchObject({
        code: 'provider_unavailable',
        retryable: true,
        session: expect.stringMatching(/^cs_/),
      })
    }
    expect(sent).toHaveLength(5)
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]).toContain('"provider":"sprintcheckout"')
  })

  it('holds up no other provider, and leaves the server ready', async () => {
    const { createSession, request, sent } = await start()
    for (let count = 0; count < 10; count += 1) await createSession({ checkout: 'donation' })
    const before = sent.length
    await createSession({ checkout: 'mug' })
    expect(sent.length).toBeGreaterThan(before)
    expect((await request('GET', '/readyz')).status).toBe(200)
  })

  it('serves again when it is back, the same session under the same key', async () => {
    const { createSession, logs, comeBack } = await start()
    for (let count = 0; count < 5; count += 1) await createSession({ checkout: 'donation' })
    const key = { 'Idempotency-Key': newKey() }
    const { session } = await readProblem(await createSession({ checkout: 'donation' }, key))
    comeBack()
    vi.setSystemTime(Date.now() + 1_000)
    const answer = await createSession({ checkout: 'donation' }, key)
    expect(answer.status).toBe(201)
    expect(await readProblem(answer)).toMatchObject({ id: session, status: 'pending' })
    expect(logs.filter((line) => line.includes('answers again'))).toHaveLength(1)
  })
})

describe('the deadline of calls to a provider', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['10 s', {}, 10_000],
    ['what is configured', { deadline: 3 }, 3_000],
  ])('is %s', async (_, settings, ms) => {
    let arrive = (): void => undefined
    const arrival = new Promise<void>((resolve) => (arrive = resolve))
    const { coinslot, createSession } = await startCoinslot({
      configuration: {
        providers: { sprintcheckout: settings },
        checkouts: { donation: configuration.checkouts.donation },
      },
      environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' },
      transport: () => new Promise(() => arrive()),
    })
    onTestFinished(() => coinslot.close())
    let status = 0
    const answered = createSession({ checkout: 'donation' }).then(
      (answer) => void (status = answer.status),
    )
    await arrival
    vi.advanceTimersByTime(ms - 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(status).toBe(0)
    vi.advanceTimersByTime(1)
    await answered
    expect(status).toBe(504)
  })
})

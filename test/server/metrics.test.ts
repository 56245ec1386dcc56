/** What Prometheus is told, and who else is not. */
import { ConstantBackoff } from 'cockatiel'
import { afterEach, describe, expect, it } from 'vitest'
import {
  startCoinslot,
  providerThat,
  readSession,
  type Harness,
  type HarnessOptions,
} from './coinslot-harness.ts'

const TOKEN = 'a-token-of-prometheus'

const configuration = {
  metrics: {},
  providers: { sandbox: {} },
  checkouts: {
    mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' },
    donation: { provider: 'sandbox', currency: 'EUR', amount: '5.00' },
  },
}

let harness: Harness | undefined
afterEach(() => harness?.coinslot.close())

async function start(options: HarnessOptions = {}): Promise<Harness> {
  const environment = { COINSLOT_METRICS_TOKEN: TOKEN }
  harness = await startCoinslot({ configuration, environment, ...options })
  return harness
}

async function read({ request }: Harness): Promise<string> {
  const answer = await request('GET', '/metrics', { headers: { Authorization: `Bearer ${TOKEN}` } })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Content-Type')).toContain('text/plain')
  return answer.text()
}

describe('metrics are not told', () => {
  it.each([
    ['without a token', null],
    ['with another', 'Bearer another-token-of-theirs'],
    ['with a part of it', `Bearer ${TOKEN.slice(0, -1)}`],
    ['by another scheme', `Basic ${TOKEN}`],
  ])('%s', async (_, Authorization) => {
    const { request } = await start()
    const answer = await request('GET', '/metrics', { headers: { Authorization } })
    expect([400, 401]).toContain(answer.status)
    expect(await answer.text()).not.toContain('coinslot_')
  })

  it('where nobody asked for them', async () => {
    const { request } = await start({ configuration: { ...configuration, metrics: undefined } })
    const headers = { Authorization: `Bearer ${TOKEN}` }
    expect((await request('GET', '/metrics', { headers })).status).toBe(404)
  })

  it('at the address of everybody where they have a port of their own', async () => {
    const { request, coinslot } = await start({
      configuration: { ...configuration, metrics: { port: 9464 } },
    })
    const headers = { Authorization: `Bearer ${TOKEN}` }
    expect((await request('GET', '/metrics', { headers })).status).toBe(404)
    const own = (init?: RequestInit) =>
      coinslot.metrics?.fetch(new Request('http://127.0.0.1:9464/metrics', init))
    expect((await own())?.status).toBe(401)
    expect((await own({ headers }))?.status).toBe(200)
  })

  it('because nobody thought of it: the start is refused', async () => {
    await expect(start({ environment: {} })).rejects.toThrow('COINSLOT_METRICS_TOKEN')
    await expect(start({ environment: { COINSLOT_METRICS_TOKEN: 'short' } })).rejects.toThrow(
      'COINSLOT_METRICS_TOKEN: must be 16 characters',
    )
  })
})

describe('metrics tell', () => {
  it('sessions opened by checkout, how they change, and the calls for them', async () => {
    const { createSession, request } = await start()
    const { redirectUrl } = await readSession(await createSession({ checkout: 'mug' }))
    await createSession({ checkout: 'mug' })
    await createSession({ checkout: 'donation' })
    await createSession({ checkout: 'no-such' })
    await request('POST', new URL(redirectUrl ?? '').pathname, {
      raw: new URLSearchParams({ outcome: 'paid' }),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    await expect.poll(() => read(harness!)).toContain('status="paid"')
    const text = await read(harness!)
    expect(text).toContain('coinslot_sessions_opened_total{checkout="mug"} 2')
    expect(text).toContain('coinslot_sessions_opened_total{checkout="donation"} 1')
    expect(text).toContain(
      'coinslot_session_changes_total{provider="sandbox",status="paid",exception=""} 1',
    )
    expect(text).toContain(
      'coinslot_provider_call_duration_seconds_count{provider="sandbox",operation="create",outcome="ok"} 3',
    )
    expect(text).toContain('coinslot_provider_circuit_open{provider="sandbox"} 0')
    expect(text).toContain('coinslot_outbox_messages{destination="listener"} 1')
    expect(text).toContain('coinslot_event_streams 0')
    expect(text).toMatch(/coinslot_build_info\{version="\d+\.\d+\.\d+"\} 1/)
    expect(text).toMatch(/nodejs_eventloop_lag_seconds /)
  })

  it('an answer that is told again as no second session', async () => {
    const { createSession } = await start()
    const headers = { 'Idempotency-Key': 'told-again-and-again' }
    await createSession({ checkout: 'mug' }, headers)
    await createSession({ checkout: 'mug' }, headers)
    expect(await read(harness!)).toContain('coinslot_sessions_opened_total{checkout="mug"} 1')
  })

  it('a provider that fails, and that it is let alone', async () => {
    const { createSession } = await start({
      transport: providerThat(() => ({ status: 500, body: {} })),
      providerTiming: { backoff: new ConstantBackoff(0), circuit: { failures: 3 } },
    })
    await createSession({ checkout: 'mug' })
    await createSession({ checkout: 'mug' })
    const text = await read(harness!)
    expect(text).toMatch(/operation="create",outcome="unavailable"\} 1/)
    expect(text).toMatch(/operation="create",outcome="let_alone"\} 1/)
    expect(text).toContain('coinslot_provider_circuit_open{provider="sandbox"} 1')
    expect(text).not.toContain('coinslot_sessions_opened_total{')
  })

  it('requests by their route, never by what anybody can make up', async () => {
    const { createSession, request } = await start()
    const { id } = await readSession(await createSession({ checkout: 'mug' }))
    await request('GET', `/v1/sessions/${id}`)
    await request('GET', '/made-up-by-a-visitor')
    await request('MADEUP', '/v1/sessions')
    const text = await read(harness!)
    expect(text).toContain(
      'coinslot_http_requests_total{method="GET",route="/v1/sessions/:id",status="200",ok="true"} 1',
    )
    expect(text).toMatch(/method="other",route="\/v1\/sessions\/\*",status="405"/)
    expect(text).not.toContain(id)
    expect(text).not.toMatch(/made-?up/i)
  })
})

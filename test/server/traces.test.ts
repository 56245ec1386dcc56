/** What OpenTelemetry is told: enough to see where time goes, and nothing of anybody. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { ConstantBackoff } from 'cockatiel'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  providerThat,
  readSession,
  startCoinslot,
  type Harness,
  type HarnessOptions,
} from './coinslot-harness.ts'

const exporter = new InMemorySpanExporter()

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
})
afterAll(() => {
  trace.disable()
  context.disable()
})

let harness: Harness | undefined
afterEach(async () => {
  await harness?.coinslot.close()
  exporter.reset()
})

const donation = { provider: 'kadosei', currency: 'USD', amount: '25.00', collect: ['email'] }
const SECRETS = { KADOSEI_API_KEY: 'ks_test_canary', KADOSEI_WEBHOOK_SECRET: 'whsec-canary' }

async function start(options: HarnessOptions = {}): Promise<Harness> {
  harness = await startCoinslot({
    configuration: {
      traces: true,
      providers: { sandbox: {}, kadosei: { baseUrl: 'https://api.kadosei.example' } },
      checkouts: { mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' }, donation },
    },
    environment: SECRETS,
    ...options,
  })
  return harness
}

/** As plain data: all that leaves the process. */
const told = () =>
  exporter.getFinishedSpans().map((span) => {
    const { name, attributes, events, status, parentSpanContext } = span
    const { spanId: id } = span.spanContext()
    return { id, parent: parentSpanContext?.spanId, name, attributes, events, status }
  })

describe('traces', () => {
  it('are of requests by their route, and of the calls to providers within them', async () => {
    const { createSession, request } = await start()
    const { id } = await readSession(await createSession({ checkout: 'mug' }))
    await request('GET', `/v1/sessions/${id}`)
    const spans = told()
    const opening = spans.find(({ name }) => name === 'POST /v1/sessions')
    const call = spans.find(({ name }) => name === 'sandbox create')
    expect(opening?.attributes).toMatchObject({ 'http.response.status_code': 201 })
    expect(call).toMatchObject({
      attributes: { 'coinslot.provider': 'sandbox', 'coinslot.operation': 'create' },
      status: { code: 0 },
    })
    expect(call?.parent).toBe(opening?.id)
    expect(spans.map(({ name }) => name)).toContain('GET /v1/sessions/:id')
    expect(JSON.stringify(spans)).not.toContain(id)
  })

  it('tell nothing of a buyer, a key, an offer, or a webhook', async () => {
    const { createSession, request } = await start({
      transport: providerThat(() => {
        throw new Error('buyer@canary.example was sent')
      }),
    })
    await createSession({
      checkout: 'donation',
      customer: { firstName: 'Canary', lastName: 'Canary', email: 'buyer@canary.example' },
    })
    await request('GET', '/pay?offer=offer-canary')
    await request('GET', '/pay/mug?email=buyer@canary.example')
    await request('POST', '/v1/webhooks/kadosei', {
      body: { canary: true },
      headers: { 'X-Kadosei-Signature': 'signature-canary' },
    })
    expect(told().map(({ name }) => name)).toContain('kadosei create')
    expect(JSON.stringify(told())).not.toMatch(/canary/i)
  })

  it('call the server’s own failures failed, and no refusal', async () => {
    const { request, createSession } = await start({
      transport: providerThat(() => ({ status: 503, body: {} })),
      providerTiming: { backoff: new ConstantBackoff(0) },
    })
    await createSession({ checkout: 'no-such' })
    await request('GET', '/nothing')
    await createSession({ checkout: 'mug' })
    const failed = told().filter(({ status }) => status.code === 2)
    expect(failed.map(({ name }) => name)).toEqual(['sandbox create', 'POST /v1/sessions'])
    expect(failed[0]?.attributes).toMatchObject({ 'error.type': 'unavailable' })
  })

  it('are none where nobody asked for them', async () => {
    const { request } = await start({ configuration: undefined })
    await request('GET', '/healthz')
    expect(told()).toEqual([])
  })
})

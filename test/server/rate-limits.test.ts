/** How often sessions may be opened; the minute is over when the test says so. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  newKey,
  readProblem,
  readSession,
  startCoinslot,
  transportTo,
  type Harness,
  type HarnessOptions,
  type RequestOptions,
} from './coinslot-harness.ts'
import { isPostgres, newDatabaseUrl, newSharedDatabaseUrl } from '../postgres/database.ts'
import { passInDatabase } from '../postgres/rate-limit-minute.ts'
import { StoreUnavailable } from '../../server/errors.ts'
import { createRateLimits } from '../../server/rate-limits.ts'
import { demoConfiguration } from '../../server/demo/configuration.ts'

const MUG = { checkout: 'mug' }
const SECRET = 'a-secret-of-the-test-of-32-bytes-or-more'

// The limiter reads the clock by itself.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

async function start(
  rateLimits: Record<string, number>,
  { configuration, databaseUrl: url, ...options }: HarnessOptions = {},
) {
  const databaseUrl = url ?? (await newDatabaseUrl())
  const harness = await startCoinslot({
    configuration: { ...demoConfiguration, ...(configuration as object), rateLimits },
    environment: { COINSLOT_SECRET: SECRET },
    databaseUrl,
    ...options,
  })
  onTestFinished(() => harness.coinslot.close())
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms)
    await passInDatabase(ms, databaseUrl)
  }
  return { ...harness, pass }
}

function open({ request }: Harness, options: RequestOptions = {}): Promise<Response> {
  return request('POST', '/v1/sessions', { body: MUG, ...options })
}

async function statusesOf(count: number, ask: (index: number) => Promise<Response>) {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1) statuses.push((await ask(index)).status)
  return statuses
}

describe('sessions of one address', () => {
  it('are refused past the limit, before the provider is called, with when to come back', async () => {
    const harness = await start({ perAddress: 2 })
    const address = '198.51.100.7'
    await open(harness, { address })
    await open(harness, { address })
    const calls = harness.sent.length
    await harness.pass(20_000)
    const answer = await open(harness, { address })
    expect(answer.status).toBe(429)
    // A database’s clock goes on by itself, too.
    expect(answer.headers.get('Retry-After')).toMatch(/^(40|3\d)$/)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await readProblem(answer)).toMatchObject({ code: 'rate_limited', status: 429 })
    expect(harness.sent.length).toBe(calls)
  })

  it('leave no trace where they are refused: the same key opens one a minute later', async () => {
    const harness = await start({ perAddress: 1 })
    const address = '198.51.100.7'
    const headers = { 'Idempotency-Key': newKey() }
    await open(harness, { address })
    expect((await open(harness, { address, headers })).status).toBe(429)
    await harness.pass(60_001)
    const answer = await open(harness, { address, headers })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Idempotency-Replayed')).toBeNull()
  })

  it('are not counted where they are told again, however often', async () => {
    const harness = await start({ perAddress: 2 })
    const again = { address: '198.51.100.7', headers: { 'Idempotency-Key': newKey() } }
    expect(await statusesOf(20, () => open(harness, again))).toEqual(Array(20).fill(201))
    expect(await statusesOf(2, () => open(harness, { address: again.address }))).toEqual([201, 429])
    expect((await open(harness, again)).headers.get('Idempotency-Replayed')).toBe('true')
  })

  it('are not counted where many tell the same again at one time', async () => {
    const harness = await start({ perAddress: 30, perCheckout: 40 })
    const again = { address: '198.51.100.7', headers: { 'Idempotency-Key': newKey() } }
    await open(harness, again)
    const answers = await Promise.all(Array.from({ length: 60 }, () => open(harness, again)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect((await open(harness, { address: again.address })).status).toBe(201)
  })

  it('are not counted where they are told again for a checkout whose limit is used up', async () => {
    const harness = await start({ perAddress: 2, perCheckout: 1 })
    const again = { address: '198.51.100.7', headers: { 'Idempotency-Key': newKey() } }
    expect(await statusesOf(5, () => open(harness, again))).toEqual(Array(5).fill(201))
    const body = { checkout: 'donation', amount: '25.00' }
    expect((await open(harness, { address: again.address, body })).status).toBe(201)
  })

  it('are not counted again while the answer to the very same is waited for', async () => {
    let answer = () => {}
    const isAnswered = new Promise<void>((resolve) => (answer = resolve))
    const harness: Harness = await start(
      { perAddress: 2 },
      {
        async transport(request) {
          await isAnswered
          return transportTo((asked) => harness.coinslot.fetch(asked))(request)
        },
      },
    )
    const again = { address: '198.51.100.7', headers: { 'Idempotency-Key': newKey() } }
    const first = open(harness, again)
    await vi.waitFor(() => expect(harness.sent).toHaveLength(1))
    expect(await statusesOf(5, () => open(harness, again))).toEqual(Array(5).fill(409))
    answer()
    expect((await first).status).toBe(201)
    expect(await statusesOf(2, () => open(harness, { address: again.address }))).toEqual([201, 429])
  })

  it('are not counted where the policy refuses them', async () => {
    const harness = await start({ perAddress: 1 })
    const address = '198.51.100.7'
    const refused = { address, body: { checkout: 'donation', amount: '0.01' } }
    expect(await statusesOf(5, () => open(harness, refused))).toEqual(Array(5).fill(422))
    expect((await open(harness, { address })).status).toBe(201)
  })

  it('do not use up what others may open', async () => {
    const harness = await start({ perAddress: 1, perCheckout: 3 })
    await statusesOf(20, () => open(harness, { address: '198.51.100.7' }))
    const others = (index: number) => open(harness, { address: `203.0.113.${index}` })
    expect(await statusesOf(3, others)).toEqual([201, 201, 429])
  })

  it('are one network’s where the address is IPv6', async () => {
    const harness = await start({ perAddress: 2 })
    const neighbour = (index: number) => open(harness, { address: `2001:db8:1:2::${index}` })
    expect(await statusesOf(4, neighbour)).toEqual([201, 201, 429, 429])
    expect((await open(harness, { address: '2001:db8:1:3::1' })).status).toBe(201)
  })

  it('do not become another’s by a header that anybody can send', async () => {
    const harness = await start({ perAddress: 2 })
    const names = [
      'X-Forwarded-For',
      'Forwarded',
      'X-Real-IP',
      'CF-Connecting-IP',
      'True-Client-IP',
    ]
    const forged = (index: number) =>
      open(harness, {
        address: '198.51.100.7',
        headers: Object.fromEntries(names.map((name) => [name, `203.0.113.${index}`])),
      })
    expect(await statusesOf(4, forged)).toEqual([201, 201, 429, 429])
  })

  it('are told apart behind the proxies that are configured, whatever was written further left', async () => {
    const harness = await start({ perAddress: 1 }, { configuration: { trustedProxyHops: 2 } })
    const by = (forged: string, client: string) =>
      open(harness, {
        address: '10.0.0.1',
        headers: { 'X-Forwarded-For': `${forged}, ${client}, 10.0.0.2` },
      })
    expect((await by('1.1.1.1', '198.51.100.7')).status).toBe(201)
    expect((await by('2.2.2.2', '198.51.100.7')).status).toBe(429)
    expect((await by('1.1.1.1', '198.51.100.8')).status).toBe(201)
  })

  it('count where they are changed, too', async () => {
    const harness = await start({ perAddress: 2 })
    const address = '198.51.100.7'
    const body = { checkout: 'donation', amount: '25.00' }
    const { id } = await readSession(await open(harness, { address, body }))
    const change = (index: number) =>
      harness.request('PATCH', `/v1/sessions/${id}`, { address, body: { amount: `3${index}.00` } })
    expect(await statusesOf(2, change)).toEqual([200, 429])
    expect((await harness.request('GET', `/v1/sessions/${id}`)).status).toBe(200)
  })

  it('count where a form opens them, and the buyer is told to wait on the page that he knows', async () => {
    const harness = await start({ perAddress: 1 })
    const form = (key: string) =>
      harness.request('POST', '/pay/mug', {
        address: '198.51.100.7',
        raw: new URLSearchParams({ key }),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      })
    expect((await form(newKey())).status).toBe(303)
    const key = newKey()
    const answer = await form(key)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('Retry-After')).toBe('60')
    const page = await answer.text()
    expect(page).toContain('Please try again in a minute')
    expect(page).toContain(key)
  })
})

describe('sessions of all addresses', () => {
  it('are limited for each checkout by itself', async () => {
    const harness = await start({ perCheckout: 3 })
    const anyone = (index: number) => open(harness, { address: `203.0.113.${index}` })
    expect(await statusesOf(4, anyone)).toEqual([201, 201, 201, 429])
    const donation = { body: { checkout: 'donation', amount: '25.00' }, address: '203.0.113.1' }
    expect((await open(harness, donation)).status).toBe(201)
  })

  it('are limited at a provider, whatever they are for', async () => {
    const harness = await start({ perProvider: 3 })
    const body = (index: number) => (index % 2 ? MUG : { checkout: 'donation', amount: '25.00' })
    const anyone = (index: number) =>
      open(harness, { body: body(index), address: `203.0.113.${index}` })
    expect(await statusesOf(4, anyone)).toEqual([201, 201, 201, 429])
  })

  it('are not counted at a provider, or for a checkout, where they are told again', async () => {
    const harness = await start({ perCheckout: 41, perProvider: 40 })
    const headers = { 'Idempotency-Key': newKey() }
    const again = () => open(harness, { headers })
    expect(await statusesOf(50, again)).toEqual(Array(50).fill(201))
    expect(await statusesOf(40, () => open(harness))).toEqual([...Array<number>(39).fill(201), 429])
    expect((await again()).headers.get('Idempotency-Replayed')).toBe('true')
  })

  it('are limited where nothing tells an address, and not as if they were one', async () => {
    const harness = await start({ perAddress: 1, perCheckout: 3 })
    expect(await statusesOf(4, () => open(harness))).toEqual([201, 201, 201, 429])
  })

  it('ask the provider no more often than that, however many come at once', async () => {
    const harness = await start({ perAddress: 5, perProvider: 40 })
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, i) => open(harness, { address: `203.0.113.${i % 20}` })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(40)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(80)
    expect(harness.sent).toHaveLength(40)
  })

  it('reach the provider no more often though ten thousand are asked for in a minute, and keep no other buyer out', async () => {
    const harness = await start({ perAddress: 30, perProvider: 1200 })
    const flood = { address: '198.51.100.7' }
    const told = { flood: [] as number[], buyers: [] as number[] }
    for (let second = 0; second < 60; second += 1) {
      const all = Array.from({ length: 167 }, (_, index) =>
        open(harness, {
          ...flood,
          headers: { 'Idempotency-Key': newKey(), 'X-Forwarded-For': `203.0.113.${index}` },
        }),
      )
      const buyer = await open(harness, { address: `192.0.2.${second}` })
      told.buyers.push(buyer.status)
      for (const answer of await Promise.all(all)) told.flood.push(answer.status)
      await harness.pass(1000)
    }
    const opened = told.flood.filter((status) => status === 201)
    expect(opened).toHaveLength(30)
    expect(told.flood.filter((status) => status === 429)).toHaveLength(167 * 60 - 30)
    expect(told.buyers).toEqual(Array(60).fill(201))
    expect(harness.sent).toHaveLength(90)
  })

  it('do not keep anything else out', async () => {
    const harness = await start({ perAddress: 1, perCheckout: 1, perProvider: 1 })
    const { id } = await readSession(await open(harness))
    expect((await open(harness)).status).toBe(429)
    const paths = [`/v1/sessions/${id}`, '/v1/checkouts/mug', '/pay/mug', '/readyz']
    for (const path of paths) {
      const read = () => harness.request('GET', path, { address: '198.51.100.7' })
      expect(await statusesOf(10, read)).toEqual(Array(10).fill(200))
    }
    const hook = () => harness.request('POST', '/v1/webhooks/sandbox', { raw: '{}' })
    expect(await statusesOf(10, hook)).toEqual(Array(10).fill(401))
  })
})

describe('a limiter that cannot count', () => {
  it('lets nobody by', async () => {
    const failure = new StoreUnavailable(new Error('away'))
    const limits = { perAddress: 1, perCheckout: 1, perProvider: 1 }
    const count = createRateLimits(limits, () => ({ take: () => Promise.reject(failure) }))
    const session = { address: undefined, checkoutId: null, provider: 'sandbox' }
    await expect(count(session)).rejects.toBe(failure)
  })
})

describe.runIf(isPostgres())('servers on one database', () => {
  const startTwo = async (rateLimits: Record<string, number>) => {
    const databaseUrl = await newSharedDatabaseUrl()
    return [
      await start(rateLimits, { databaseUrl }),
      await start(rateLimits, { databaseUrl }),
    ] as const
  }

  it('count an address together', async () => {
    const [one, other] = await startTwo({ perAddress: 3 })
    const address = '198.51.100.7'
    const either = (index: number) => open(index % 2 ? one : other, { address })
    expect(await statusesOf(5, either)).toEqual([201, 201, 201, 429, 429])
  })

  it('pass no address’s limit, and give out all of it, however many come at once at both', async () => {
    const [one, other] = await startTwo({ perAddress: 30 })
    const address = '198.51.100.7'
    const all = Array.from({ length: 100 }, (_, index) =>
      open(index % 2 ? one : other, { address: index < 90 ? address : `203.0.113.${index}` }),
    )
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    const opened = (some: readonly number[]) => some.filter((status) => status === 201)
    expect(opened(statuses.slice(0, 90))).toHaveLength(30)
    expect(opened(statuses.slice(90))).toHaveLength(10)
  })

  it('hold back nothing of an address’s limit for themselves, however great it is', async () => {
    const [one, other] = await startTwo({ perAddress: 80 })
    const address = '198.51.100.7'
    expect((await open(one, { address })).status).toBe(201)
    const statuses = await statusesOf(80, () => open(other, { address }))
    expect(statuses).toEqual([...Array<number>(79).fill(201), 429])
  })

  it('pass no limit together that is given out in shares, and give out all of it', async () => {
    const [one, other] = await startTwo({ perProvider: 80 })
    const all = Array.from({ length: 120 }, (_, index) => open(index % 2 ? one : other))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(80)
    expect(statuses.filter((status) => status === 429)).toHaveLength(40)
  })

  it('begin anew with each minute', async () => {
    const [one, other] = await startTwo({ perProvider: 40 })
    const both = (count: number) => statusesOf(count, (index) => open(index % 2 ? one : other))
    expect((await both(41)).at(-1)).toBe(429)
    await one.pass(60_001)
    expect(new Set(await both(40))).toEqual(new Set([201]))
  })
})

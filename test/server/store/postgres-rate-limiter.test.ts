/** What counting in PostgreSQL takes, and whose minute it is; the test says what time it is. */
import { Client } from 'pg'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { RateLimited } from '../../../server/errors.ts'
import { openPostgres } from '../../../server/store/postgres.ts'
import { createPool } from '../../../server/store/postgres-pool.ts'
import { createPostgresRateLimiter } from '../../../server/store/postgres-rate-limiter.ts'
import type { RateLimiter, RateLimiterOptions } from '../../../server/store/rate-limiter.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { passInDatabase } from '../../postgres/rate-limit-minute.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const ofAddresses = { name: 'address', hasManyKeys: true }
const ofProviders = { name: 'provider' }
const pass = async (ms: number, url: string) => {
  vi.advanceTimersByTime(ms)
  await passInDatabase(ms, url)
}
const setClock = (ms: number) => void vi.setSystemTime(Date.now() + ms)

/** The limiters of two servers, and what statements they have sent. */
async function startTwo(options: RateLimiterOptions, isolation = 'read committed') {
  const url = await newDatabaseUrl()
  await (await openPostgres(url)).db.destroy()
  const pool = createPool({
    connectionString: url,
    onConnect: (client) => void client.query(`set default_transaction_isolation = '${isolation}'`),
  })
  onTestFinished(() => pool.end())
  const sent: string[] = []
  const ask: typeof pool.ask = (text, values) => {
    sent.push(text)
    return pool.ask(text, values)
  }
  const one = createPostgresRateLimiter({ ask }, options)
  const other = createPostgresRateLimiter({ ask }, options)
  return { one, other, sent, url }
}

async function takeMany(limiter: RateLimiter, key: string, count: number): Promise<number> {
  const takes = Array.from({ length: count }, () => limiter.take(key))
  const ends = await Promise.allSettled(takes)
  for (const end of ends) {
    if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(RateLimited)
  }
  return ends.filter(({ status }) => status === 'fulfilled').length
}

/** Changes a key's row without a commit, so that whoever counts it waits. */
async function hold(url: string, key: string) {
  const [holder, observer] = [new Client(url), new Client(url)]
  await Promise.all([holder.connect(), observer.connect()])
  onTestFinished(async () => void (await Promise.all([holder.end(), observer.end()])))
  await holder.query('begin')
  await holder.query('update rate_limits set points = points where key = $1', [key])
  return {
    /** Until so many wait for a lock. */
    async waited(count: number) {
      const text = `select 1 from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`
      await vi.waitFor(async () => expect((await observer.query(text)).rows).toHaveLength(count))
    },
    /** Begins a minute, as whoever is counting the key has done by then. */
    async beginMinute(): Promise<string> {
      const text = `update rate_limits set points = 1,
        expire = (extract(epoch from clock_timestamp()) * 1000)::bigint + 60000
        where key = $1 returning expire`
      const { rows } = await holder.query<{ expire: string }>(text, [key])
      return rows[0]!.expire
    },
    letGo: () => holder.query('commit'),
    async end(): Promise<string> {
      const text = 'select expire from rate_limits where key = $1'
      return (await observer.query<{ expire: string }>(text, [key])).rows[0]!.expire
    },
  }
}

it('counts anew what was lost to another, where the database has serializable transactions', async () => {
  const { one, sent, url } = await startTwo({ ...ofAddresses, perMinute: 3 }, 'serializable')
  await one.take('a')
  const held = await hold(url, 'address:a')
  const taking = one.take('a')
  await held.waited(1)
  await held.letGo()
  await taking
  expect(sent).toHaveLength(3)
  expect(await takeMany(one, 'a', 2)).toBe(1)
})

it('is not locked in with another server that counts the same keys in another order', async () => {
  const { one, other, sent, url } = await startTwo({ ...ofAddresses, perMinute: 9 })
  await one.take('m')
  const held = await hold(url, 'address:m')
  const first = ['z', 'm', 'a'].map((key) => one.take(key))
  await held.waited(1)
  const second = ['a', 'z'].map((key) => other.take(key))
  await held.waited(2)
  await held.letGo()
  await Promise.all([...first, ...second])
  expect(sent).toHaveLength(3)
})

it('leaves a minute as it is that another server has begun while it was waited for', async () => {
  const { one, url } = await startTwo({ ...ofAddresses, perMinute: 3 })
  await one.take('a')
  const held = await hold(url, 'address:a')
  const taking = one.take('a')
  await held.waited(1)
  const end = await held.beginMinute()
  await held.letGo()
  await taking
  expect(await held.end()).toBe(end)
})

it('counts all who come at one time in one statement', async () => {
  const { one, sent } = await startTwo({ ...ofAddresses, perMinute: 2 })
  const keys = ['a', 'b', 'a', 'c', 'a', 'b']
  const ends = await Promise.allSettled(keys.map((key) => one.take(key)))
  const letBy = keys.filter((_, index) => ends[index]!.status === 'fulfilled')
  expect(letBy).toEqual(['a', 'b', 'a', 'c', 'b'])
  expect(sent).toHaveLength(1)
})

it('counts in shares what all sessions need, so that most of them ask nothing', async () => {
  const { one, sent } = await startTwo({ ...ofProviders, perMinute: 400 })
  for (let count = 0; count < 40; count += 1) await one.take('p')
  expect(sent).toHaveLength(2)
})

it('gives out all of a limit that is no multiple of twenty', async () => {
  const { one } = await startTwo({ ...ofProviders, perMinute: 70 })
  expect(await takeMany(one, 'p', 100)).toBe(70)
})

it('does not ask again about one who has used up his minute', async () => {
  const { one, sent } = await startTwo({ ...ofAddresses, perMinute: 2 })
  expect(await takeMany(one, 'a', 3)).toBe(2)
  sent.length = 0
  expect(await takeMany(one, 'a', 50)).toBe(0)
  expect(sent).toEqual([])
})

it('begins a minute with the first who comes, however many come later in it', async () => {
  const { one, url } = await startTwo({ ...ofAddresses, perMinute: 3 })
  await one.take('a')
  await pass(40_000, url)
  await one.take('a')
  await pass(20_001, url)
  expect(await takeMany(one, 'a', 4)).toBe(3)
})

it('gives out nothing of a share that was taken in the minute before', async () => {
  const { one, other, url } = await startTwo({ ...ofProviders, perMinute: 40 })
  await one.take('p')
  await pass(60_001, url)
  expect(await takeMany(other, 'p', 40)).toBe(40)
  expect(await takeMany(one, 'p', 1)).toBe(0)
})

it.each([ofAddresses, ofProviders])(
  'counts one minute for servers whose clocks differ: $name',
  async (options) => {
    const { one, other } = await startTwo({ ...options, perMinute: 40 })
    expect(await takeMany(one, 'a', 20)).toBe(20)
    setClock(90_000)
    expect(await takeMany(other, 'a', 30)).toBe(20)
    setClock(-90_000)
    expect(await takeMany(one, 'a', 1)).toBe(0)
  },
)

it('keeps nobody out for more than a minute, also where its own clock is set back', async () => {
  const { one, url } = await startTwo({ ...ofAddresses, perMinute: 1 })
  setClock(300_000)
  expect(await takeMany(one, 'a', 2)).toBe(1)
  setClock(-300_000)
  expect(await retryAfter(one, 'a')).toBeLessThanOrEqual(60)
  await pass(60_001, url)
  expect(await takeMany(one, 'a', 1)).toBe(1)
})

it('forgets what is an hour old, by the database’s clock as well', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
  const { one, url } = await startTwo({ ...ofAddresses, perMinute: 2 })
  const FORGOTTEN_EVERY_MS = 300_000
  await one.take('old')
  await passInDatabase(3_700_000, url)
  await one.take('new')
  setClock(3_700_000)
  await vi.advanceTimersByTimeAsync(FORGOTTEN_EVERY_MS)
  await vi.waitFor(async () => expect(await keysIn(url)).toEqual(['address:new']))
})

it('keeps nobody out for more than a minute, also where the database’s clock is set back', async () => {
  const { one, other, url } = await startTwo({ ...ofAddresses, perMinute: 1 })
  await one.take('a')
  await passInDatabase(-300_000, url)
  expect(await retryAfter(other, 'a')).toBe(60)
})

it('asks once about one who is refused, also where another server has begun his minute meanwhile', async () => {
  const { one, other, sent, url } = await startTwo({ ...ofAddresses, perMinute: 1 })
  await one.take('a')
  sent.length = 0
  const held = await hold(url, 'address:a')
  const taking = takeMany(other, 'a', 1)
  await held.waited(1)
  await held.beginMinute()
  await held.letGo()
  expect(await taking).toBe(0)
  expect(sent).toHaveLength(1)
})

async function keysIn(url: string): Promise<string[]> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query<{ key: string }>('select key from rate_limits order by key')
  await client.end()
  return rows.map(({ key }) => key)
}

async function retryAfter(limiter: RateLimiter, key: string): Promise<number> {
  const refusal: unknown = await limiter.take(key).catch((error: unknown) => error)
  return Number((refusal as RateLimited).headers['Retry-After'])
}

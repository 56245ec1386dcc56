/** Counts how often something was done in the last minute, by all servers on one PostgreSQL together. */
import { sql, type Kysely } from 'kysely'
import {
  RateLimiterPostgres,
  RateLimiterRes,
  type IRateLimiterPostgresOptions,
} from 'rate-limiter-flexible'
import type { Database } from './database.ts'
import { gather } from './gather.ts'
import { unlessLost } from './postgres-failures.ts'
import type { AskingPool } from './postgres-pool.ts'
import { WINDOW_S, refuse, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'

const TABLE = 'rate_limits'
const WINDOW_MS = WINDOW_S * 1000

/** A server takes this part of a minute's limit at once, and gives it out by itself. */
const SHARES = 20

/** What a server has taken of a key and may give out until the minute is over, by a clock that nobody sets. */
interface Share {
  left: number
  readonly until: number
}

/**
 * Counts in shares, so that what all sessions need is no row that all of them wait for. A limit is never
 * passed: what a minute is, the database says. It may be reached early, by as much as other servers have taken and
 * not given out, which is nothing where the limit is below forty, or of many keys: a share is remembered for good.
 */
export function createPostgresRateLimiter(
  pool: Pick<AskingPool, 'ask'>,
  { name, perMinute, hasManyKeys = false }: RateLimiterOptions,
): RateLimiter {
  const shareSize = hasManyKeys ? 1 : sizeOfShare(perMinute)
  const shares = new Map<string, Promise<Share>>()
  const limiter = new GatheringRateLimiter(pool, {
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_S,
    // Once all is taken, the database is not asked before the minute is over.
    inMemoryBlockOnConsumed: perMinute,
    // All that is asked of it, the class below asks.
    storeClient: {},
    storeType: 'client',
    tableName: TABLE,
    tableCreated: true,
    // One of them forgets what is old, of all.
    clearExpiredByTimeout: hasManyKeys,
  })

  async function consume(key: string, points: number): Promise<RateLimiterRes> {
    try {
      return await limiter.consume(key, points)
    } catch (refusal) {
      const isTooLong = refusal instanceof RateLimiterRes && refusal.msBeforeNext > WINDOW_MS
      if (!isTooLong) throw refusal
      // This server's clock was set back since it was told that all is taken.
      limiter.deleteInMemoryBlockedAll()
      return limiter.consume(key, points)
    }
  }

  async function takeShare(key: string): Promise<Share> {
    const askedAt = performance.now()
    const { msBeforeNext } = await consume(key, shareSize)
    return { left: shareSize, until: askedAt + msBeforeNext }
  }

  /** Those who come while a share is being taken wait for it, and for the next one where it was too small. */
  async function takeOfShare(key: string): Promise<void> {
    for (;;) {
      const taking = shares.get(key) ?? takeShare(key)
      shares.set(key, taking)
      const share = await taking.catch((error: unknown) => {
        shares.delete(key)
        throw error
      })
      if (share.left > 0 && performance.now() < share.until) {
        share.left -= 1
        return
      }
      if (shares.get(key) === taking) shares.delete(key)
    }
  }

  return {
    async take(key) {
      await (shareSize === 1 ? consume(key, 1) : takeOfShare(key)).catch(refuse)
    },
  }
}

/** The library's asks a statement for each key; this one asks one for all that are counted at one time. */
class GatheringRateLimiter extends RateLimiterPostgres {
  readonly #count: (taken: Taken) => Promise<Counter>
  readonly #clear: () => Promise<unknown>

  constructor({ ask }: Pick<AskingPool, 'ask'>, options: IRateLimiterPostgresOptions) {
    super(options)
    this.#count = createCount({ ask })
    this.#clear = () => ask(CLEAR, [])
  }

  /**
   * What a limiter brings that counts in a way of its own, by the library's readme ("Contributions"). All that is
   * done with this one is to count: nothing is blocked or set in the database.
   */
  async _upsert(key: string, points: number): Promise<{ rows: Counter[] }> {
    return { rows: [await this.#count({ key, points })] }
  }

  /** What is old by the database's clock, as all of it; the library would say so by this server's. */
  async clearExpired(): Promise<void> {
    await this.#clear().catch(() => {})
  }
}

interface Taken {
  readonly key: string
  readonly points: number
}

/** What has been taken of a key in the minute that ends at this time, in ms by the clock of this server. */
interface Counter {
  readonly points: number
  readonly expire: number
}

interface Counted {
  readonly key: string
  readonly points: number
  /** How much of the minute is left, in ms. */
  readonly left: string
}

function createCount({ ask }: Pick<AskingPool, 'ask'>): (taken: Taken) => Promise<Counter> {
  async function countAll(all: readonly Taken[]): Promise<Counter[]> {
    const sums = new Map<string, number>()
    // What each finds taken, of those who come at one time for one key: as if one came after the other.
    const taken = all.map(({ key, points }) => {
      const sum = (sums.get(key) ?? 0) + points
      sums.set(key, sum)
      return { key, sum }
    })
    const values = [[...sums.keys()], [...sums.values()], WINDOW_MS]
    // A database whose default is serializable lets of several that count the same thing only one through.
    const { rows } = await unlessLost.execute(() => ask<Counted>(COUNT, values))
    const counted = new Map(rows.map((row) => [row.key, row]))
    const now = Date.now()
    return taken.map(({ key, sum }) => {
      const { points, left } = counted.get(key)!
      return { points: points - sums.get(key)! + sum, expire: now + Number(left) }
    })
  }

  return gather({ together: countAll })
}

/** Also after a wait, when the time at which a statement began is over. */
const PRESENT = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

// In one order, because each waits for whoever is counting the same key at another server. Whoever was waited
// for may have begun a minute since: it is left as it is. Only where the clock was set back, or another database
// has taken the place of the first, is one longer than a minute, and made as long.
const COUNT = `
  with clock as (select (extract(epoch from now()) * 1000)::bigint as now)
  insert into ${TABLE} as counted (key, points, expire)
  select key, points, now + $3::bigint from clock, unnest($1::text[], $2::integer[]) as taken (key, points)
  order by key collate "C"
  on conflict (key) do update set
    points = excluded.points
      + case when counted.expire <= excluded.expire - $3 then 0 else counted.points end,
    expire = case when counted.expire <= excluded.expire - $3 then excluded.expire
      else least(counted.expire, ${PRESENT} + $3) end
  returning key, points, expire - ${PRESENT} as left`

const CLEAR = `
  delete from ${TABLE} where expire < (extract(epoch from now() - interval '1 hour') * 1000)::bigint`

/** One that the limit is a multiple of, so that all of it can be taken. */
function sizeOfShare(limit: number): number {
  const most = Math.max(1, Math.floor(limit / SHARES))
  return Array.from({ length: most }, (_, i) => most - i).find((size) => limit % size === 0) ?? 1
}

/** Not a step of the migrations: the other database has no use for it. What it holds is worth a minute. */
export async function createRateLimitTable(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable(TABLE)
    // Counting is not to wait for the disk; after a crash of the database it begins anew.
    .modifyFront(sql`unlogged`)
    .ifNotExists()
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('points', 'integer', (column) => column.notNull())
    .addColumn('expire', 'bigint')
    .execute()
}

/** Counts how often something was done in the last minute, by all servers on one PostgreSQL together. */
import { handleWhen, retry } from 'cockatiel'
import { sql, type Kysely } from 'kysely'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from './database.ts'
import { gather } from './gather.ts'
import { isLostToOthers, mayBeOfOne } from './postgres-failures.ts'
import type { AskingPool } from './postgres-pool.ts'
import { WINDOW_S, waitOf, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'

const TABLE = 'rate_limits'

/** A server takes this part of a minute's limit at once, and gives it out by itself. */
const SHARES = 20

/** What a server has taken of a key and may give out until the minute is over. */
interface Share {
  left: number
  readonly until: number
}

// A database whose default is serializable lets of several that count the same thing only one through.
const again = retry(handleWhen(isLostToOthers), { maxAttempts: 4 })

/**
 * Counts in shares, so that what all sessions need is no row that all of them wait for. A limit is
 * never passed; it may be reached early, by as much as other servers have taken and not given out,
 * which is nothing where the limit is below forty, or of many keys: a share is remembered for good.
 */
export function createPostgresRateLimiter(
  pool: Pick<AskingPool, 'ask'>,
  { name, perMinute, hasManyKeys = false }: RateLimiterOptions,
): RateLimiter {
  const shareSize = hasManyKeys ? 1 : sizeOfShare(perMinute)
  const shares = new Map<string, Promise<Share>>()
  const query = ({ text, values }: Query) => again.execute(() => pool.ask(text, values))
  const limiter = new RateLimiterPostgres({
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_S,
    // Once all is taken, the database is not asked before the minute is over.
    inMemoryBlockOnConsumed: perMinute,
    storeClient: { query },
    storeType: 'client',
    tableName: TABLE,
    tableCreated: true,
  })

  /** @returns how long each of those has to wait who come for one key at one time: the first have been let by */
  async function takeSome(key: string, count: number): Promise<number[]> {
    const taken: unknown = await limiter.consume(key, count).catch((refusal: unknown) => refusal)
    if (!(taken instanceof RateLimiterRes)) throw taken
    const { consumedPoints } = taken
    // None are told of where the limiter knows by itself that there is nothing left.
    const left = consumedPoints === 0 ? 0 : perMinute - (consumedPoints - count)
    return Array.from({ length: count }, (_, index) => (index < left ? 0 : waitOf(taken)))
  }

  async function takeAll(keys: readonly string[]): Promise<Promise<number>[]> {
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    const taking = new Map([...counts].map(([key, count]) => [key, takeSome(key, count)]))
    await Promise.allSettled(taking.values())
    return keys.map(async (key) => (await taking.get(key))!.shift()!)
  }

  const takeGathered = gather({
    together: takeAll,
    alone: async (key) => (await takeSome(key, 1))[0]!,
    mayBeOfOne,
  })

  async function takeShare(key: string): Promise<Share> {
    const { msBeforeNext } = await limiter.consume(key, shareSize)
    // The limiter's own clock.
    return { left: shareSize, until: Date.now() + msBeforeNext }
  }

  /** Those who come while a share is being taken wait for it, and for the next one where it was too small. */
  async function takeOne(key: string): Promise<void> {
    for (;;) {
      const taking = shares.get(key) ?? takeShare(key)
      shares.set(key, taking)
      const share = await taking.catch((error: unknown) => {
        shares.delete(key)
        throw error
      })
      if (share.left > 0 && Date.now() < share.until) {
        share.left -= 1
        return
      }
      if (shares.get(key) === taking) shares.delete(key)
    }
  }

  return {
    take: (key) => (shareSize === 1 ? takeGathered(key) : takeOne(key).then(() => 0, waitOf)),
  }
}

interface Query {
  readonly text: string
  readonly values: readonly unknown[]
}

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

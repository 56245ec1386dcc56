/** Opens the store that several servers share: a PostgreSQL database. */
import { DatabaseError, type PoolConfig } from 'pg'
import { Kysely, PostgresDialect, sql, type PostgresPool } from 'kysely'
import { reasonOf } from '../errors.ts'
import type { Database } from './database.ts'
import { countMissingSteps, migrate, NewerDatabase } from './migrations.ts'
import { createBatches, createBatchFunctions } from './postgres-batches.ts'
import { unlessLost } from './postgres-failures.ts'
import { createListener } from './postgres-listener.ts'
import { createPool } from './postgres-pool.ts'
import { createPostgresRateLimiter, createRateLimitTable } from './postgres-rate-limiter.ts'
import type { SqlDatabase, SqlDialect, Transact } from './sql-database.ts'

const CHANNEL = 'coinslot_session'

const CONNECTION = {
  application_name: 'coinslot',
  connectionTimeoutMillis: 3_000,
  keepAlive: true,
} as const satisfies PoolConfig

/** How long anything may take; a store that is away is noticed, and used again, within five seconds. */
const LIMITS = {
  max: 10,
  idleTimeoutMillis: 30_000,
  statement_timeout: 4_000,
  query_timeout: 5_000,
  // A process that has stopped in the middle holds its locks no longer than this.
  idle_in_transaction_session_timeout: 10_000,
} as const satisfies PoolConfig

/** What each setting must be for a commit to be on the disk when it is acknowledged. */
const DURABLE: ReadonlyMap<string, readonly string[]> = new Map([
  ['fsync', ['on']],
  ['full_page_writes', ['on']],
  ['synchronous_commit', ['on', 'remote_apply', 'remote_write', 'local']],
])

/**
 * Opens (and brings up to date) the database at a URL.
 * @throws where it cannot be reached, used or migrated, or is set to lose what it has acknowledged
 */
export async function openPostgres(url: string): Promise<SqlDatabase> {
  const config = { ...CONNECTION, connectionString: url }
  await prepare(config)
  const limited = { ...config, ...LIMITS }
  const pool = createPool(limited)
  const db = queriesOn(pool)
  // Kysely ends no pool that it has never used, and most is asked of the pool itself.
  await db.connection().execute(async () => {})
  return {
    db,
    dialect,
    transact: createTransact(db),
    together: createBatches(db, pool),
    createRateLimiter: (options) => createPostgresRateLimiter(pool, options),
    listen: (onChange) => createListener(limited, CHANNEL, onChange),
  }
}

function createTransact(db: Kysely<Database>): Transact {
  // Named, because the database may have another default, under which rows are not read again once locked.
  const transaction = () => db.transaction().setIsolationLevel('read committed')
  return (work) => unlessLost.execute(() => transaction().execute(work))
}

const dialect: SqlDialect = {
  lock: (query) => query.forUpdate(),
  lockFree: (query) => query.forUpdate().skipLocked(),
  async lockName(tx, name) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx)
  },
  async announce(tx, sessionIds) {
    for (const id of sessionIds) await sql`select pg_notify(${CHANNEL}, ${id})`.execute(tx)
  },
}

function queriesOn(pool: PostgresPool): Kysely<Database> {
  return new Kysely({ dialect: new PostgresDialect({ pool }) })
}

class Unusable extends Error {
  override readonly name = 'Unusable'
}

/** Looks at the settings and migrates, on a connection of its own: a migration may take its time. */
function prepare(config: PoolConfig): Promise<void> {
  return onOneConnection(config, async (db) => {
    await assertDurable(db)
    const schema = await currentSchema(db)
    // Of a deadlock with an older server that goes on meanwhile this one may be the victim: nothing was kept then.
    await unlessLost.execute(() => migrate(db, schema))
    await createTransact(db)(async (tx) => {
      // Two servers that start at once would both make them.
      await dialect.lockName(tx, 'tables')
      await createRateLimitTable(tx)
      await createBatchFunctions(tx)
    })
  })
}

/**
 * Looks at a database as a server that starts would, and changes nothing.
 * @returns how many steps of its tables are missing
 * @throws where it cannot be reached or used, or is set to lose what it has acknowledged
 */
export function inspectPostgres(url: string): Promise<number> {
  return onOneConnection({ ...CONNECTION, ...LIMITS, connectionString: url }, async (db) => {
    await assertDurable(db)
    return countMissingSteps(db, await currentSchema(db))
  })
}

async function onOneConnection<T>(
  config: PoolConfig,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  const db = queriesOn(createPool({ ...config, max: 1 }))
  try {
    return await work(db)
  } catch (error) {
    throw new Error(`DATABASE_URL: PostgreSQL cannot be used: ${tell(error)}`, { cause: error })
  } finally {
    await db.destroy()
  }
}

/** Others on the same database may have tables of the same names in schemas of their own.
 * @throws Unusable */
async function currentSchema(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
  const name = rows[0]?.name
  if (typeof name !== 'string') throw new Unusable('no schema of its search_path is there')
  return name
}

/** @throws Unusable */
async function assertDurable(db: Kysely<Database>): Promise<void> {
  const names = [...DURABLE.keys()]
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in (${sql.join(names)})
  `.execute(db)
  const lossy = rows.filter(({ name, setting }) => !DURABLE.get(name)?.includes(setting))
  if (lossy.length === 0) return
  const told = lossy.map(({ name, setting }) => `${name} is ${setting}`).join(', ')
  throw new Unusable(`${told}, so that a payment could be forgotten; it must be on`)
}

/** What the database says of a failure is told; what else a message holds may be part of the URL. */
function tell(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return isTold(cause) ? cause.message : reasonOf(cause)
}

function isTold(cause: unknown): cause is Error {
  return [DatabaseError, Unusable, NewerDatabase].some((kind) => cause instanceof kind)
}

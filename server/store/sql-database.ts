/** A database that is open, and all in which SQLite and PostgreSQL differ for the store. */
import type { Insertable, Kysely, Selectable, SelectQueryBuilder, Transaction } from 'kysely'
import type { Database, IntentsTable, SessionsTable } from './database.ts'
import type { RateLimiter, RateLimiterOptions } from './rate-limiter.ts'
import type { Intent } from './store.ts'

export type NewSessionRow = Insertable<SessionsTable>
export type NewIntentRow = Insertable<IntentsTable>

export interface SqlDatabase {
  /** Of the file, where it is one. */
  readonly path?: string
  readonly db: Kysely<Database>
  readonly dialect: SqlDialect
  readonly transact: Transact
  /**
   * Tells of each session that any server on this database has changed, where the database can; who
   * must not miss one looks from time to time.
   * @returns what stops it
   */
  listen(onChange: (sessionId: string) => void): () => Promise<void>
  /** What opening a session takes, done for many at once. */
  readonly together: Together
  /** Counts for all servers that may be on this database. */
  createRateLimiter(options: RateLimiterOptions): RateLimiter
}

/** Each is durable, or has failed, before its promise is settled. */
export interface Together {
  findPrior(named: Pick<Intent, 'scope' | 'key'>): Promise<PriorRow | undefined>
  /**
   * Adds a session and the intent that is the first to name it.
   * @returns false where the intent's key is taken: nothing is added then
   */
  addSession(session: NewSessionRow, intent: NewIntentRow): Promise<boolean>
  /**
   * Keeps what the first attempt to open a session came to, and its answer.
   * @returns false where it is not as simple as that, and nothing is kept: the session is of an order, or not
   * as it was added, or its reference is another's, or was told of already
   */
  keepOpened(opened: OpenedSession): Promise<boolean>
}

export type PriorRow = Pick<Selectable<IntentsTable>, 'fingerprint' | 'answer' | 'session_id'> &
  Pick<Selectable<SessionsTable>, 'lease_until'>

type OpenedRow = Pick<Selectable<SessionsTable>, 'id' | 'provider' | 'handoff' | 'updated_at'>

export interface OpenedSession extends OpenedRow, Pick<Intent, 'scope' | 'key'> {
  readonly reference: string
  readonly redirect_url: string
  /** Null where it stays as it is. */
  readonly expires_at: string | null
  /** Left out where it stays as it is. */
  readonly ask_at?: string
  /** JSON of the stored answer. */
  readonly answer: string
}

/**
 * Does work in a transaction that sees what was committed before each of its statements; anew where nothing
 * was kept because of others. Resolves once what it wrote is durable, or rejects with what it threw.
 */
export type Transact = <T>(work: (tx: Transaction<Database>) => Promise<T>) => Promise<T>

/** How work in a transaction locks what it goes by. */
export interface SqlDialect {
  /** Locks the rows to the end of the transaction, and reads them as they are once they are locked. */
  lock<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
  ): SelectQueryBuilder<DB, TB, O>
  /** The same, without those that others have locked. */
  lockFree<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
  ): SelectQueryBuilder<DB, TB, O>
  /** Lets one transaction at a time go on that names this, also where no row of it is there yet. */
  lockName(tx: Transaction<Database>, name: string): Promise<void>
  /** Tells every server that listens of these sessions, if this transaction is committed. */
  announce(tx: Transaction<Database>, sessionIds: readonly string[]): Promise<void>
}

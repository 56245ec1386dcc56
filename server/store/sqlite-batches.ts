/** What opening a session asks of SQLite: its few statements, each run as it stands, in the commit of all that come at one time. */
import { sql, type CompiledQuery, type Kysely } from 'kysely'
import type { Database } from './database.ts'
import {
  FIRST_FENCE,
  insertIntent,
  insertSession,
  selectIntent,
  updateAnswer,
} from './opening-queries.ts'
import { prepare } from './prepared.ts'
import type { SqliteFile } from './sqlite-file.ts'
import type { OpenedSession, PriorRow, Together, Transact } from './sql-database.ts'

/** @param sqlite what `db` is of: what is asked of it itself is within the transaction that is open */
export function createBatches(
  db: Kysely<Database>,
  sqlite: SqliteFile,
  transact: Transact,
): Together {
  const run = ({ sql: text, parameters }: CompiledQuery): boolean =>
    Number(sqlite.prepare(text).run(parameters).changes) === 1

  return {
    async findPrior(named) {
      // What a transaction has written is not there before it is kept, and Kysely waits for that.
      if (sqlite.inTransaction) return (await selectIntent(db, named)).rows[0]
      const { sql: text, parameters } = selectIntent.compile(db, named)
      return sqlite.prepare(text).all(parameters)[0] as PriorRow | undefined
    },
    addSession: (session, intent) =>
      transact(
        async () =>
          run(insertIntent.compile(db, intent)) && run(insertSession.compile(db, session)),
      ),
    keepOpened: (opened) =>
      transact(async () => {
        const { scope, key, answer, ...session } = opened
        if (!run(updateOpened.compile(db, session))) return false
        run(updateAnswer.compile(db, { scope, key, sessionId: session.id, answer }))
        return true
      }),
  }
}

type Opened = Omit<OpenedSession, 'scope' | 'key' | 'answer'>

const updateOpened = prepare(
  (db, { id, provider, reference, expires_at: expiresAt, ...changes }: Opened) =>
    db
      .updateTable('sessions')
      .set({
        ...changes,
        reference,
        expires_at: sql`coalesce(${expiresAt}, expires_at)`,
        failure: null,
        lease_until: null,
      })
      .where('id', '=', id)
      .where('fence', '=', FIRST_FENCE)
      .where('status', '=', 'pending')
      .where('exception', 'is', null)
      .where('reference', 'is', null)
      .where('order_name', 'is', null)
      .where(({ and, not, exists, selectFrom }) => {
        const named = selectFrom('sessions as named')
          .select('named.id')
          .where('named.provider', '=', provider)
          .where('named.reference', '=', reference)
        const tried = selectFrom('attempts')
          .select('session_id')
          .where('attempts.provider', '=', provider)
          .where('attempts.reference', '=', reference)
        const told = selectFrom('reports')
          .select('event_id')
          .where('reports.provider', '=', provider)
          .where('reports.reference', '=', reference)
          .where('session_id', 'is', null)
        return and([named, tried, told].map((found) => not(exists(found))))
      }),
)

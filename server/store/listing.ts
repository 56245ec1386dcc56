/** What a person looks up: lists of sessions, and what became of one. */
import type { Kysely } from 'kysely'
import type { SessionRecord } from '../session.ts'
import { findAttempts } from './attempts.ts'
import type { Database } from './database.ts'
import { toMessage, toRecord, toReport } from './rows.ts'
import type { KeptMessage, KeptReport, SessionFilter, StrayPayment } from './store.ts'

export async function listSessions(
  db: Kysely<Database>,
  { status, isFlagged, since, idStart }: SessionFilter,
  limit: number,
  after?: SessionRecord,
): Promise<SessionRecord[]> {
  let query = db.selectFrom('sessions').selectAll()
  if (status !== undefined) query = query.where('status', '=', status)
  if (isFlagged) query = query.where('exception', 'is not', null)
  if (since !== undefined) query = query.where('created_at', '>=', since.toISOString())
  if (idStart !== undefined) {
    query = query.where(({ eb, fn, val }) =>
      eb(fn<string>('substr', ['id', val(1), val(idStart.length)]), '=', idStart),
    )
  }
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'id'), '<', tuple(after.createdAt.toISOString(), after.id)),
    )
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toRecord)
}

/** All that a provider told of a session by its id or by a reference of it, in the order in which it came. */
export async function findReports(db: Kysely<Database>, id: string): Promise<KeptReport[]> {
  const attempts = await findAttempts(db, id)
  const references = attempts.flatMap(({ reference }) => reference ?? [])
  const rows = await db
    .selectFrom('reports')
    .selectAll()
    .where('provider', '=', ({ selectFrom }) =>
      selectFrom('sessions').select('provider').where('id', '=', id),
    )
    .where(({ or, eb }) =>
      or([
        eb('told_session', '=', id),
        ...(references.length > 0 ? [eb('reference', 'in', references)] : []),
      ]),
    )
    .orderBy('received_at')
    .orderBy('event_id')
    .execute()
  return rows.map((row) => ({
    report: toReport(row),
    receivedAt: new Date(row.received_at),
    isSettled: row.session_id === id,
  }))
}

export async function findDeliveries(db: Kysely<Database>, id: string): Promise<KeptMessage[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('session_id', '=', id)
    .orderBy('number')
    .orderBy('destination')
    .execute()
  return rows.map((row) => ({
    message: toMessage(row),
    deliveredAt: toDate(row.delivered_at),
    dueAt: toDate(row.due_at),
  }))
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

const MOST_STRAYS = 100

export function findStrayPayments(
  db: Kysely<Database>,
  after: Date,
  before: Date,
): Promise<StrayPayment[]> {
  return db
    .selectFrom('reports')
    .select(['provider', 'event_id as eventId'])
    .where('session_id', 'is', null)
    .where('status', '=', 'paid')
    .where('received_at', '>', after.toISOString())
    .where('received_at', '<=', before.toISOString())
    .orderBy('received_at')
    .limit(MOST_STRAYS)
    .execute()
}

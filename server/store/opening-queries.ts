/** The queries by which a session is opened, and the rows that they take. */
import type { SessionRecord } from '../session.ts'
import { prepare } from './prepared.ts'
import { toAnswer, toNewSessionRow } from './rows.ts'
import type { NewIntentRow, NewSessionRow, PriorRow } from './sql-database.ts'
import type { Intent, Lease, Prior } from './store.ts'

/** As long as a holder may work on a session before another may take it over. */
const LEASE_MS = 15_000

/** What a session is added with. */
export const FIRST_FENCE = 1

/** A session is asked about for the first time this long after it was made. */
const FIRST_ASK_MS = 60_000

export function leaseUntil(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS)
}

export function firstAskAt({ createdAt }: Pick<SessionRecord, 'createdAt'>): Date {
  return new Date(createdAt.getTime() + FIRST_ASK_MS)
}

export function withLease(session: SessionRecord, now: Date): { row: NewSessionRow; lease: Lease } {
  const fence = FIRST_FENCE
  const until = leaseUntil(now)
  const askAt = firstAskAt(session)
  const row = toNewSessionRow(session, { fence, leaseUntil: until, askAt })
  return { row, lease: { session, fence, until } }
}

export function toIntentRow(intent: Intent, sessionId: string, now: Date): NewIntentRow {
  return {
    scope: intent.scope,
    key: intent.key,
    fingerprint: intent.fingerprint,
    session_id: sessionId,
    answer: null,
    created_at: now.toISOString(),
  }
}

export const insertSession = prepare((db, row: NewSessionRow) =>
  db.insertInto('sessions').values(row),
)

export const insertIntent = prepare((db, row: NewIntentRow) =>
  db
    .insertInto('intents')
    .values(row)
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing()),
)

export const selectIntent = prepare((db, { scope, key }: Pick<Intent, 'scope' | 'key'>) =>
  db
    .selectFrom('intents')
    .innerJoin('sessions', 'sessions.id', 'intents.session_id')
    .select(['fingerprint', 'answer', 'session_id', 'lease_until'])
    .where('scope', '=', scope)
    .where('key', '=', key),
)

export function toPrior(row: PriorRow | undefined): Prior | undefined {
  return (
    row && {
      fingerprint: row.fingerprint,
      answer: toAnswer(row.answer),
      sessionId: row.session_id,
      leaseUntil: row.lease_until === null ? null : new Date(row.lease_until),
    }
  )
}

interface KeptAnswer extends Pick<Intent, 'scope' | 'key'> {
  readonly sessionId: string
  readonly answer: string
}

export const updateAnswer = prepare((db, { scope, key, sessionId, answer }: KeptAnswer) =>
  db
    .updateTable('intents')
    .set({ answer })
    .where('scope', '=', scope)
    .where('key', '=', key)
    // The key may have been forgotten and used anew while the holder was away.
    .where('session_id', '=', sessionId),
)

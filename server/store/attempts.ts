/** Attempts: every session that a provider opened or perhaps opened for one of ours, so that none is paid unseen. */
import type { Kysely, Transaction } from 'kysely'
import type { PaymentReport } from '../settlement/settle.ts'
import type { Database } from './database.ts'
import { findOrder, lockOrder } from './orders.ts'
import { prepare } from './prepared.ts'
import type { SessionRow } from './rows.ts'
import type { Attempt, ClaimOptions, Lease, SessionResult } from './store.ts'
import type { SqlDialect } from './sql-database.ts'

type Tx = Transaction<Database>

/** The transaction that attempts are matched in. */
interface Matching {
  readonly tx: Tx
  readonly dialect: SqlDialect
  readonly now: Date
}

/** Whether a session waits for an attempt that gives it a page to pay on. */
export function isToBeOpened(row: SessionRow, now: Date): boolean {
  const isOpen = row.status === 'pending' && row.expires_at > now.toISOString()
  return isOpen && row.redirect_url === null
}

/**
 * Begins the attempt that a session was claimed again for, beside the one before unless that is made again.
 * @returns the session's row
 */
export async function beginAttempt(
  tx: Tx,
  row: SessionRow,
  now: Date,
  { repeatable = false }: ClaimOptions,
): Promise<SessionRow> {
  const isDoubtful = mayBeOpened(row)
  if (isDoubtful && !repeatable) await setAside(tx, row, now)
  return tx
    .updateTable('sessions')
    .set(
      isDoubtful && repeatable
        ? // Whatever comes of the next call, the one before may have opened it.
          { attempt_state: 'unknown' }
        : { attempt_state: 'calling', attempt: row.fence, reference: null },
    )
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function setAside(tx: Tx, row: SessionRow, now: Date): Promise<void> {
  await tx
    .insertInto('attempts')
    .values({
      session_id: row.id,
      number: row.attempt,
      provider: row.provider,
      reference: row.reference,
      state: row.reference === null ? 'unknown' : 'opened',
      updated_at: now.toISOString(),
    })
    .execute()
}

function mayBeOpened({ reference, attempt_state: state }: SessionRow): boolean {
  return reference !== null || state !== 'failed'
}

/**
 * Keeps what a provider said of an attempt to a holder who had lost his lease meanwhile.
 * @returns the session that it may be paid for, where its reference was not known yet
 */
export async function keepLate(
  { tx, dialect, now }: Matching,
  { session: { id, provider }, fence }: Lease,
  { reference, attempt }: SessionResult,
): Promise<SessionRow | undefined> {
  const mine = { session_id: id, number: fence }
  if (reference === undefined) {
    await changeAttempt(tx, mine, { state: attempt ?? 'unknown' }, now)
    return undefined
  }
  const row = await lockSession(tx, dialect, id)
  // The provider has told the new holder the same, or a report has told us before.
  if (row?.reference === reference) {
    await removeAttempt(tx, mine)
    return undefined
  }
  if (await findAttempt(tx, provider, reference)) return undefined
  const isKept = await changeAttempt(tx, mine, { reference, state: 'opened' }, now)
  return isKept ? row : undefined
}

interface AttemptKey {
  readonly session_id: string
  readonly number: number
}

/** Changes an attempt whose reference is not known; false where there is none. */
async function changeAttempt(
  tx: Tx,
  key: AttemptKey,
  change: { readonly state: Attempt['state']; readonly reference?: string },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('attempts')
    .set({ ...change, updated_at: now.toISOString() })
    .where('session_id', '=', key.session_id)
    .where('number', '=', key.number)
    .where('reference', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

async function removeAttempt(tx: Tx, key: AttemptKey): Promise<void> {
  await tx
    .deleteFrom('attempts')
    .where('session_id', '=', key.session_id)
    .where('number', '=', key.number)
    .where('reference', 'is', null)
    .execute()
}

/**
 * Takes a reference back that a report gave to an earlier attempt before the answer of the current one
 * came, and lets what was told of it be settled once more, as told of the current one.
 */
export async function takeBack(tx: Tx, row: SessionRow): Promise<void> {
  const { id, provider, reference, status } = row
  if (reference === null) return
  const { numUpdatedRows } = await tx
    .updateTable('attempts')
    .set({ reference: null, state: 'unknown' })
    .where('session_id', '=', id)
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (numUpdatedRows === 0n || status !== 'pending') return
  await tx
    .updateTable('reports')
    .set({ session_id: null })
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .execute()
}

/** The session, locked together with its order, that a report is of, if it is known. */
export async function findOwner(
  matching: Matching,
  report: PaymentReport,
): Promise<SessionRow | undefined> {
  const { tx, dialect } = matching
  const { provider, reference, sessionId } = report
  const known = await findSession(tx, provider, reference)
  const id = known?.id ?? sessionId
  if (id === undefined) return undefined
  await lockOrder(tx, dialect, known ? known.order : await findOrder(tx, id))
  const row = await lockSession(tx, dialect, id)
  if (row?.provider !== provider) return undefined
  return known ? row : bindTold(matching, row, reference)
}

/** The session that has a reference, in any of its attempts; a reference stays with its session. */
async function findSession(
  tx: Tx,
  provider: string,
  reference: string,
): Promise<{ id: string; order: string | null } | undefined> {
  const session = await tx
    .selectFrom('sessions')
    .select(['id', 'order_name as order'])
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .executeTakeFirst()
  if (session) return session
  const attempt = await findAttempt(tx, provider, reference)
  return attempt && { id: attempt.session_id, order: await findOrder(tx, attempt.session_id) }
}

/**
 * Gives a reference to an attempt of the session that is told as its own, where there is one which
 * has none. Only what this server has told the provider comes back as that name.
 */
async function bindTold(
  { tx, now }: Matching,
  row: SessionRow,
  reference: string,
): Promise<SessionRow | undefined> {
  const earlier = await tx
    .selectFrom('attempts')
    .select(['session_id', 'number'])
    .where('session_id', '=', row.id)
    .where('reference', 'is', null)
    .where('state', '=', 'unknown')
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  if (earlier) {
    await changeAttempt(tx, earlier, { reference, state: 'opened' }, now)
    return row
  }
  const isWorkedOn = row.lease_until !== null && row.lease_until > now.toISOString()
  if (row.reference !== null || !mayBeOpened(row) || isWorkedOn) return undefined
  return tx
    .updateTable('sessions')
    .set({ reference })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirst()
}

export async function lockSession(
  tx: Tx,
  dialect: SqlDialect,
  id: string,
): Promise<SessionRow | undefined> {
  return tx
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .$call(dialect.lock)
    .executeTakeFirst()
}

interface Reference {
  readonly id: string
  readonly provider: string
  readonly reference: string
}

const selectOther = prepare((db, { id, provider, reference }: Reference) =>
  db
    .selectFrom('sessions')
    .select('id')
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .where('id', '!=', id)
    .unionAll(
      db
        .selectFrom('attempts')
        .select('session_id as id')
        .where('provider', '=', provider)
        .where('reference', '=', reference)
        .where('session_id', '!=', id),
    ),
)

/** Whether another session than this has a reference, in any of its attempts. */
export async function isTaken(tx: Tx, session: Reference): Promise<boolean> {
  const { rows } = await selectOther(tx, session)
  return rows.length > 0
}

function findAttempt(tx: Tx, provider: string, reference: string) {
  return tx
    .selectFrom('attempts')
    .select('session_id')
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .executeTakeFirst()
}

const selectAttempts = prepare((db, { sessionId }: { sessionId: string }) =>
  db
    .selectFrom('attempts')
    .select(['number', 'state', 'reference'])
    .where('session_id', '=', sessionId)
    .unionAll(
      db
        .selectFrom('sessions')
        .select(['attempt as number', 'attempt_state as state', 'reference'])
        .where('id', '=', sessionId),
    )
    .orderBy('number'),
)

export async function findAttempts(db: Kysely<Database>, sessionId: string): Promise<Attempt[]> {
  const { rows } = await selectAttempts(db, { sessionId })
  return rows.map(({ number, state, reference }) => ({
    number,
    reference,
    state: reference === null ? (state as Attempt['state']) : 'opened',
  }))
}

/** The references of a session's attempts before the current one. */
export async function earlierReferences(tx: Tx, sessionId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('attempts')
    .select('reference')
    .where('session_id', '=', sessionId)
    .execute()
  return rows.flatMap(({ reference }) => reference ?? [])
}

/** The store over any database that Kysely speaks to; plain SQL that SQLite and PostgreSQL share. */
import { sql, type ExpressionBuilder, type Kysely, type Selectable, type Transaction } from 'kysely'
import { answerTo, type Ending } from '../answer.ts'
import { formatAmount } from '../contract/money.ts'
import { nextAsk } from '../settlement/next-ask.ts'
import { moveTo } from '../settlement/settle.ts'
import type { SessionRecord } from '../session.ts'
import {
  beginAttempt,
  findAttempts,
  isTaken,
  isToBeOpened,
  keepLate,
  lockSession,
  takeBack,
} from './attempts.ts'
import type { Database, SessionsTable } from './database.ts'
import { findDeliveries, findReports, findStrayPayments, listSessions } from './listing.ts'
import { findAlike, findOrder, findPayment, lockOrder } from './orders.ts'
import { findMessages, keepDelivery, takeMessages } from './outbox.ts'
import { closedAtTheEnd } from './closing.ts'
import { withShortWay } from './opening.ts'
import {
  FIRST_FENCE,
  insertIntent,
  insertSession,
  leaseUntil,
  selectIntent,
  toIntentRow,
  toPrior,
  updateAnswer,
  withLease,
} from './opening-queries.ts'
import { prepare } from './prepared.ts'
import { toRecord, type SessionRow } from './rows.ts'
import {
  applyChange,
  lockReference,
  settleReference,
  settleReport,
  settleSince,
  settleTold,
  type Unit,
} from './settlements.ts'
import type { SqlDatabase, SqlDialect } from './sql-database.ts'
import {
  ReferenceTaken,
  type ClaimOptions,
  type ClaimOutcome,
  type Intent,
  type Kept,
  type Lease,
  type Prior,
  type SessionResult,
  type Store,
  type StoredAnswer,
  type StoreOptions,
} from './store.ts'

const OPEN = ['pending', 'processing'] as const
/** Money may still come after the end. */
const ASKED_ABOUT = ['pending', 'processing', 'expired'] as const

type Tx = Transaction<Database>

export function createSqlStore(database: SqlDatabase, options: StoreOptions): Store {
  return closedAtTheEnd(withShortWay(createTransactions(database, options), database.together))
}

function createTransactions({ db, dialect, transact }: SqlDatabase, options: StoreOptions): Store {
  const { settle, destinations, onChange } = options

  /** A transaction in which sessions change; whoever waits for that hears of it after the commit. */
  async function change<T>(now: Date, work: (unit: Unit) => Promise<T>): Promise<T> {
    const { outcome, changed } = await transact(async (tx) => {
      const changed: SessionRecord[] = []
      const outcome = await work({ tx, dialect, now, settle, destinations, changed })
      await dialect.announce(
        tx,
        changed.map(({ id }) => id),
      )
      return { outcome, changed }
    })
    for (const session of changed) onChange?.(session)
    return outcome
  }

  return {
    findPrior: (scope, key) => findPrior(db, { scope, key }),
    claim: (intent, session, now, options = {}) =>
      change(now, (unit) => claim(unit, intent, session, options)),
    release<E extends Ending | null>(
      intent: Intent,
      lease: Lease,
      result: SessionResult,
      ending: E,
      now: Date,
    ) {
      return change(now, async (unit) => {
        const session = await release(unit, lease, result)
        if (!session) return undefined
        const settled = await settleSince(unit, session, result)
        const kept = ending && (await keepEnding(unit.tx, intent, settled, ending))
        return kept as Kept<E>
      })
    },
    findSession: async (id) => {
      // PostgreSQL has no text with a NUL, and fails on it.
      if (id.includes('\0')) return undefined
      const { rows } = await selectSession(db, { id })
      return rows[0] && toRecord(rows[0])
    },
    listSessions: (filter, limit, after) => listSessions(db, filter, limit, after),
    findAttempts: (sessionId) => findAttempts(db, sessionId),
    findReports: (sessionId) => findReports(db, sessionId),
    findStrayPayments: (after, before) => findStrayPayments(db, after, before),
    findDeliveries: (sessionId) => findDeliveries(db, sessionId),
    findHandoff: async (id) => {
      const row = await db
        .selectFrom('sessions')
        .select('handoff')
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.handoff ?? undefined
    },
    findPayment: (order, sessionId) => findPayment(db, order, sessionId),
    settle: (report, now) => change(now, (unit) => settleReport(unit, report)),
    settleWaiting: (sessionId, now) => change(now, (unit) => settleTold(unit, sessionId)),
    expire: (session, now) => change(now, (unit) => expire(unit, session)),
    takeDue: (limit, now) => transact((tx) => takeDue(tx, dialect, limit, now)),
    findOpen: async (limit, before) => {
      const open = db.selectFrom('sessions').selectAll().where('status', 'in', OPEN)
      const page = before === undefined ? open : open.where('id', '<', before)
      const rows = await page.orderBy('id', 'desc').limit(limit).execute()
      return rows.map(toRecord)
    },
    takeMessages: (destination, limit, now) =>
      transact((tx) => takeMessages(tx, dialect, destination, limit, now)),
    findMessages: (destination, sessionId) => findMessages(db, destination, sessionId),
    keepDelivery: (message, outcome, now) =>
      transact((tx) => keepDelivery(tx, message, outcome, now)),
    forgetMessages: (before) => transact((tx) => forget(tx, 'outbox', before)),
    forgetIntents: (before) => transact((tx) => forget(tx, 'intents', before)),
    ping: async () => {
      await db.selectFrom('sessions').select('id').limit(1).execute()
    },
    close: () => db.destroy(),
  }
}

const selectSession = prepare((db, { id }: { id: string }) =>
  db.selectFrom('sessions').selectAll().where('id', '=', id),
)

async function findPrior(
  db: Kysely<Database>,
  { scope, key }: Pick<Intent, 'scope' | 'key'>,
): Promise<Prior | undefined> {
  const { rows } = await selectIntent(db, { scope, key })
  return toPrior(rows[0])
}

async function claim(
  unit: Unit,
  intent: Intent,
  session: SessionRecord | string,
  options: ClaimOptions,
): Promise<ClaimOutcome> {
  const { tx, dialect, now } = unit
  const isNew = typeof session !== 'string'
  const order = isNew ? session.order : await findOrder(tx, session)
  await lockOrder(tx, dialect, order)
  const payment = await findPayment(tx, order, isNew ? session.id : session)
  if (payment) return { kind: 'order_paid', payment }
  const known = isNew ? await findAlike(tx, session, now) : session
  const id = known ?? (isNew ? session.id : session)
  const isFirst = await addIntent(tx, intent, id, now)
  const attempt = isNew ? options : undefined
  if (!isFirst) return claimAgain(unit, intent, attempt)
  if (isNew && known === undefined) {
    return { kind: 'claimed', lease: await addSession(tx, session, now) }
  }
  const row = await takeLease(tx, id, now)
  if (row) return takeUp(unit, row, attempt)
  // The session is being changed under another key: this one stays unused.
  await tx
    .deleteFrom('intents')
    .where('scope', '=', intent.scope)
    .where('key', '=', intent.key)
    .execute()
  return { kind: 'in_progress' }
}

/**
 * A claim of an intent that is known: to be answered again, to be gone on with, or somebody else's.
 * @param attempt how to go on with opening the session, where that is what it is for
 */
async function claimAgain(
  unit: Unit,
  intent: Intent,
  attempt: ClaimOptions | undefined,
): Promise<ClaimOutcome> {
  const { tx, dialect, now } = unit
  const known = await findPrior(tx, intent)
  // Whoever works on the session may be keeping the answer at this moment.
  if (known && !known.answer) await lockSession(tx, dialect, known.sessionId)
  const prior = known?.answer ? known : await findPrior(tx, intent)
  // It has just been given up or forgotten.
  if (!prior) return { kind: 'in_progress' }
  if (prior.fingerprint !== intent.fingerprint) return { kind: 'reused' }
  if (prior.answer) return { kind: 'replay', answer: prior.answer }
  const row = await takeLease(tx, prior.sessionId, now)
  return row ? takeUp(unit, row, attempt) : { kind: 'in_progress' }
}

/**
 * The claim of a session by its row.
 * @param attempt how to go on with opening it, where it was begun before and is not opened yet
 */
async function takeUp(
  unit: Unit,
  row: SessionRow,
  attempt: ClaimOptions | undefined,
): Promise<ClaimOutcome> {
  const { tx, dialect, now } = unit
  if (!attempt || !isToBeOpened(row, now)) return { kind: 'claimed', lease: toLease(row, now) }
  const begun = await beginAttempt(tx, row, now, attempt)
  // The attempt before may have been paid: then no call is made for this one.
  const settled = (await settleTold(unit, row.id)) && (await lockSession(tx, dialect, row.id))
  return { kind: 'claimed', lease: toLease(settled || begun, now) }
}

/** Adds an intent; false where its key is taken. */
async function addIntent(tx: Tx, intent: Intent, sessionId: string, now: Date): Promise<boolean> {
  const { numAffectedRows } = await insertIntent(tx, toIntentRow(intent, sessionId, now))
  return numAffectedRows === 1n
}

/** Adds a session that whoever adds it works on. */
async function addSession(tx: Tx, session: SessionRecord, now: Date): Promise<Lease> {
  const { row, lease } = withLease(session, now)
  await insertSession(tx, row)
  return lease
}

async function keepEnding(
  tx: Tx,
  { scope, key }: Intent,
  session: SessionRecord,
  ending: Ending,
): Promise<StoredAnswer> {
  const { id: sessionId, order } = session
  const answer = answerTo(ending, session, await findPayment(tx, order, sessionId))
  await updateAnswer(tx, { scope, key, sessionId, answer: JSON.stringify(answer) })
  return answer
}

/** What a session becomes by a result, of which only `failure` is always there. */
interface Released extends Pick<
  Selectable<SessionsTable>,
  'id' | 'fence' | 'failure' | 'updated_at'
> {
  readonly reference?: string
  readonly redirect_url?: string
  readonly expires_at?: string
  readonly ask_at?: string
  readonly handoff?: string
  readonly amount?: string
  readonly attempt_state?: 'unknown' | 'failed'
}

const updateReleased = prepare(
  (
    db,
    {
      id,
      fence,
      expires_at: end,
      ask_at: askAt,
      handoff,
      amount,
      attempt_state: attempt,
      ...changes
    }: Released,
  ) =>
    db
      .updateTable('sessions')
      .set({
        ...changes,
        lease_until: null,
        ...(end !== undefined && { expires_at: end, ask_at: noLaterThan(end) }),
        ...(askAt !== undefined && { ask_at: askAt }),
        ...(attempt !== undefined && { attempt_state: whileCalling(attempt) }),
        ...(handoff !== undefined && { handoff: whilePending('handoff', handoff) }),
        // A report may have moved the status meanwhile: what was paid keeps the amount that it was
        // settled against. Of one that is pending still, something else is asked now.
        ...(amount !== undefined && { amount: whilePending('amount', amount), likeness: null }),
      })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .returningAll(),
)

async function release(
  unit: Unit,
  lease: Lease,
  result: SessionResult,
): Promise<SessionRecord | undefined> {
  const { tx, now, dialect } = unit
  const {
    session: { id, currency, provider, order, expiresAt: end },
    fence,
  } = lease
  const { amount, reference, redirectUrl, expiresAt, handoff, failure, failed, attempt } = result
  // Of an attempt before this one something may still be told.
  const isIdle = result.isAskable === false && fence === FIRST_FENCE
  if (reference !== undefined) {
    await lockReference(unit, { provider, reference })
    await assertReferenceFree(tx, id, provider, reference)
  }
  await lockOrder(tx, dialect, order)
  const { rows } = await updateReleased(tx, {
    id,
    fence,
    failure,
    updated_at: now.toISOString(),
    ...(attempt !== undefined && { attempt_state: attempt }),
    ...(reference !== undefined && { reference }),
    ...(redirectUrl !== undefined && { redirect_url: redirectUrl }),
    ...(expiresAt !== undefined && { expires_at: expiresAt.toISOString() }),
    ...(isIdle && { ask_at: (expiresAt ?? end).toISOString() }),
    ...(handoff !== undefined && { handoff }),
    ...(amount !== undefined && { amount: formatAmount(amount, currency) }),
  })
  const [row] = rows
  if (!row) {
    await releaseLate(unit, lease, result)
    return undefined
  }
  if (row.attempt > 1) await takeBack(tx, row)
  const session = toRecord(row)
  const fails = failed === true && session.status === 'pending'
  return fails ? applyChange(unit, session, moveTo('failed', session)) : session
}

/** Somebody else has the session; the provider session that was made for it may be paid all the same. */
async function releaseLate(unit: Unit, lease: Lease, result: SessionResult): Promise<void> {
  const row = await keepLate(unit, lease, result)
  if (row && result.reference) await settleReference(unit, toRecord(row), result.reference)
}

async function expire(
  unit: Unit,
  { id, reference }: SessionRecord,
): Promise<SessionRecord | undefined> {
  const now = unit.now.toISOString()
  const row = await unit.tx
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .where('expires_at', '<=', now)
    .where('reference', reference === null ? 'is' : '=', reference)
    .where(isFree(now))
    .$call(unit.dialect.lock)
    .executeTakeFirst()
  if (!row) return undefined
  const session = toRecord(row)
  return applyChange(unit, session, moveTo('expired', session))
}

async function takeDue(
  tx: Tx,
  dialect: SqlDialect,
  limit: number,
  now: Date,
): Promise<SessionRecord[]> {
  const rows = await tx
    .selectFrom('sessions')
    .selectAll()
    .where('status', 'in', ASKED_ABOUT)
    .where('ask_at', '<=', now.toISOString())
    .orderBy('ask_at')
    .limit(limit)
    .$call(dialect.lockFree)
    .execute()
  const sessions = rows.map(toRecord)
  for (const session of sessions) {
    await updateAsk(tx, { id: session.id, ask_at: nextAsk(session, now).toISOString() })
  }
  return sessions
}

const updateAsk = prepare((db, { id, ask_at }: Pick<SessionRow, 'id' | 'ask_at'>) =>
  db.updateTable('sessions').set({ ask_at }).where('id', '=', id),
)

async function forget(tx: Tx, table: 'outbox' | 'intents', before: Date): Promise<void> {
  await tx.deleteFrom(table).where('created_at', '<', before.toISOString()).execute()
}

/** What is known of the attempt under way; an earlier call that was made for it may have come to more. */
function whileCalling(state: 'unknown' | 'failed') {
  return sql<string>`case when attempt_state = 'calling' then ${state} else attempt_state end`
}

/** When a session is asked about that ends then: its end may have been moved. */
function noLaterThan(end: string) {
  return sql<string>`case when ask_at > ${end} then ${end} else ask_at end`
}

/** A value for a column that only an open session takes. */
function whilePending(column: 'amount' | 'handoff', value: string) {
  return sql<string>`case when status = 'pending' then ${value} else ${sql.ref(column)} end`
}

async function assertReferenceFree(
  tx: Tx,
  id: string,
  provider: string,
  reference: string,
): Promise<void> {
  if (await isTaken(tx, { id, provider, reference })) {
    throw new ReferenceTaken(`${provider} gave one session to two of ours`)
  }
}

async function takeLease(tx: Tx, sessionId: string, now: Date): Promise<SessionRow | undefined> {
  return tx
    .updateTable('sessions')
    .set((column) => ({
      lease_until: leaseUntil(now).toISOString(),
      fence: column('fence', '+', 1),
    }))
    .where('id', '=', sessionId)
    .where(isFree(now.toISOString()))
    .returningAll()
    .executeTakeFirst()
}

function toLease(row: SessionRow, now: Date): Lease {
  return { session: toRecord(row), fence: row.fence, until: leaseUntil(now) }
}

/** Whether nobody has a lease of a session. */
function isFree(now: string) {
  return ({ eb }: ExpressionBuilder<Database, 'sessions'>) =>
    eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)])
}

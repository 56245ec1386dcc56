/** The store over any database that Kysely speaks to; plain SQL that SQLite and PostgreSQL share. */
import {
  sql,
  type ExpressionBuilder,
  type Insertable,
  type Kysely,
  type Selectable,
  type Transaction,
} from 'kysely'
import { formatAmount } from '../contract/money.ts'
import { moveTo } from '../settlement/settle.ts'
import type { SessionRecord } from '../session.ts'
import type { Database, IntentsTable, SessionsTable } from './database.ts'
import { findAlike, findOrder, findPayment, lockOrder } from './orders.ts'
import { findMessages, keepDelivery, takeMessages } from './outbox.ts'
import { prepare } from './prepared.ts'
import { toAnswer, toRecord, toSessionRow } from './rows.ts'
import { applyChange, lockReference, settleReport, settleSince, type Unit } from './settlements.ts'
import type { SqlDatabase, SqlDialect } from './sql-database.ts'
import {
  ReferenceTaken,
  type ClaimOutcome,
  type Intent,
  type Lease,
  type Prior,
  type SessionResult,
  type Store,
  type StoredAnswer,
  type StoreOptions,
} from './store.ts'

/** As long as a holder may work on a session before another may take it over. */
const LEASE_MS = 15_000

/** A session is asked about for the first time this long after it was made. */
const FIRST_ASK_MS = 60_000

const OPEN = ['pending', 'processing'] as const
/** Money may still come after the end. */
const ASKED_ABOUT = ['pending', 'processing', 'expired'] as const

type Tx = Transaction<Database>

export function createSqlStore(
  { db, dialect, transact }: SqlDatabase,
  options: StoreOptions,
): Store {
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
    claim: (intent, session, now) => transact((tx) => claim(tx, dialect, intent, session, now)),
    release: (intent, lease, result, answer, now) =>
      change(now, async (unit) => {
        const session = await release(unit, lease, result)
        if (!session) return undefined
        const settled = await settleSince(unit, session, result)
        const kept = answer(settled, await findPayment(unit.tx, settled.order, settled.id))
        if (kept) await keepAnswer(unit.tx, intent, kept)
        return kept
      }),
    findSession: async (id) => {
      const { rows } = await selectSession(db, { id })
      return rows[0] && toRecord(rows[0])
    },
    findHandoff: async (id) => {
      const row = await db
        .selectFrom('sessions')
        .select('handoff')
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.handoff ?? undefined
    },
    findPayment: (order) => findPayment(db, order),
    settle: (report, now) => change(now, (unit) => settleReport(unit, report)),
    expire: (session, now) => change(now, (unit) => expire(unit, session)),
    takeDue: (limit, now, next) => transact((tx) => takeDue(tx, dialect, limit, now, next)),
    findOpen: async (after, limit) => {
      const rows = await db
        .selectFrom('sessions')
        .selectAll()
        .where('status', 'in', OPEN)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
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

const selectIntent = prepare((db, { scope, key }: Pick<Intent, 'scope' | 'key'>) =>
  db
    .selectFrom('intents')
    .select(['fingerprint', 'answer', 'session_id'])
    .where('scope', '=', scope)
    .where('key', '=', key),
)

async function findPrior(
  db: Kysely<Database>,
  { scope, key }: Pick<Intent, 'scope' | 'key'>,
): Promise<Prior | undefined> {
  const { rows } = await selectIntent(db, { scope, key })
  const [row] = rows
  return (
    row && {
      fingerprint: row.fingerprint,
      answer: toAnswer(row.answer),
      sessionId: row.session_id,
    }
  )
}

async function claim(
  tx: Tx,
  dialect: SqlDialect,
  intent: Intent,
  session: SessionRecord | string,
  now: Date,
): Promise<ClaimOutcome> {
  const isNew = typeof session !== 'string'
  const order = isNew ? session.order : await findOrder(tx, session)
  await lockOrder(tx, dialect, order)
  const payment = await findPayment(tx, order, isNew ? session.id : session)
  if (payment) return { kind: 'order_paid', payment }
  const known = isNew ? await findAlike(tx, session, now) : session
  const id = known ?? (isNew ? session.id : session)
  const isFirst = await addIntent(tx, intent, id, now)
  if (!isFirst) return claimAgain(tx, dialect, intent, now)
  if (isNew && known === undefined) {
    return { kind: 'claimed', lease: await addSession(tx, session, now) }
  }
  const lease = await takeLease(tx, id, now)
  if (lease) return { kind: 'claimed', lease }
  // The session is being changed under another key: this one stays unused.
  await tx
    .deleteFrom('intents')
    .where('scope', '=', intent.scope)
    .where('key', '=', intent.key)
    .execute()
  return { kind: 'in_progress' }
}

/** A claim of an intent that is known: to be answered again, to be gone on with, or somebody else's. */
async function claimAgain(
  tx: Tx,
  dialect: SqlDialect,
  intent: Intent,
  now: Date,
): Promise<ClaimOutcome> {
  const known = await findPrior(tx, intent)
  // Whoever works on the session may be keeping the answer at this moment.
  if (known && !known.answer) await lockSession(tx, dialect, known.sessionId)
  const prior = known?.answer ? known : await findPrior(tx, intent)
  // It has just been given up or forgotten.
  if (!prior) return { kind: 'in_progress' }
  if (prior.fingerprint !== intent.fingerprint) return { kind: 'reused' }
  if (prior.answer) return { kind: 'replay', answer: prior.answer }
  const lease = await takeLease(tx, prior.sessionId, now)
  return lease ? { kind: 'claimed', lease } : { kind: 'in_progress' }
}

async function lockSession(tx: Tx, dialect: SqlDialect, id: string): Promise<void> {
  await tx.selectFrom('sessions').select('id').where('id', '=', id).$call(dialect.lock).execute()
}

const insertIntent = prepare((db, row: Insertable<IntentsTable>) =>
  db
    .insertInto('intents')
    .values(row)
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing()),
)

/** Adds an intent; false where its key is taken. */
async function addIntent(tx: Tx, intent: Intent, sessionId: string, now: Date): Promise<boolean> {
  const { numAffectedRows } = await insertIntent(tx, {
    scope: intent.scope,
    key: intent.key,
    fingerprint: intent.fingerprint,
    session_id: sessionId,
    answer: null,
    created_at: now.toISOString(),
  })
  return numAffectedRows === 1n
}

const insertSession = prepare((db, row: Insertable<SessionsTable>) =>
  db.insertInto('sessions').values(row),
)

/** Adds a session that whoever adds it works on. */
async function addSession(tx: Tx, session: SessionRecord, now: Date): Promise<Lease> {
  const fence = 1
  const askAt = new Date(session.createdAt.getTime() + FIRST_ASK_MS).toISOString()
  const lease = { lease_until: leaseUntil(now), fence }
  await insertSession(tx, { ...toSessionRow(session), ...lease, ask_at: askAt })
  return { session, fence }
}

const updateAnswer = prepare(
  (db, { scope, key, answer }: Pick<Intent, 'scope' | 'key'> & { answer: string }) =>
    db.updateTable('intents').set({ answer }).where('scope', '=', scope).where('key', '=', key),
)

async function keepAnswer(tx: Tx, { scope, key }: Intent, answer: StoredAnswer): Promise<void> {
  await updateAnswer(tx, { scope, key, answer: JSON.stringify(answer) })
}

/** What a session becomes by a result, of which only `failure` is always there. */
interface Released extends Pick<
  Selectable<SessionsTable>,
  'id' | 'fence' | 'failure' | 'updated_at'
> {
  readonly reference?: string
  readonly redirect_url?: string
  readonly expires_at?: string
  readonly handoff?: string
  readonly amount?: string
}

const updateReleased = prepare((db, { id, fence, handoff, amount, ...changes }: Released) =>
  db
    .updateTable('sessions')
    .set({
      ...changes,
      lease_until: null,
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
  { session: { id, currency, provider, order }, fence }: Lease,
  result: SessionResult,
): Promise<SessionRecord | undefined> {
  const { tx, now, dialect } = unit
  const { amount, reference, redirectUrl, expiresAt, handoff, failure, failed } = result
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
    ...(reference !== undefined && { reference }),
    ...(redirectUrl !== undefined && { redirect_url: redirectUrl }),
    ...(expiresAt !== undefined && { expires_at: expiresAt.toISOString() }),
    ...(handoff !== undefined && { handoff }),
    ...(amount !== undefined && { amount: formatAmount(amount, currency) }),
  })
  const [row] = rows
  if (!row) return undefined
  const session = toRecord(row)
  const fails = failed === true && session.status === 'pending'
  return fails ? applyChange(unit, session, moveTo('failed', session)) : session
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
  next: (session: SessionRecord) => Date,
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
    await tx
      .updateTable('sessions')
      .set({ ask_at: next(session).toISOString() })
      .where('id', '=', session.id)
      .execute()
  }
  return sessions
}

async function forget(tx: Tx, table: 'outbox' | 'intents', before: Date): Promise<void> {
  await tx.deleteFrom(table).where('created_at', '<', before.toISOString()).execute()
}

/** A value for a column that only an open session takes. */
function whilePending(column: 'amount' | 'handoff', value: string) {
  return sql<string>`case when status = 'pending' then ${value} else ${sql.ref(column)} end`
}

const selectOther = prepare(
  (db, { id, provider, reference }: { id: string; provider: string; reference: string }) =>
    db
      .selectFrom('sessions')
      .select('id')
      .where('provider', '=', provider)
      .where('reference', '=', reference)
      .where('id', '!=', id),
)

async function assertReferenceFree(
  tx: Tx,
  id: string,
  provider: string,
  reference: string,
): Promise<void> {
  const { rows } = await selectOther(tx, { id, provider, reference })
  if (rows.length === 0) return
  throw new ReferenceTaken(`${provider} gave one session to two of ours`)
}

async function takeLease(tx: Tx, sessionId: string, now: Date): Promise<Lease | undefined> {
  const row = await tx
    .updateTable('sessions')
    .set((column) => ({
      lease_until: leaseUntil(now),
      fence: column('fence', '+', 1),
    }))
    .where('id', '=', sessionId)
    .where(isFree(now.toISOString()))
    .returningAll()
    .executeTakeFirst()
  return row && { session: toRecord(row), fence: row.fence }
}

function leaseUntil(now: Date): string {
  return new Date(now.getTime() + LEASE_MS).toISOString()
}

/** Whether nobody has a lease of a session. */
function isFree(now: string) {
  return ({ eb }: ExpressionBuilder<Database, 'sessions'>) =>
    eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)])
}

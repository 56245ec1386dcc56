/** The store over any database that Kysely speaks to; plain SQL that SQLite and PostgreSQL share. */
import { sql, type Kysely, type Transaction } from 'kysely'
import { formatAmount } from '../contract/money.ts'
import type { PaymentReport } from '../settlement.ts'
import type { SessionRecord } from '../session.ts'
import type { Database } from './database.ts'
import { toAnswer, toRecord, toReport, toReportRow, toSessionRow } from './rows.ts'
import {
  ReferenceTaken,
  type ClaimOutcome,
  type Intent,
  type Lease,
  type Prior,
  type SessionResult,
  type Settle,
  type Store,
  type StoredAnswer,
} from './store.ts'

/** As long as a holder may work on a session before another may take it over. */
const LEASE_MS = 15_000

type Tx = Transaction<Database>

/** @param settle decides what a report changes; it is called within the store's transactions */
export function createSqlStore(db: Kysely<Database>, settle: Settle): Store {
  const transact = <T>(work: (tx: Tx) => Promise<T>) => db.transaction().execute(work)
  return {
    findPrior: (scope, key) => findPrior(db, { scope, key }),
    claim: (intent, session, now) => transact((tx) => claim(tx, intent, session, now)),
    release: (intent, lease, result, answer, now) =>
      transact(async (tx) => {
        const session = await release(tx, lease, result, now)
        if (!session) return undefined
        const settled = await settleSince(tx, session, result, settle, now)
        const kept = answer(settled)
        if (kept) await keepAnswer(tx, intent, kept)
        return kept
      }),
    findSession: async (id) => {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toRecord(row)
    },
    settle: (report, now) => transact((tx) => settleReport(tx, report, settle, now)),
    forgetIntents: async (before) => {
      await db.deleteFrom('intents').where('created_at', '<', before.toISOString()).execute()
    },
    ping: async () => {
      await db.selectFrom('sessions').select('id').limit(1).execute()
    },
    close: () => db.destroy(),
  }
}

async function findPrior(
  db: Kysely<Database>,
  { scope, key }: Pick<Intent, 'scope' | 'key'>,
): Promise<Prior | undefined> {
  const row = await db
    .selectFrom('intents')
    .select(['fingerprint', 'answer', 'session_id'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst()
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
  intent: Intent,
  session: SessionRecord | string,
  now: Date,
): Promise<ClaimOutcome> {
  const isNew = typeof session !== 'string'
  const isFirst = await addIntent(tx, intent, isNew ? session.id : session, now)
  if (!isFirst) return claimAgain(tx, intent, now)
  if (isNew) await tx.insertInto('sessions').values(toSessionRow(session)).execute()
  const lease = await takeLease(tx, isNew ? session.id : session, now)
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
async function claimAgain(tx: Tx, intent: Intent, now: Date): Promise<ClaimOutcome> {
  const prior = await findPrior(tx, intent)
  if (prior?.fingerprint !== intent.fingerprint) return { kind: 'reused' }
  if (prior.answer) return { kind: 'replay', answer: prior.answer }
  const lease = await takeLease(tx, prior.sessionId, now)
  return lease ? { kind: 'claimed', lease } : { kind: 'in_progress' }
}

/** Adds an intent; false where its key is taken. */
async function addIntent(tx: Tx, intent: Intent, sessionId: string, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('intents')
    .values({
      scope: intent.scope,
      key: intent.key,
      fingerprint: intent.fingerprint,
      session_id: sessionId,
      answer: null,
      created_at: now.toISOString(),
    })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

async function keepAnswer(tx: Tx, { scope, key }: Intent, answer: StoredAnswer): Promise<void> {
  await tx
    .updateTable('intents')
    .set({ answer: JSON.stringify(answer) })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .execute()
}

async function release(
  tx: Tx,
  { session: { id, currency, provider }, fence }: Lease,
  result: SessionResult,
  now: Date,
): Promise<SessionRecord | undefined> {
  const { amount, reference, redirectUrl, expiresAt, failure, failed } = result
  if (reference !== undefined) await assertReferenceFree(tx, id, provider, reference)
  const row = await tx
    .updateTable('sessions')
    .set({
      failure,
      updated_at: now.toISOString(),
      lease_until: null,
      ...(reference !== undefined && { reference }),
      ...(redirectUrl !== undefined && { redirect_url: redirectUrl }),
      ...(expiresAt !== undefined && { expires_at: expiresAt.toISOString() }),
      // A report may have moved the status meanwhile: what was paid keeps the amount that it was
      // settled against, and only an open session can fail here.
      ...(amount !== undefined && {
        amount: whilePending('amount', formatAmount(amount, currency)),
        // Whatever did not fit the old amount is looked at again; see `settleSince`.
        exception: whilePending('exception', null),
      }),
      ...(failed && { status: whilePending('status', 'failed') }),
    })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .returningAll()
    .executeTakeFirst()
  return row && toRecord(row)
}

async function settleReport(
  tx: Tx,
  report: PaymentReport,
  settle: Settle,
  now: Date,
): Promise<SessionRecord | undefined> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('reports')
    .values(toReportRow(report, now))
    .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n && (await isSettled(tx, report))) return undefined
  const row = await tx
    .selectFrom('sessions')
    .selectAll()
    .where('provider', '=', report.provider)
    .where('reference', '=', report.reference)
    .executeTakeFirst()
  if (!row) return undefined
  const before = toRecord(row)
  const after = await apply(tx, before, report, settle, now)
  return after === before ? undefined : after
}

/** A value for a column that only an open session takes. */
function whilePending<T extends string | null>(
  column: 'amount' | 'exception' | 'status',
  value: T,
) {
  return sql<T>`case when status = 'pending' then ${value} else ${sql.ref(column)} end`
}

async function assertReferenceFree(
  tx: Tx,
  id: string,
  provider: string,
  reference: string,
): Promise<void> {
  const other = await tx
    .selectFrom('sessions')
    .select('id')
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (other) throw new ReferenceTaken(`${provider} gave one session to two of ours`)
}

async function takeLease(tx: Tx, sessionId: string, now: Date): Promise<Lease | undefined> {
  const row = await tx
    .updateTable('sessions')
    .set((column) => ({
      lease_until: new Date(now.getTime() + LEASE_MS).toISOString(),
      fence: column('fence', '+', 1),
    }))
    .where('id', '=', sessionId)
    .where((column) =>
      column.or([
        column('lease_until', 'is', null),
        column('lease_until', '<=', now.toISOString()),
      ]),
    )
    .returningAll()
    .executeTakeFirst()
  return row && { session: toRecord(row), fence: row.fence }
}

/** Whether a report that is known already has found its session, and changed what it had to change. */
async function isSettled(tx: Tx, { provider, eventId }: PaymentReport): Promise<boolean> {
  const row = await tx
    .selectFrom('reports')
    .select('session_id')
    .where('provider', '=', provider)
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  return row?.session_id !== null
}

/**
 * Settles, in the order of arrival, what the provider told before we knew the session's reference, and
 * after a change of the amount everything that it has told: the buyer may have paid the new amount
 * before we knew that it holds.
 */
async function settleSince(
  tx: Tx,
  session: SessionRecord,
  { amount }: SessionResult,
  settle: Settle,
  now: Date,
): Promise<SessionRecord> {
  if (session.reference === null || session.status !== 'pending') return session
  const rows = await tx
    .selectFrom('reports')
    .selectAll()
    .where('provider', '=', session.provider)
    .where('reference', '=', session.reference)
    .$if(amount === undefined, (query) => query.where('session_id', 'is', null))
    .orderBy('received_at')
    .execute()
  let current = session
  for (const row of rows) current = await apply(tx, current, toReport(row), settle, now)
  return current
}

async function apply(
  tx: Tx,
  session: SessionRecord,
  report: PaymentReport,
  settle: Settle,
  now: Date,
): Promise<SessionRecord> {
  await tx
    .updateTable('reports')
    .set({ session_id: session.id })
    .where('provider', '=', report.provider)
    .where('event_id', '=', report.eventId)
    .execute()
  const change = settle(session, report)
  if (!change) return session
  const { numUpdatedRows } = await tx
    .updateTable('sessions')
    .set({
      status: change.status,
      exception: change.exception,
      ...(change.amount !== undefined && {
        amount: formatAmount(change.amount, session.currency),
      }),
      updated_at: now.toISOString(),
    })
    .where('id', '=', session.id)
    .where('status', '=', session.status)
    .executeTakeFirst()
  // Never under SQLite's write lock; where it can be, nothing of this is kept and the report comes again.
  if (numUpdatedRows !== 1n) throw new Error('the session changed while it was being settled')
  return { ...session, ...change, updatedAt: now }
}

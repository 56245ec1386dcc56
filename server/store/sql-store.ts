/** The store over any database that Kysely speaks to; plain SQL that SQLite and PostgreSQL share. */
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { formatAmount, parseAmount } from '../contract/money.ts'
import type { PaymentReport } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'
import type { Database, ReportsTable, SessionsTable } from './database.ts'
import {
  ReferenceTaken,
  type ClaimOutcome,
  type Lease,
  type Settle,
  type Store,
  type StoredAnswer,
} from './store.ts'

/** As long as a holder may work on a session before another may take it over. */
export const LEASE_MS = 15_000

type Tx = Transaction<Database>

export function createSqlStore(db: Kysely<Database>): Store {
  return {
    async findPrior(scope, key) {
      const row = await db
        .selectFrom('intents')
        .select(['fingerprint', 'answer'])
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst()
      return row && { fingerprint: row.fingerprint, answer: readAnswer(row.answer) }
    },

    claim(intent, session, now) {
      return transact(db, async (tx): Promise<ClaimOutcome> => {
        const isNew = typeof session !== 'string'
        const known = await tx
          .selectFrom('intents')
          .selectAll()
          .where('scope', '=', intent.scope)
          .where('key', '=', intent.key)
          .executeTakeFirst()
        if (known && known.fingerprint !== intent.fingerprint) return { kind: 'reused' }
        const answer = readAnswer(known?.answer ?? null)
        if (answer) return { kind: 'replay', answer }

        if (!known && isNew) await tx.insertInto('sessions').values(toRow(session)).execute()
        const sessionId = known?.session_id ?? (isNew ? session.id : session)
        const lease = await takeLease(tx, sessionId, now)
        if (!lease) return { kind: 'in_progress' }
        if (!known) {
          await tx
            .insertInto('intents')
            .values({
              scope: intent.scope,
              key: intent.key,
              fingerprint: intent.fingerprint,
              session_id: sessionId,
              answer: null,
              created_at: now.toISOString(),
            })
            .execute()
        }
        return { kind: 'claimed', lease }
      })
    },

    release(intent, lease, result, answer, settle, now) {
      return transact(db, async (tx) => {
        const { id, currency, provider } = lease.session
        if (result.reference !== undefined) {
          await assertReferenceFree(tx, id, provider, result.reference)
        }
        const row = await tx
          .updateTable('sessions')
          .set({
            failure: result.failure,
            updated_at: now.toISOString(),
            lease_until: null,
            ...(result.reference !== undefined && { reference: result.reference }),
            ...(result.redirectUrl !== undefined && { redirect_url: result.redirectUrl }),
            ...(result.expiresAt !== undefined && { expires_at: result.expiresAt.toISOString() }),
            // A report may have moved the status meanwhile: what was paid keeps the amount that it was
            // settled against, and only an open session can fail here.
            ...(result.amount !== undefined && {
              amount: whilePending('amount', formatAmount(result.amount, currency)),
            }),
            ...(result.failed && { status: whilePending('status', 'failed') }),
          })
          .where('id', '=', id)
          .where('fence', '=', lease.fence)
          .returningAll()
          .executeTakeFirst()
        if (!row) return undefined
        const session = await settleWaiting(tx, toRecord(row), settle, now)
        if (answer) {
          await tx
            .updateTable('intents')
            .set({ answer: JSON.stringify(answer(session)) })
            .where('scope', '=', intent.scope)
            .where('key', '=', intent.key)
            .execute()
        }
        return session
      })
    },

    async findSession(id) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toRecord(row)
    },

    settle(report, settle, now) {
      return transact(db, async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto('reports')
          .values({
            provider: report.provider,
            event_id: report.eventId,
            reference: report.reference,
            status: report.status,
            amount: reportAmount(report),
            currency: report.currency ?? null,
            session_id: null,
            received_at: now.toISOString(),
          })
          .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) return undefined
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
      })
    },

    async forgetIntents(before) {
      await db.deleteFrom('intents').where('created_at', '<', before.toISOString()).execute()
    },

    async ping() {
      await db.selectFrom('sessions').select('id').limit(1).execute()
    },

    close: () => db.destroy(),
  }
}

function transact<T>(db: Kysely<Database>, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(work)
}

function whilePending(column: 'amount' | 'status', value: string) {
  return sql<string>`case when status = 'pending' then ${value} else ${sql.ref(column)} end`
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

/** Settles what the provider told before we knew which session it was about, in the order of arrival. */
async function settleWaiting(
  tx: Tx,
  session: SessionRecord,
  settle: Settle,
  now: Date,
): Promise<SessionRecord> {
  if (session.reference === null) return session
  const rows = await tx
    .selectFrom('reports')
    .selectAll()
    .where('provider', '=', session.provider)
    .where('reference', '=', session.reference)
    .where('session_id', 'is', null)
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
      updated_at: now.toISOString(),
    })
    .where('id', '=', session.id)
    .where('status', '=', session.status)
    .executeTakeFirst()
  // Another transaction moved it first: this one starts again and sees what came of it.
  if (numUpdatedRows !== 1n) throw new Error('the session changed while it was being settled')
  return { ...session, ...change, updatedAt: now }
}

function toRow(session: SessionRecord): Omit<Selectable<SessionsTable>, 'fence'> {
  return {
    id: session.id,
    status: session.status,
    exception: session.exception,
    amount: formatAmount(session.amount, session.currency),
    currency: session.currency,
    checkout_id: session.checkoutId,
    checkout: JSON.stringify(session.checkout),
    client_reference_id: session.clientReferenceId,
    locale: session.locale,
    provider: session.provider,
    reference: session.reference,
    redirect_url: session.redirectUrl,
    failure: session.failure,
    test: Number(session.test),
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    lease_until: null,
  }
}

function toRecord(row: Selectable<SessionsTable>): SessionRecord {
  return {
    id: row.id,
    status: row.status as SessionRecord['status'],
    exception: row.exception as SessionRecord['exception'],
    amount: readAmount(row.amount, row.currency),
    currency: row.currency,
    checkoutId: row.checkout_id,
    checkout: JSON.parse(row.checkout) as SessionRecord['checkout'],
    clientReferenceId: row.client_reference_id,
    locale: row.locale,
    provider: row.provider,
    reference: row.reference,
    redirectUrl: row.redirect_url,
    failure: row.failure as SessionRecord['failure'],
    test: row.test === 1,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    expiresAt: new Date(row.expires_at),
  }
}

function toReport(row: Selectable<ReportsTable>): PaymentReport {
  const { amount, currency } = row
  return {
    provider: row.provider,
    eventId: row.event_id,
    reference: row.reference,
    status: row.status as PaymentReport['status'],
    ...(amount !== null && currency !== null && { amount: readAmount(amount, currency), currency }),
  }
}

function reportAmount({ amount, currency }: PaymentReport): string | null {
  return amount === undefined || currency === undefined ? null : formatAmount(amount, currency)
}

function readAmount(text: string, currency: string): bigint {
  const minor = parseAmount(text, currency)
  if (typeof minor !== 'bigint') throw new Error(`the store holds ${text} as an amount: ${minor}`)
  return minor
}

function readAnswer(json: string | null): StoredAnswer | null {
  return json === null ? null : (JSON.parse(json) as StoredAnswer)
}

/** What reports change, in the store: each report kept once, each change by compare-and-set, with its outbox rows. */
import type { Kysely, Transaction } from 'kysely'
import { formatAmount } from '../contract/money.ts'
import type { SessionRecord } from '../session.ts'
import type { AttemptRole, PaymentReport, SettlementChange } from '../settlement/settle.ts'
import { earlierReferences, findOwner } from './attempts.ts'
import type { Database } from './database.ts'
import { isOrderPaid } from './orders.ts'
import { addMessages } from './outbox.ts'
import { prepare } from './prepared.ts'
import { toRecord, toReport, toReportRow } from './rows.ts'
import type { SqlDialect } from './sql-database.ts'
import type { Destination, SessionResult, Settle } from './store.ts'

/** One transaction in which sessions may change. */
export interface Unit {
  readonly tx: Transaction<Database>
  readonly dialect: SqlDialect
  readonly now: Date
  readonly settle: Settle
  readonly destinations: readonly Destination[]
  /** The sessions that changed, to be told of once this is committed. */
  readonly changed: SessionRecord[]
}

/**
 * One at a time for each provider session: a report that comes while its reference is being kept finds
 * the session, or is found with it.
 */
export function lockReference(
  { tx, dialect }: Unit,
  { provider, reference }: Pick<PaymentReport, 'provider' | 'reference'>,
): Promise<void> {
  return dialect.lockName(tx, `${provider} ${reference}`)
}

type Stand = Pick<SessionRecord, 'status' | 'exception'>

/** @returns the session that the report changed, if it did */
export async function settleReport(
  unit: Unit,
  report: PaymentReport,
): Promise<SessionRecord | undefined> {
  const { tx, now } = unit
  await lockReference(unit, report)
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('reports')
    .values(toReportRow(report, now))
    .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n && (await isSettled(unit, report))) return undefined
  return settleKept(unit, report)
}

async function settleKept(unit: Unit, report: PaymentReport): Promise<SessionRecord | undefined> {
  const row = await findOwner(unit, report)
  if (!row) return undefined
  const before = toRecord(row)
  const after = await applyReport(unit, before, report, await isOrderPaid(unit.tx, before))
  return after === before ? undefined : after
}

/**
 * Settles the reports that name a session and had to wait, because its attempt was under way.
 * @returns whether one of them changed it
 */
export async function settleTold(unit: Unit, sessionId: string): Promise<boolean> {
  const rows = await unit.tx
    .selectFrom('reports')
    .selectAll()
    .where('told_session', '=', sessionId)
    .where('session_id', 'is', null)
    .orderBy('received_at')
    .orderBy('event_id')
    .execute()
  let hasChanged = false
  for (const report of rows.map(toReport)) {
    await lockReference(unit, report)
    if (await isSettled(unit, report)) continue
    hasChanged = !!(await settleKept(unit, report)) || hasChanged
  }
  return hasChanged
}

/** Settles what was told of a reference before it was known whose it is. */
export async function settleReference(
  unit: Unit,
  session: SessionRecord,
  reference: string,
): Promise<void> {
  const isPaid = await isOrderPaid(unit.tx, session)
  const { rows } = await selectWaitingReports(unit.tx, { provider: session.provider, reference })
  let current = session
  for (const report of rows.map(toReport)) {
    current = await applyReport(unit, current, report, isPaid)
  }
}

type ReportedOn = Pick<PaymentReport, 'provider' | 'reference'>

const reportsOf = (db: Kysely<Database>, { provider, reference }: ReportedOn) =>
  db
    .selectFrom('reports')
    .selectAll()
    .where('provider', '=', provider)
    .where('reference', '=', reference)
    .orderBy('received_at')
    // What was asked for at once came at one time, with ids in their order.
    .orderBy('event_id')

const selectReports = prepare(reportsOf)

/** Those that came before the reference was known. */
const selectWaitingReports = prepare((db, named: ReportedOn) =>
  reportsOf(db, named).where('session_id', 'is', null),
)

/**
 * Settles, in the order of arrival, what the provider told before we knew the session's reference, and
 * after a change of the amount everything that it has told: the buyer may have paid the new amount
 * before we knew that it holds.
 */
export async function settleSince(
  unit: Unit,
  session: SessionRecord,
  { amount }: SessionResult,
): Promise<SessionRecord> {
  if (session.reference === null) return session
  const isChanged = amount !== undefined && session.status === 'pending'
  const { provider, reference } = session
  // What an earlier attempt was paid did not fit the new amount either, perhaps.
  const others = isChanged ? await earlierReferences(unit.tx, session.id) : []
  const reports: PaymentReport[] = []
  for (const named of [reference, ...others]) {
    const select = isChanged ? selectReports : selectWaitingReports
    const { rows } = await select(unit.tx, { provider, reference: named })
    reports.push(...rows.map(toReport))
  }
  const isPaid = await isOrderPaid(unit.tx, session)
  // Whatever did not fit the old amount is looked at again.
  let current = isChanged ? { ...session, exception: null } : session
  if (isChanged && isSame(foresee(unit.settle, current, reports, isPaid), session)) return session
  for (const report of reports) current = await applyReport(unit, current, report, isPaid)
  return current
}

/** What a session would come to by these reports. */
function foresee(
  settle: Settle,
  session: SessionRecord,
  reports: readonly PaymentReport[],
  isPaid: boolean,
): Stand {
  return reports.reduce((current, report) => {
    const last = settle(current, report, isPaid, roleOf(current, report)).at(-1)
    return last ? afterChange(current, last) : current
  }, session)
}

function roleOf({ reference }: SessionRecord, report: PaymentReport): AttemptRole {
  return report.reference === reference ? 'current' : 'other'
}

function afterChange(session: SessionRecord, { event, ...change }: SettlementChange) {
  return { ...session, ...change }
}

/** The merchant was told of this already, and is not told again at each change of the amount. */
function isSame(one: Stand, other: Stand): boolean {
  return one.status === other.status && one.exception === other.exception
}

/** Changes a session if it still is as it was read, and puts what the merchant is to be told beside it. */
export async function applyChange(
  { tx, now, destinations, changed }: Unit,
  session: SessionRecord,
  settled: SettlementChange,
  cause = '',
): Promise<SessionRecord> {
  const { numUpdatedRows } = await tx
    .updateTable('sessions')
    .set({
      status: settled.status,
      exception: settled.exception,
      ...(settled.status !== 'pending' && { handoff: null }),
      ...(settled.amount !== undefined && {
        amount: formatAmount(settled.amount, session.currency),
      }),
      ...(settled.reference !== undefined && { paid_reference: settled.reference }),
      updated_at: now.toISOString(),
    })
    .where('id', '=', session.id)
    .where('status', '=', session.status)
    .executeTakeFirst()
  // Never where its row is locked; else nothing of this is kept, and the report comes again.
  if (numUpdatedRows !== 1n) throw new Error('the session changed while it was being settled')
  const after = { ...afterChange(session, settled), updatedAt: now }
  await addMessages(tx, destinations, settled.event, after, now, cause)
  changed.push(after)
  return after
}

async function applyReport(
  unit: Unit,
  session: SessionRecord,
  report: PaymentReport,
  isPaid: boolean,
): Promise<SessionRecord> {
  await unit.tx
    .updateTable('reports')
    .set({ session_id: session.id })
    .where('provider', '=', report.provider)
    .where('event_id', '=', report.eventId)
    .execute()
  let current = session
  for (const change of unit.settle(session, report, isPaid, roleOf(session, report))) {
    current = await applyChange(unit, current, change, report.eventId)
  }
  return current
}

/** Whether a report that is known already has found its session, and changed what it had to change. */
async function isSettled({ tx }: Unit, { provider, eventId }: PaymentReport): Promise<boolean> {
  const row = await tx
    .selectFrom('reports')
    .select('session_id')
    .where('provider', '=', provider)
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  return row?.session_id !== null
}

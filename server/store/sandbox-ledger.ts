/** The sandbox's ledger, kept in tables of its own beside the store's. */
import type { Kysely, Selectable } from 'kysely'
import type {
  NewSandboxPayment,
  SandboxEvent,
  SandboxEventType,
  SandboxLedger,
  SandboxPayment,
  SandboxStatus,
} from '../sandbox/payment.ts'
import type { Database, SandboxEventsTable, SandboxPaymentsTable } from './database.ts'
import type { SqlDatabase } from './sql-database.ts'

export function createSandboxLedger({
  db,
  transact,
}: Pick<SqlDatabase, 'db' | 'transact'>): SandboxLedger {
  return {
    add: (payment) =>
      transact(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto('sandbox_payments')
          .values(toRow(payment))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow()
        return numInsertedOrUpdatedRows === 1n
      }),
    find: (id) => find(db, id),
    changeAmount: (id, amount) =>
      transact(async (tx) => {
        const row = await tx
          .updateTable('sandbox_payments')
          .set({ amount })
          .where('id', '=', id)
          .where('status', '=', 'open')
          .returningAll()
          .executeTakeFirst()
        return row && toPayment(row, [])
      }),
    record: (id, { from, to, events }, now) =>
      transact(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('sandbox_payments')
          .set({ status: to })
          .where('id', '=', id)
          .where('status', '=', from)
          .executeTakeFirst()
        const payment = numUpdatedRows === 1n ? await find(tx, id) : undefined
        if (!payment) return undefined
        const before = payment.events.length
        const rows = events.map((event, index) => toEventRow(id, before + index + 1, event, now))
        await tx.insertInto('sandbox_events').values(rows).execute()
        return { ...payment, events: [...payment.events, ...rows.map(toEvent)] }
      }),
    forgetPayments: (before) =>
      transact(async (tx) => {
        const old = tx
          .selectFrom('sandbox_payments')
          .select('id')
          .where('status', '!=', 'open')
          .where('expires_at', '<', before.toISOString())
        await tx.deleteFrom('sandbox_events').where('payment_id', 'in', old).execute()
        await tx.deleteFrom('sandbox_payments').where('id', 'in', old).execute()
      }),
  }
}

async function find(db: Kysely<Database>, id: string): Promise<SandboxPayment | undefined> {
  const row = await db
    .selectFrom('sandbox_payments')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const events = await db
    .selectFrom('sandbox_events')
    .selectAll()
    .where('payment_id', '=', id)
    .orderBy('number')
    .execute()
  return toPayment(row, events.map(toEvent))
}

function toRow(payment: NewSandboxPayment): SandboxPaymentsTable {
  return {
    id: payment.id,
    status: 'open',
    amount: payment.amount,
    currency: payment.currency,
    description: payment.description,
    success_url: payment.successUrl,
    cancel_url: payment.cancelUrl,
    fail_url: payment.failUrl,
    webhook_url: payment.webhookUrl,
    expires_at: payment.expiresAt.toISOString(),
  }
}

function toPayment(
  row: Selectable<SandboxPaymentsTable>,
  events: readonly SandboxEvent[],
): SandboxPayment {
  return {
    id: row.id,
    status: row.status as SandboxStatus,
    amount: row.amount,
    currency: row.currency,
    description: row.description,
    successUrl: row.success_url,
    cancelUrl: row.cancel_url,
    failUrl: row.fail_url,
    webhookUrl: row.webhook_url,
    expiresAt: new Date(row.expires_at),
    events,
  }
}

function toEventRow(
  paymentId: string,
  number: number,
  { type, amount }: Pick<SandboxEvent, 'type' | 'amount'>,
  now: Date,
): SandboxEventsTable {
  const id = `${paymentId}-${number}`
  return { id, payment_id: paymentId, number, type, amount, at: now.toISOString() }
}

function toEvent({ id, type, amount, at }: Selectable<SandboxEventsTable>): SandboxEvent {
  return { id, type: type as SandboxEventType, amount, at: new Date(at) }
}

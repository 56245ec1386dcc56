/** The sandbox's ledger, kept in a table of its own beside the store's. */
import type { Kysely, Selectable } from 'kysely'
import type { SandboxLedger, SandboxPayment, SandboxStatus } from '../sandbox/payment.ts'
import type { Database, SandboxPaymentsTable } from './database.ts'

export function createSandboxLedger(db: Kysely<Database>): SandboxLedger {
  async function changeOpen(id: string, change: { amount: string } | { status: SandboxStatus }) {
    const row = await db
      .updateTable('sandbox_payments')
      .set(change)
      .where('id', '=', id)
      .where('status', '=', 'open')
      .returningAll()
      .executeTakeFirst()
    return row && toPayment(row)
  }

  return {
    async add(payment) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('sandbox_payments')
        .values(toRow(payment))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async find(id) {
      const row = await db
        .selectFrom('sandbox_payments')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toPayment(row)
    },
    changeAmount: (id, amount) => changeOpen(id, { amount }),
    end: (id, status) => changeOpen(id, { status }),
  }
}

function toRow(payment: SandboxPayment): SandboxPaymentsTable {
  return {
    id: payment.id,
    status: payment.status,
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

function toPayment(row: Selectable<SandboxPaymentsTable>): SandboxPayment {
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
  }
}

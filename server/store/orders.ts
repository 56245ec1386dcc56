/** Orders that are paid once: what is there of one already, and one at a time at each. */
import type { Kysely, Transaction } from 'kysely'
import type { SessionRecord } from '../session.ts'
import type { Database } from './database.ts'
import { toRecord } from './rows.ts'
import type { SqlDialect } from './sql-database.ts'

type Tx = Transaction<Database>

const PAID = ['paid', 'refunded'] as const
const UNDER_WAY = 'processing'
/** All of the money is there, and a person has to say what becomes of it: nobody is asked for it again. */
const PAID_OTHERWISE = ['late', 'overpaid'] as const

/** Lets one transaction at a time go on with an order; to be taken before the rows of its sessions. */
export async function lockOrder(
  tx: Tx,
  dialect: SqlDialect,
  order: string | null | undefined,
): Promise<void> {
  if (order) await dialect.lockName(tx, `order ${order}`)
}

export async function findOrder(tx: Tx, sessionId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('sessions')
    .select('order_name')
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return row?.order_name ?? null
}

/** The session, other than `sessionId`, by which nobody is to be asked for an order's money any more. */
export async function findPayment(
  db: Kysely<Database>,
  order: string | null,
  sessionId = '',
): Promise<SessionRecord | undefined> {
  if (order === null) return undefined
  const row = await db
    .selectFrom('sessions')
    .selectAll()
    .where('order_name', '=', order)
    .where('id', '!=', sessionId)
    .where(({ eb, or }) =>
      or([eb('status', 'in', [...PAID, UNDER_WAY]), eb('exception', 'in', PAID_OTHERWISE)]),
    )
    // What is paid is told before what may still be.
    .orderBy((row) => row.case().when('status', 'in', PAID).then(0).else(1).end())
    .limit(1)
    .executeTakeFirst()
  return row && toRecord(row)
}

/** Whether another session has brought the money of this one's order. */
export async function isOrderPaid(
  tx: Tx,
  { id, order }: Pick<SessionRecord, 'id' | 'order'>,
): Promise<boolean> {
  const payment = await findPayment(tx, order, id)
  return payment !== undefined && PAID.some((status) => status === payment.status)
}

/** The open session of an order that asks the same of the same buyer. */
export async function findAlike(
  tx: Tx,
  { order, likeness }: SessionRecord,
  now: Date,
): Promise<string | undefined> {
  if (order === null || likeness === null) return undefined
  const row = await tx
    .selectFrom('sessions')
    .select('id')
    .where('order_name', '=', order)
    .where('likeness', '=', likeness)
    .where('status', '=', 'pending')
    .where('expires_at', '>', now.toISOString())
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

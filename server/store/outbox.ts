/** The outbox: what has changed and whom it is still to be told, written with the change itself. */
import { createHash } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Notification, NotificationType } from '../contract/schemas.ts'
import { toPublicSession, type SessionRecord } from '../session.ts'
import type { Database } from './database.ts'
import { toMessage } from './rows.ts'
import type { SqlDialect } from './sql-database.ts'
import type { DeliveryOutcome, Destination, OutboxMessage } from './store.ts'

/** As long as one server has for an attempt before another may take the message. */
const TAKEN_MS = 60_000

/**
 * Puts one message for each destination into the outbox, in the transaction of the change.
 * @param cause the event that it is a change by; empty where time or a failed call is the cause
 */
export async function addMessages(
  tx: Transaction<Database>,
  destinations: readonly Destination[],
  type: NotificationType,
  session: SessionRecord,
  now: Date,
  cause: string,
): Promise<void> {
  if (destinations.length === 0) return
  const body: Notification = {
    type,
    timestamp: now.toISOString(),
    data: toPublicSession(session),
  }
  const last = await tx
    .selectFrom('outbox')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('session_id', '=', session.id)
    .executeTakeFirst()
  const number = (last?.number ?? 0) + 1
  const message = {
    id: messageId(session.id, number, type, cause),
    session_id: session.id,
    number,
    type,
    body: JSON.stringify(body),
    created_at: now.toISOString(),
    attempts: 0,
    due_at: now.toISOString(),
    delivered_at: null,
  }
  await tx
    .insertInto('outbox')
    .values(destinations.map((destination) => ({ ...message, destination })))
    .execute()
}

/** The same for the same change, if it comes again after the database was restored: the merchant knows it by that. */
function messageId(...what: readonly [string, number, NotificationType, string]): string {
  return `msg_${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 24)}`
}

export async function takeMessages(
  tx: Transaction<Database>,
  dialect: SqlDialect,
  destination: Destination,
  limit: number,
  now: Date,
): Promise<OutboxMessage[]> {
  const due = await tx
    .selectFrom('outbox as message')
    .select('id')
    .where('destination', '=', destination)
    .where('due_at', '<=', now.toISOString())
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as earlier')
            .select('earlier.id')
            .whereRef('earlier.session_id', '=', 'message.session_id')
            .whereRef('earlier.destination', '=', 'message.destination')
            .whereRef('earlier.number', '<', 'message.number')
            .where('earlier.due_at', 'is not', null),
        ),
      ),
    )
    .orderBy('due_at')
    .limit(limit)
    .$call(dialect.lockFree)
    .execute()
  if (due.length === 0) return []
  const rows = await tx
    .updateTable('outbox')
    .set((column) => ({
      attempts: column('attempts', '+', 1),
      due_at: new Date(now.getTime() + TAKEN_MS).toISOString(),
    }))
    .where('destination', '=', destination)
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .returningAll()
    .execute()
  return rows.map(toMessage)
}

export async function findMessages(
  db: Kysely<Database>,
  destination: Destination,
  sessionId: string,
): Promise<OutboxMessage[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('destination', '=', destination)
    .orderBy('number')
    .execute()
  return rows.map(toMessage)
}

export async function keepDelivery(
  tx: Transaction<Database>,
  { id, destination, attempt }: OutboxMessage,
  outcome: DeliveryOutcome,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('outbox')
    .set(
      typeof outcome === 'object'
        ? { due_at: outcome.againAt.toISOString() }
        : { due_at: null, delivered_at: outcome === 'delivered' ? now.toISOString() : null },
    )
    .where('id', '=', id)
    .where('destination', '=', destination)
    .where('attempts', '=', attempt)
    .where('due_at', 'is not', null)
    .execute()
}

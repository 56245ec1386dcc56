/** How much of the outbox is still to be told. */
import type { Kysely } from 'kysely'
import type { Database } from './database.ts'

/** @returns how many messages are neither delivered nor given up, by whom they are for */
export async function countMessages(db: Kysely<Database>): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('outbox')
    .select(({ fn }) => ['destination', fn.countAll<number | string>().as('count')])
    .where('due_at', 'is not', null)
    .groupBy('destination')
    .execute()
  return new Map(rows.map(({ destination, count }) => [destination, Number(count)]))
}

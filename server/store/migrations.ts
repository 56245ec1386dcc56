/** The schema, step by step; a step that was ever released is never changed, only followed by another. */
import { DEFAULT_MIGRATION_TABLE, Migrator, sql, type Kysely, type Migration } from 'kysely'
import type { Database } from './database.ts'

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('exception', 'text')
    .addColumn('amount', 'text', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('checkout_id', 'text')
    .addColumn('checkout', 'text', (column) => column.notNull())
    .addColumn('client_reference_id', 'text')
    .addColumn('locale', 'text')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('reference', 'text')
    .addColumn('redirect_url', 'text')
    .addColumn('failure', 'text')
    .addColumn('test', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('lease_until', 'text')
    .addColumn('fence', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  // Two sessions can never be settled by one payment.
  await db.schema
    .createIndex('sessions_by_reference')
    .unique()
    .on('sessions')
    .columns(['provider', 'reference'])
    .execute()

  await db.schema
    .createTable('intents')
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('intents_primary', ['scope', 'key'])
    .execute()
  await db.schema.createIndex('intents_by_age').on('intents').column('created_at').execute()

  await db.schema
    .createTable('reports')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('amount', 'text')
    .addColumn('currency', 'text')
    .addColumn('session_id', 'text', (column) => column.references('sessions.id'))
    .addColumn('received_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reports_primary', ['provider', 'event_id'])
    .execute()
  await db.schema
    .createIndex('reports_by_reference')
    .on('reports')
    .columns(['provider', 'reference'])
    .execute()
}

async function createOutbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('destination', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('due_at', 'text')
    .addColumn('delivered_at', 'text')
    .addPrimaryKeyConstraint('outbox_primary', ['id', 'destination'])
    .addUniqueConstraint('outbox_in_order', ['session_id', 'destination', 'number'])
    .execute()
  await db.schema
    .createIndex('outbox_by_due')
    .on('outbox')
    .columns(['destination', 'due_at'])
    .execute()
  await db.schema.createIndex('outbox_by_age').on('outbox').column('created_at').execute()

  // Before this there was no asking: whatever is open is due.
  await db.schema
    .alterTable('sessions')
    .addColumn('ask_at', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema
    .createIndex('sessions_by_ask')
    .on('sessions')
    .columns(['status', 'ask_at'])
    .execute()
}

async function addHandoff(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('handoff', 'text').execute()
}

async function createAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attempts')
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('reference', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('attempts_primary', ['session_id', 'number'])
    .execute()
  await db.schema
    .createIndex('attempts_by_reference')
    .unique()
    .on('attempts')
    .columns(['provider', 'reference'])
    .execute()

  // What a server of before this leaves behind without a reference may have been made all the same.
  for (const [name, type, initial] of [
    ['attempt', 'integer', 0],
    ['attempt_state', 'text', 'unknown'],
  ] as const) {
    await db.schema
      .alterTable('sessions')
      .addColumn(name, type, (column) => column.notNull().defaultTo(initial))
      .execute()
  }
  await db.schema.alterTable('sessions').addColumn('paid_reference', 'text').execute()

  await db.schema.alterTable('reports').addColumn('told_session', 'text').execute()
  await db.schema
    .createIndex('reports_by_told_session')
    .on('reports')
    .column('told_session')
    .execute()
}

async function createSandbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sandbox_payments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('amount', 'text', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('success_url', 'text')
    .addColumn('cancel_url', 'text')
    .addColumn('fail_url', 'text')
    .addColumn('webhook_url', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute()
}

async function createSandboxEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sandbox_events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('payment_id', 'text', (column) => column.notNull().references('sandbox_payments.id'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('amount', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addUniqueConstraint('sandbox_events_in_order', ['payment_id', 'number'])
    .execute()
}

async function addOrders(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('order_name', 'text').execute()
  await db.schema.alterTable('sessions').addColumn('likeness', 'text').execute()
  await db.schema
    .createIndex('sessions_by_order')
    .on('sessions')
    .column('order_name')
    .where('order_name', 'is not', null)
    .execute()
}

async function addSessionAges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('sessions_by_age')
    .on('sessions')
    .columns(['created_at', 'id'])
    .execute()
}

async function addWaitingReports(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createIndex('reports_waiting')
    .on('reports')
    .columns(['received_at', 'session_id'])
    .where('session_id', 'is', null)
    .execute()
}

/** By name, in order. */
export const migrations: Record<string, Migration> = {
  '2026-11-21-tables': { up: createTables },
  '2026-11-21-tables-sandbox': { up: createSandbox },
  '2026-11-22-outbox': { up: createOutbox },
  '2026-11-22-sandbox-events': { up: createSandboxEvents },
  '2026-11-23-handoff': { up: addHandoff },
  '2026-11-24-orders': { up: addOrders },
  '2026-11-24-attempts': { up: createAttempts },
  '2026-11-25-session-ages': { up: addSessionAges },
  '2026-11-26-waiting-reports': { up: addWaitingReports },
}

/** A newer Coinslot has taken steps that this one does not know. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase'
  constructor(steps: readonly string[]) {
    super(
      `a newer Coinslot has changed its tables (${steps.join(', ')}): start that version again or a newer one, or restore the backup of before`,
    )
  }
}

/**
 * How many steps are missing; nothing is changed.
 * @throws NewerDatabase
 */
export async function countMissingSteps(db: Kysely<Database>, schema?: string): Promise<number> {
  const steps = await migratorOf(db, schema).getMigrations()
  const missing = steps.filter(({ executedAt }) => executedAt === undefined)
  if (missing.length < steps.length) await assertKnown(db, schema)
  return missing.length
}

async function assertKnown(db: Kysely<Database>, schema: string | undefined): Promise<void> {
  const table = sql.id(...(schema === undefined ? [] : [schema]), DEFAULT_MIGRATION_TABLE)
  const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(db)
  const unknown = rows.map(({ name }) => name).filter((name) => !(name in migrations))
  if (unknown.length > 0) throw new NewerDatabase(unknown.toSorted())
}

/**
 * Takes the steps that are missing, all of them or none, one process at a time.
 * @param schema where the tables are, in a database that has several
 * @throws NewerDatabase
 */
export async function migrate(db: Kysely<Database>, schema?: string): Promise<void> {
  if ((await countMissingSteps(db, schema)) === 0) return
  const { error } = await migratorOf(db, schema).migrateToLatest()
  if (error) throw error
}

/** The same in a file of SQLite, where the migrator would neither lock nor take all steps or none. */
export async function migrateFile(db: Kysely<Database>): Promise<void> {
  if ((await countMissingSteps(db)) === 0) return
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection)
    try {
      // Another process may have taken them while this one waited.
      await migrate(connection)
      await sql`commit`.execute(connection)
    } catch (error) {
      // Where that fails, too, the transaction has ended already; the failure to tell of is the first.
      await sql`rollback`.execute(connection).catch(() => {})
      throw error
    }
  })
}

function migratorOf(db: Kysely<Database>, schema: string | undefined): Migrator {
  const provider = { getMigrations: async () => migrations }
  const where = schema === undefined ? {} : { migrationTableSchema: schema }
  // It would tell their order by the clock of then, which may have been wrong.
  return new Migrator({ db, provider, allowUnorderedMigrations: true, ...where })
}

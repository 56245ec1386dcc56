/** Databases of older versions, and servers of newer ones. */
import SQLite from 'better-sqlite3'
import { Client } from 'pg'
import { migrations } from '../../server/store/migrations.ts'
import { changeBuild } from './control.ts'
import type { RunDatabase } from './database.ts'

/** What takes a step back, by its name. */
const BACK: Readonly<Record<string, readonly string[]>> = {
  '2026-11-26-waiting-reports': ['drop index reports_waiting'],
  '2026-11-25-session-ages': ['drop index sessions_by_age'],
  '2026-11-24-orders': [
    'drop index sessions_by_order',
    'alter table sessions drop column order_name',
    'alter table sessions drop column likeness',
  ],
  '2026-11-24-attempts': [
    'drop table attempts',
    'alter table sessions drop column attempt',
    'alter table sessions drop column attempt_state',
    'alter table sessions drop column paid_reference',
    'drop index reports_by_told_session',
    'alter table reports drop column told_session',
  ],
  '2026-11-23-handoff': ['alter table sessions drop column handoff'],
  '2026-11-22-sandbox-events': ['drop table sandbox_events'],
  '2026-11-22-outbox': [
    'drop table outbox',
    'drop index sessions_by_ask',
    'alter table sessions drop column ask_at',
  ],
}

/** Steps that can be taken back. */
export const STEPS_BACK = Object.keys(BACK).length

/** Takes the last steps back: what is left is what a version of then would have kept. */
export async function takeBack(database: RunDatabase, steps: number): Promise<void> {
  const names = Object.keys(migrations).toSorted().slice(-steps).toReversed()
  const texts = names.flatMap((name) =>
    backOf(name).concat(`delete from kysely_migration where name = '${name}'`),
  )
  if (database.file !== undefined) {
    const sqlite = new SQLite(database.file)
    sqlite.exec(texts.join(';'))
    sqlite.close()
    return
  }
  const client = new Client(database.directUrl)
  await client.connect()
  await client.query(texts.join(';'))
  await client.end()
}

function backOf(name: string): readonly string[] {
  const texts = BACK[name]
  if (!texts) throw new Error(`it is not said here how ${name} is taken back`)
  return texts
}

const STEPS_BEGIN = 'var migrations = {'

/** Two steps as the next version could have them: on what is kept, and beside it. */
const NEWER_STEPS = `
  "2999-12-30-later": { up: async (db) => {
    await db.schema.alterTable("sessions").addColumn("later", "text", (column) => column.notNull().defaultTo("")).execute();
    await db.schema.alterTable("reports").addColumn("later", "text").execute();
    await db.updateTable("sessions").set({ later: "kept" }).execute();
  } },
  "2999-12-31-later": { up: async (db) => {
    await db.schema.createTable("later").addColumn("session_id", "text", (column) => column.notNull().references("sessions.id")).execute();
    await db.insertInto("later").columns(["session_id"]).expression(db.selectFrom("sessions").select("id")).execute();
    await db.schema.createIndex("sessions_by_later").on("sessions").column("later").execute();
  } },`

/** @returns the main file of a server whose schema has steps that this one's has not */
export function makeNewer(main: string): Promise<string> {
  const by = STEPS_BEGIN + NEWER_STEPS
  return changeBuild(main, { without: 'the next version', text: STEPS_BEGIN, by })
}

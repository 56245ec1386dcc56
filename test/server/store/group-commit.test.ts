import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../../../server/store/database.ts'
import { createGroupCommit } from '../../../server/store/group-commit.ts'
import { toNewSessionRow } from '../../../server/store/rows.ts'
import type { Transact } from '../../../server/store/sql-database.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'

import { AT, sessionRecord } from '../session-fixture.ts'

type Work = Parameters<Transact>[0]

const FIRST = { fence: 1, leaseUntil: AT, askAt: AT }

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-group-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'coinslot.db')
}

async function open(path = ':memory:') {
  const database = await openSqlite(path)
  onTestFinished(() => database.db.destroy())
  return database
}

/** Writes the intent of this key. */
function write(key: string): Work {
  return async (tx) => {
    const intent = { scope: 's', key, fingerprint: 'f', session_id: 'cs_1', created_at: '' }
    await tx.insertInto('intents').values(intent).execute()
  }
}

/** Writes, and then throws. */
function writeInVain(key: string): Work {
  return async (tx) => {
    await write(key)(tx)
    throw new Error(`${key} is refused`)
  }
}

async function keysOf(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom('intents').select('key').orderBy('key').execute()
  return rows.map(({ key }) => key)
}

const statusOf = ({ status }: PromiseSettledResult<unknown>) => status

describe('transactions at one time', () => {
  it('lose nothing by the one among them that throws, which keeps nothing', async () => {
    const { db, transact } = await open()
    const ends = await Promise.allSettled(
      [write('a'), writeInVain('b'), write('c')].map((work) => transact(work)),
    )
    expect(ends.map(statusOf)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(ends[1]).toMatchObject({ reason: new Error('b is refused') })
    expect(await keysOf(db)).toEqual(['a', 'c'])
  })

  it('tell nobody of a key that is taken in vain', async () => {
    const { db, transact, together } = await open()
    const named = { scope: 's', key: 'a' }
    const found: unknown[] = []
    const inVain: Work = async (tx) => {
      const session = { ...toNewSessionRow(sessionRecord({ id: 'cs_1' }), FIRST), handoff: null }
      await tx.insertInto('sessions').values(session).execute()
      await write('a')(tx)
      found.push(together.findPrior(named))
      throw new Error('refused')
    }
    await expect(transact(inVain)).rejects.toThrow('refused')
    expect(await Promise.all(found)).toEqual([undefined])
    expect(await keysOf(db)).toEqual([])
  })

  it('are done once where one that throws is alone', async () => {
    const { db, transact } = await open()
    let done = 0
    const inVain: Work = async (tx) => {
      done += 1
      await writeInVain('a')(tx)
    }
    await expect(transact(inVain)).rejects.toThrow('a is refused')
    expect(done).toBe(1)
    expect(await keysOf(db)).toEqual([])
  })

  it('lose nothing by the one whose statement the database refuses', async () => {
    const { db, transact } = await open()
    const ends = await Promise.allSettled(
      [write('a'), write('a'), write('c')].map((work) => transact(work)),
    )
    expect(ends.map(statusOf)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await keysOf(db)).toEqual(['a', 'c'])
  })

  it('are all refused, and keep nothing, where the commit fails', async () => {
    const { db, transact } = await open()
    const failing: Work = async (tx) => {
      // What is wrong with it is only looked at with the commit.
      await sql`pragma defer_foreign_keys = on`.execute(tx)
      await sql`insert into outbox (id, destination, session_id, number, type, body, created_at)
        values ('msg_1', 'url', 'cs_of_nobody', 1, 'session.paid', '{}', '')`.execute(tx)
    }
    const ends = await Promise.allSettled(
      [write('a'), failing, writeInVain('c')].map((work) => transact(work)),
    )
    expect(ends.map(statusOf)).toEqual(['rejected', 'rejected', 'rejected'])
    for (const end of ends)
      expect(end).toHaveProperty('reason.code', 'SQLITE_CONSTRAINT_FOREIGNKEY')
    expect(await keysOf(db)).toEqual([])
    await transact(write('d'))
    expect(await keysOf(db)).toEqual(['d'])
  })

  it('are acknowledged only for what the disk had room for', async () => {
    const { db, transact } = await open(await newFile())
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db)
    await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count + 1)}`.execute(db)
    const keys = Array.from({ length: 40 }, (_, index) => `${index}-`.padEnd(1_000, 'x'))
    const ends = await Promise.allSettled(keys.map((key) => transact(write(key))))
    const acknowledged = keys.filter((_, index) => ends[index]?.status === 'fulfilled')
    expect(acknowledged.length).toBeLessThan(keys.length)
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toHaveProperty('cause.code', 'SQLITE_FULL')
    }
    expect((await keysOf(db)).toSorted()).toEqual(acknowledged.toSorted())
  })

  it('hear nothing, good or bad, before all of it is committed', async () => {
    const path = await newFile()
    const { transact } = await open(path)
    const other = await open(path)
    const told: string[] = []
    const seen: string[][] = []
    const listen = async (work: Promise<unknown>, name: string) => {
      await Promise.allSettled([work])
      told.push(name)
      seen.push(await keysOf(other.db))
    }
    let toldBefore: string[] | undefined
    const last: Work = async (tx) => {
      await write('c')(tx)
      toldBefore = [...told]
    }
    await Promise.all([
      listen(transact(write('a')), 'a'),
      listen(transact(writeInVain('b')), 'b'),
      listen(transact(last), 'c'),
    ])
    expect(toldBefore).toEqual([])
    expect(told).toEqual(['a', 'b', 'c'])
    expect(seen).toEqual([
      ['a', 'c'],
      ['a', 'c'],
      ['a', 'c'],
    ])
  })

  it('are committed once together, and one that comes later with the next', async () => {
    const statements: unknown[] = []
    const database = new SQLite(':memory:', { verbose: (text) => void statements.push(text) })
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database }) })
    onTestFinished(() => db.destroy())
    const transact = createGroupCommit(db)
    const count = (text: string) => statements.filter((statement) => statement === text).length
    let done = 0
    const nothing: Work = async () => void (done += 1)
    await Promise.all([transact(nothing), transact(nothing), transact(nothing)])
    expect(done).toBe(3)
    expect(count('commit')).toBe(1)
    await transact(nothing)
    expect(count('commit')).toBe(2)
  })

  it('are all there after a kill -9, as far as they were acknowledged', async () => {
    const path = await newFile()
    await (await openSqlite(path)).db.destroy()
    const script = fileURLToPath(new URL('./open-sessions.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script, path])
    const acknowledged: string[] = []
    for await (const id of createInterface(child.stdout)) {
      acknowledged.push(id)
      if (acknowledged.length === 500) child.kill('SIGKILL')
    }
    const { db } = await open(path)
    const rows = await db.selectFrom('sessions').select('id').execute()
    const kept = new Set(rows.map(({ id }) => id))
    expect(acknowledged.length).toBeGreaterThanOrEqual(500)
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    // A process that compiles what it runs, on a machine that may be busy.
  }, 60_000)
})

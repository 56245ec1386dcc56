/** The store on a SQLite that is not better-sqlite3: run by a Node for which that was not built. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../server/errors.ts'
import { settle } from '../../server/settlement/settle.ts'
import { createSqlStore } from '../../server/store/sql-store.ts'
import { inspectSqlite, openSqlite } from '../../server/store/sqlite.ts'
import { describeStore } from '../server/store/store-conformance.ts'

const folder = await mkdtemp(join(tmpdir(), 'coinslot-built-in-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${(files += 1)}.db`)

const open = async () =>
  createSqlStore(await openSqlite(newFile()), { settle, destinations: ['url', 'listener'] })

const openTwo = async () => {
  const store = await open()
  return [store, store] as const
}

describeStore({ name: 'the SQLite of the runtime', open, openTwo })

describe('the SQLite of the runtime', () => {
  it('is what is tested here', () => {
    expect(() => new SQLite(':memory:')).toThrow()
  })

  it('writes as durably as better-sqlite3 is told to', async () => {
    const { db } = await openSqlite(newFile())
    const pragma = async (name: string) =>
      Object.values((await sql<object>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {})
    expect(await pragma('journal_mode')).toEqual(['wal'])
    expect(await pragma('synchronous')).toEqual([2])
    expect(await pragma('foreign_keys')).toEqual([1])
    expect(await pragma('busy_timeout')).toEqual([5000])
    await db.destroy()
  })

  it('makes no file where there must be one, and says where it is looked for', async () => {
    const path = newFile()
    await expect(openSqlite(path, { mustExist: true })).rejects.toThrow(`${path} is not there`)
    expect(await inspectSqlite(path)).toBeUndefined()
  })

  it('tells the lock of another as what passes', async () => {
    const path = newFile()
    const one = await openSqlite(path)
    const other = await openSqlite(path)
    await sql`pragma busy_timeout = 1`.execute(other.db)
    await sql`begin immediate`.execute(one.db)
    await expect(other.transact(async () => 1)).rejects.toThrow(StoreUnavailable)
    await sql`rollback`.execute(one.db)
    expect(await other.transact(async () => 1)).toBe(1)
    await Promise.all([one.db.destroy(), other.db.destroy()])
  })
})

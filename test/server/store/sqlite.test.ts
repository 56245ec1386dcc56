import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { sql, type Transaction } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../../server/errors.ts'
import { settle } from '../../../server/settlement/settle.ts'
import type { Database } from '../../../server/store/database.ts'
import { createSandboxLedger } from '../../../server/store/sandbox-ledger.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { inspectSqlite, openSqlite } from '../../../server/store/sqlite.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import { describeStore } from './store-conformance.ts'

const folder = await mkdtemp(join(tmpdir(), 'coinslot-store-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${(files += 1)}.db`)

const open = async () =>
  createSqlStore(await openSqlite(newFile()), { settle, destinations: ['url', 'listener'] })

// Where one process waits for the lock of a file, it does nothing else: it could not let the other go on.
const openTwo = async () => {
  const store = await open()
  return [store, store] as const
}

describeStore({ name: 'SQLite', open, openTwo })

describe('the SQLite file', () => {
  it('is written through to the disk at each commit', async () => {
    const { db } = await openSqlite(newFile())
    const { rows: journal } = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)
    const { rows: sync } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db)
    expect(journal[0]?.journal_mode).toBe('wal')
    expect(sync[0]?.synchronous).toBe(2)
    await db.destroy()
  })

  it('is looked at without being made or changed', async () => {
    const path = newFile()
    expect(await inspectSqlite(path)).toBeUndefined()
    expect(await inspectSqlite(path)).toBeUndefined()
    new SQLite(path).exec('create table other (id)').close()
    expect(await inspectSqlite(path)).toBeGreaterThan(0)
    await (await openSqlite(path)).db.destroy()
    expect(await inspectSqlite(path)).toBe(0)
  })

  it('still holds everything when it is opened again', async () => {
    const path = newFile()
    const session = sessionRecord()
    const intent = { scope: 's', key: 'k', fingerprint: 'f' }
    const first = createSqlStore(await openSqlite(path), { settle, destinations: [] })
    await first.claim(intent, session, AT)
    await first.close()
    const second = createSqlStore(await openSqlite(path), { settle, destinations: [] })
    expect(await second.findSession(session.id)).toEqual(session)
    await second.close()
  })
})

describe('a SQLite file that cannot be written just now', () => {
  const write = (key: string) => (tx: Transaction<Database>) =>
    tx
      .insertInto('intents')
      .values({ scope: 's', key, fingerprint: 'f', session_id: 'cs_1', created_at: '' })
      .execute()

  it('tells a full disk as what passes, and is written again when there is room', async () => {
    const { db, transact } = await openSqlite(newFile())
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db)
    await sql`pragma max_page_count = ${sql.lit(rows[0]?.page_count)}`.execute(db)
    const long = 'k'.repeat(20_000)
    await expect(transact(write(long))).rejects.toThrow(StoreUnavailable)
    await sql`pragma max_page_count = 10000`.execute(db)
    await transact(write(long))
    await db.destroy()
  })

  it('tells the lock of another as what passes', async () => {
    const path = newFile()
    const { db, transact } = await openSqlite(path)
    await sql`pragma busy_timeout = 1`.execute(db)
    const other = new SQLite(path)
    other.exec('begin immediate')
    await expect(transact(write('a'))).rejects.toThrow(StoreUnavailable)
    other.exec('rollback')
    await transact(write('a'))
    other.close()
    await db.destroy()
  })

  it('tells what is wrong with a statement as it is', async () => {
    const { db, transact } = await openSqlite(newFile())
    await transact(write('a'))
    await expect(transact(write('a'))).rejects.toThrow(/UNIQUE/)
    await db.destroy()
  })
})

describe('two processes on one SQLite file', () => {
  it('wait for one another instead of failing', async () => {
    const path = newFile()
    await (await openSqlite(path)).db.destroy()
    const script = fileURLToPath(new URL('./claim-sessions.ts', import.meta.url))
    const run = async (name: string) => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, path, name, '100'])
      let errors = ''
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      const [code] = (await once(child, 'exit')) as [number]
      return { code, errors }
    }
    const ends = await Promise.all([run('a'), run('b')])
    expect(ends).toEqual([
      { code: 0, errors: '' },
      { code: 0, errors: '' },
    ])
    const { db } = await openSqlite(path)
    const rows = await db.selectFrom('sessions').select('id').execute()
    expect(rows).toHaveLength(200)
    await db.destroy()
    // Two processes that compile what they run, on a machine that may be busy.
  }, 60_000)
})

describe("the sandbox's ledger", () => {
  const payment = {
    id: 'sbx_1',
    amount: '25.00',
    currency: 'USD',
    description: null,
    successUrl: 'https://shop.example/thanks',
    cancelUrl: null,
    failUrl: null,
    webhookUrl: 'http://localhost:8080/v1/webhooks/sandbox',
    expiresAt: AT,
  } as const

  it('forgets payments that came to something and whose time is over, and no open one', async () => {
    const database = await openSqlite(':memory:')
    const { db } = database
    const ledger = createSandboxLedger(database)
    const later = new Date(AT.getTime() + 1)
    await ledger.add(payment)
    await ledger.add({ ...payment, id: 'sbx_open' })
    await ledger.record(
      'sbx_1',
      { from: 'open', to: 'paid', events: [{ type: 'paid', amount: '25.00' }] },
      AT,
    )
    await ledger.forgetPayments(AT)
    expect(await ledger.find('sbx_1')).toBeDefined()
    await ledger.forgetPayments(later)
    expect(await ledger.find('sbx_1')).toBeUndefined()
    expect(await ledger.find('sbx_open')).toBeDefined()
    await db.destroy()
  })

  it('says that a payment cannot be kept just now where the disk is full', async () => {
    const database = await openSqlite(':memory:')
    const ledger = createSandboxLedger(database)
    await sql`pragma max_page_count = 1`.execute(database.db)
    const large = { ...payment, description: 'x'.repeat(10_000) }
    await expect(ledger.add(large)).rejects.toMatchObject({ code: 'store_unavailable' })
    await database.db.destroy()
  })

  it('ends a payment once, and changes none that has ended', async () => {
    const database = await openSqlite(':memory:')
    const { db } = database
    const ledger = createSandboxLedger(database)
    expect(await ledger.add(payment)).toBe(true)
    expect(await ledger.add(payment)).toBe(false)
    expect(await ledger.changeAmount('sbx_1', '30.00')).toMatchObject({ amount: '30.00' })
    const paid = { from: 'open', to: 'paid', events: [{ type: 'paid', amount: '30.00' }] } as const
    const declined = {
      ...paid,
      to: 'declined',
      events: [{ type: 'declined', amount: null }],
    } as const
    const ends = await Promise.all([
      ledger.record('sbx_1', paid, AT),
      ledger.record('sbx_1', declined, AT),
    ])
    expect(ends.filter(Boolean)).toHaveLength(1)
    expect(await ledger.changeAmount('sbx_1', '1.00')).toBeUndefined()
    expect(await ledger.find('sbx_1')).toEqual({
      ...payment,
      amount: '30.00',
      status: 'paid',
      events: [{ id: 'sbx_1-1', type: 'paid', amount: '30.00', at: AT }],
    })
    await db.destroy()
  })
})

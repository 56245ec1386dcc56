import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { migrations } from '../../../server/store/migrations.ts'
import { inspectSqlite, openSqlite } from '../../../server/store/sqlite.ts'

const folder = await mkdtemp(join(tmpdir(), 'coinslot-steps-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${(files += 1)}.db`)

function change(path: string, text: string): void {
  new SQLite(path).exec(text).close()
}

const open = async (path: string) => (await openSqlite(path)).db.destroy()

describe('the steps of the schema', () => {
  it('are refused where a newer Coinslot has taken more of them, and it is told what to do', async () => {
    const path = newFile()
    await open(path)
    change(path, `insert into kysely_migration values ('2999-12-31-later', '2999-12-31')`)
    const told = /a newer Coinslot .*2999-12-31-later.*start that version again .* or restore/
    await expect(openSqlite(path)).rejects.toThrow(told)
    await expect(inspectSqlite(path)).rejects.toThrow(told)
  })

  it('are all taken or none: after one that fails, the next start begins where it was', async () => {
    const path = newFile()
    const last = Object.keys(migrations).at(-1)!
    change(path, 'create table intents (some text)')
    await expect(openSqlite(path)).rejects.toThrow(/intents/)
    change(path, 'drop table intents')
    await open(path)
    const sqlite = new SQLite(path)
    const names = sqlite.prepare('select name from kysely_migration').pluck().all()
    sqlite.close()
    expect(names).toContain(last)
  })

  it('are gone on with whatever the clock said when the others were taken', async () => {
    const path = newFile()
    await open(path)
    const steps = Object.keys(migrations).toSorted()
    change(path, `update kysely_migration set timestamp = '2999-01-01' where name = '${steps[0]}'`)
    change(path, `delete from kysely_migration where name = '2026-11-25-session-ages'`)
    change(path, 'drop index sessions_by_age')
    expect(await inspectSqlite(path)).toBe(1)
    await open(path)
    expect(await inspectSqlite(path)).toBe(0)
  })

  it('are taken once by processes that start at once', async () => {
    const path = newFile()
    const script = fileURLToPath(new URL('claim-sessions.ts', import.meta.url))
    const ends = ['a', 'b', 'c'].map(async (name) => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, path, name, '1'])
      let errors = ''
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
      const [code] = (await once(child, 'exit')) as [number]
      return { code, errors }
    })
    for (const end of await Promise.all(ends)) expect(end).toEqual({ code: 0, errors: '' })
  }, 60_000)
})

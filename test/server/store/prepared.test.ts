import { describe, expect, it, onTestFinished } from 'vitest'
import { prepare } from '../../../server/store/prepared.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'

interface Intent {
  readonly key: string
  readonly scope?: string
}

async function open() {
  const { db } = await openSqlite(':memory:')
  onTestFinished(() => db.destroy())
  return db
}

const row = { fingerprint: 'f', session_id: 'cs_1', created_at: '' }

describe('a prepared query', () => {
  it('is built once for the values that are there, and asked with each value in its place', async () => {
    const db = await open()
    let built = 0
    const select = prepare((kysely, { key, scope }: Intent) => {
      built += 1
      const query = kysely.selectFrom('intents').select('scope').where('key', '=', key)
      return scope === undefined ? query : query.where('scope', '=', scope)
    })
    const rows = [
      { ...row, scope: 'one', key: 'k' },
      { ...row, scope: 'two', key: 'k' },
    ]
    await db.insertInto('intents').values(rows).execute()
    const ask = async (intent: Intent) => (await select(db, intent)).rows.map(({ scope }) => scope)
    expect(await ask({ key: 'k', scope: 'two' })).toEqual(['two'])
    expect(await ask({ key: 'k', scope: 'one' })).toEqual(['one'])
    expect(await ask({ key: 'other', scope: 'one' })).toEqual([])
    expect(built).toBe(1)
    expect(await ask({ key: 'k' })).toEqual(['one', 'two'])
    expect(await ask({ key: 'other' })).toEqual([])
    expect(built).toBe(2)
  })

  it('takes part in the transaction that it is asked in', async () => {
    const db = await open()
    const insert = prepare((kysely, { key }: Intent) =>
      kysely.insertInto('intents').values({ ...row, scope: 's', key }),
    )
    const inVain = db.transaction().execute(async (tx) => {
      await insert(tx, { key: 'k' })
      throw new Error('it is not wanted any more')
    })
    await expect(inVain).rejects.toThrow('not wanted')
    expect(await db.selectFrom('intents').selectAll().execute()).toEqual([])
  })

  it('is written anew for each database', async () => {
    const [one, other] = [await open(), await open()]
    const select = prepare((kysely, { key }: Intent) =>
      kysely.selectFrom('intents').select('scope').where('key', '=', key),
    )
    await one
      .insertInto('intents')
      .values({ ...row, scope: 's', key: 'k' })
      .execute()
    expect((await select(one, { key: 'k' })).rows).toEqual([{ scope: 's' }])
    expect((await select(other, { key: 'k' })).rows).toEqual([])
  })
})

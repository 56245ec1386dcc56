import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { StoreUnavailable } from '../../../server/errors.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { inspectPostgres, openPostgres } from '../../../server/store/postgres.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { describeStore } from './store-conformance.ts'

const openAt = async (url: string) =>
  createSqlStore(await openPostgres(url), { settle, destinations: ['url', 'listener'] })

describeStore({
  name: 'PostgreSQL',
  open: async () => openAt(await newDatabaseUrl()),
  async openTwo() {
    const url = await newDatabaseUrl()
    return [await openAt(url), await openAt(url)]
  },
})

it('ends its connections where it was asked for nothing but what goes to them directly', async () => {
  const { db, createRateLimiter } = await openPostgres(await newDatabaseUrl())
  const limiter = createRateLimiter({ name: 'address', perMinute: 5, hasManyKeys: true })
  await limiter.take('somebody')
  await db.destroy()
  await expect(limiter.take('somebody')).rejects.toThrow(StoreUnavailable)
})

it('is looked at without being changed: what a start would make is missing until then', async () => {
  const url = await newDatabaseUrl()
  const missing = await inspectPostgres(url)
  expect(missing).toBeGreaterThan(0)
  expect(await inspectPostgres(url)).toBe(missing)
  await (await openPostgres(url)).db.destroy()
  expect(await inspectPostgres(url)).toBe(0)
})

it('is refused where a newer Coinslot has changed it, and it is told what to do', async () => {
  const url = await newDatabaseUrl()
  const { db } = await openPostgres(url)
  await sql`insert into kysely_migration values ('2999-12-31-later', '2999-12-31')`.execute(db)
  await db.destroy()
  const told = /PostgreSQL cannot be used: a newer Coinslot .*2999-12-31-later.*start that version/
  await expect(openPostgres(url)).rejects.toThrow(told)
  await expect(inspectPostgres(url)).rejects.toThrow(told)
})

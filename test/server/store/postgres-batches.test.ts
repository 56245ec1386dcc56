/** Many sessions that are opened at one time, of which each step is one statement on PostgreSQL. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailable } from '../../../server/errors.ts'
import type { SessionRecord } from '../../../server/session.ts'
import { settle } from '../../../server/settlement/settle.ts'
import type { Database } from '../../../server/store/database.ts'
import { createBatches } from '../../../server/store/postgres-batches.ts'
import { createPool } from '../../../server/store/postgres-pool.ts'
import { openPostgres } from '../../../server/store/postgres.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { ReferenceTaken, type Intent, type Lease } from '../../../server/store/store.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

/** When a lease of `AT` has ended. */
const LATER = new Date(AT.getTime() + 15_000)
const ending = { kind: 'opened', requestId: 'req_1' } as const
const intentOf = (key: string): Intent => ({ scope: 'POST /v1/sessions', key, fingerprint: 'f' })
const keys = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}`)

/** A server on a database; what it asks, and what goes wrong with it, is noted. */
async function open(databaseUrl?: string) {
  const url = databaseUrl ?? (await newDatabaseUrl())
  const database = await openPostgres(url)
  await database.db.destroy()
  const asked: string[] = []
  const failures: unknown[] = []
  const pool = createPool({ connectionString: url, max: 10 })
  const ask: typeof pool.ask = (text, parameters) => {
    asked.push(text)
    return pool.ask<never>(text, parameters).catch((error: unknown) => {
      failures.push(error)
      throw error
    })
  }
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log(event) {
      asked.push(event.query.sql)
      if (event.level === 'error') failures.push(event.error)
    },
  })
  const transact = <T>(work: Parameters<typeof database.transact<T>>[0]) =>
    db.transaction().setIsolationLevel('read committed').execute(work)
  const together = createBatches(db, { ask })
  const options = { settle, destinations: ['url'] } as const
  const store = createSqlStore({ ...database, db, transact, together }, options)
  onTestFinished(() => store.close())

  async function claim(key: string, change: Partial<SessionRecord> = {}): Promise<Lease> {
    const outcome = await store.claim(intentOf(key), sessionRecord(change), AT)
    if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
    return outcome.lease
  }

  return {
    url,
    db,
    store,
    asked,
    failures,
    claim,
    claimAll: (all: readonly string[]) => Promise.all(all.map((key) => claim(key))),
    /** Opens the session of a key, by default with a reference of its own. */
    release: (key: string, lease: Lease, change: { reference?: string; handoff?: string } = {}) =>
      store.release(
        intentOf(key),
        lease,
        {
          reference: `ref-${key}`,
          redirectUrl: `https://pay.example/${key}`,
          failure: null,
          ...change,
        },
        ending,
        AT,
      ),
  }
}

type Shop = Awaited<ReturnType<typeof open>>

async function kindsOf({ store }: Shop, all: readonly string[]): Promise<string[]> {
  const claims = all.map((key) => store.claim(intentOf(key), sessionRecord(), AT))
  return (await Promise.all(claims)).map(({ kind }) => kind)
}

/** From now on, whoever does this to a table loses his connection in the middle of it. */
async function endConnectionsAt({ db }: Shop, event: 'insert on intents' | 'update on intents') {
  await sql`
    create function end_connection() returns trigger language plpgsql as $$
    begin
      perform pg_terminate_backend(pg_backend_pid());
      return new;
    end
    $$
  `.execute(db)
  await sql`
    create trigger ending before ${sql.raw(event)} for each row execute function end_connection()
  `.execute(db)
  return () => sql`drop trigger ending on intents`.execute(db)
}

async function countWaiting({ db }: Shop): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
  `.execute(db)
  return Number(rows[0]?.count)
}

const valuesOf = (ends: readonly PromiseSettledResult<unknown>[]) =>
  ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason))

const ALL_OPENED = [{ status: 201 }, { status: 201 }, { status: 201 }]
const LOST = { code: 'store_unavailable' }

describe('sessions that are claimed at one time', () => {
  it('are all refused where the connection is lost in the middle, and none is kept', async () => {
    const shop = await open()
    const letGo = await endConnectionsAt(shop, 'insert on intents')
    const ends = await Promise.allSettled(keys(5).map((key) => shop.claim(key)))
    expect(valuesOf(ends)).toMatchObject([LOST, LOST, LOST, LOST, LOST])
    for (const failure of valuesOf(ends)) expect(failure).toBeInstanceOf(StoreUnavailable)
    await letGo()
    expect(await shop.store.findOpen(9)).toEqual([])
    expect(await kindsOf(shop, keys(5))).toEqual(Array(5).fill('claimed'))
  })

  it('lose the one whose key is taken, and add no session of it', async () => {
    const shop = await open()
    await shop.claim('key-2')
    const kinds = await kindsOf(shop, keys(4))
    expect(kinds).toEqual(['claimed', 'claimed', 'in_progress', 'claimed'])
    expect(await shop.store.findOpen(9)).toHaveLength(4)
  })

  it('are claimed once where they are of one key', async () => {
    const shop = await open()
    const kinds = await kindsOf(shop, ['one', 'other', 'one', 'one'])
    expect(kinds).toEqual(['claimed', 'claimed', 'in_progress', 'in_progress'])
    expect(await shop.store.findOpen(9)).toHaveLength(2)
  })

  it('lose the one that the database will not have', async () => {
    const shop = await open()
    const texts = ['a', 'no text has a \0', 'half of a \ud83d', 'd']
    const claims = texts.map((clientReferenceId, index) =>
      shop.claim(`key-${index}`, { clientReferenceId }),
    )
    const ends = await Promise.allSettled(claims)
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(await shop.store.findOpen(9)).toHaveLength(3)
  })

  it('do not wait for one another in a circle where two servers are given them the other way round', async () => {
    const one = await open()
    const other = await open(one.url)
    const all = keys(3)
    const { claims } = await one.db.transaction().execute(async (tx) => {
      const intent = { ...intentOf('key-1'), session_id: 'cs_1', created_at: AT.toISOString() }
      await tx.insertInto('intents').values(intent).execute()
      const claims = [kindsOf(one, all), kindsOf(other, all.toReversed())]
      // Both are in the middle now: each has what it was given first, or waits for it.
      await vi.waitFor(async () => expect(await countWaiting(one)).toBe(2))
      await tx.deleteFrom('intents').execute()
      return { claims }
    })
    const kinds = (await Promise.all(claims)).flat()
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(3)
    expect([...one.failures, ...other.failures]).toEqual([])
  })
})

describe('sessions that are opened at one time', () => {
  it('are all refused where the connection is lost in the middle, and nothing of them is kept', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const letGo = await endConnectionsAt(shop, 'update on intents')
    const release = () => keys(3).map((key, index) => shop.release(key, leases[index]!))
    expect(valuesOf(await Promise.allSettled(release()))).toMatchObject([LOST, LOST, LOST])
    await letGo()
    for (const session of await shop.store.findOpen(9)) {
      expect(session).toMatchObject({ reference: null, redirectUrl: null })
    }
    expect(await Promise.all(release())).toMatchObject(ALL_OPENED)
  })

  it('lose the one whose reference another session has', async () => {
    const shop = await open()
    const [first, ...leases] = await shop.claimAll(keys(4))
    await shop.release('key-0', first!)
    const [, ...rest] = keys(4)
    const ends = await Promise.allSettled(
      rest.map((key, index) =>
        shop.release(key, leases[index]!, key === 'key-2' ? { reference: 'ref-key-0' } : {}),
      ),
    )
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(valuesOf(ends)[1]).toBeInstanceOf(ReferenceTaken)
    expect(await shop.store.findSession(leases[1]!.session.id)).toMatchObject({ reference: null })
  })

  it('lose the one whose reference an earlier attempt of another has', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    await shop.store.claim(intentOf('key-0'), sessionRecord(), LATER)
    expect(await shop.release('key-0', leases[0]!, { reference: 'late' })).toBeUndefined()
    const ends = await Promise.allSettled([
      shop.release('key-1', leases[1]!, { reference: 'late' }),
      shop.release('key-2', leases[2]!),
    ])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(valuesOf(ends)[0]).toBeInstanceOf(ReferenceTaken)
  })

  it('lose one of two that were given the same reference', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(4))
    const ends = await Promise.allSettled(
      keys(4).map((key, index) =>
        shop.release(key, leases[index]!, index < 2 ? { reference: 'r' } : {}),
      ),
    )
    const refused = valuesOf(ends).filter((value) => value instanceof ReferenceTaken)
    expect(refused).toHaveLength(1)
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })

  it('lose the one that the database will not have', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const ends = await Promise.allSettled(
      keys(3).map((key, index) =>
        shop.release(key, leases[index]!, index === 1 ? { handoff: '\0' } : {}),
      ),
    )
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('lose the one that somebody else has taken over', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    await shop.store.claim(intentOf('key-1'), sessionRecord(), LATER)
    const answers = keys(3).map((key, index) => shop.release(key, leases[index]!))
    const [first, lost, last] = await Promise.all(answers)
    expect(lost).toBeUndefined()
    expect([first, last]).toMatchObject([{ status: 201 }, { status: 201 }])
  })

  it('are paid at once where that was told before, and the others are not', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const paid = { status: 'paid', amount: 2500n, currency: 'USD' } as const
    const report = { ...paid, provider: 'sandbox', eventId: 'evt_1', reference: 'ref-key-1' }
    await shop.store.settle(report, AT)
    const answers = keys(3).map((key, index) => shop.release(key, leases[index]!))
    const bodies = (await Promise.all(answers)).map((answer) => JSON.parse(answer?.body ?? ''))
    expect(bodies).toMatchObject([{ status: 'pending' }, { status: 'paid' }, { status: 'pending' }])
    expect(bodies[1]).not.toHaveProperty('redirectUrl')
    const ids = leases.map(({ session }) => session.id)
    const sessions = await Promise.all(ids.map((id) => shop.store.findSession(id)))
    expect(sessions.map((session) => session?.status)).toEqual(['pending', 'paid', 'pending'])
    expect(await shop.store.findMessages('url', ids[1]!)).toHaveLength(1)
  })

  it('are answered as they are kept, and again in the same bytes', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const answers = await Promise.all(
      keys(3).map((key, index) => shop.release(key, leases[index]!)),
    )
    for (const [index, key] of keys(3).entries()) {
      const { id } = leases[index]!.session
      const kept = await shop.store.findSession(id)
      const { body } = answers[index]!
      expect(JSON.parse(body)).toMatchObject({ id, redirectUrl: kept?.redirectUrl })
      expect(kept).toEqual({
        ...leases[index]!.session,
        reference: `ref-${key}`,
        redirectUrl: `https://pay.example/${key}`,
        updatedAt: AT,
      })
      const prior = await shop.store.findPrior(intentOf(key).scope, key)
      expect(prior).toMatchObject({ answer: answers[index], leaseUntil: null })
    }
  })

  it('wait for nobody who is at work on one of them, except for that one', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const order: string[] = []
    const answers = await shop.db.transaction().execute(async (tx) => {
      const locked = tx.selectFrom('sessions').select('id').where('id', '=', leases[1]!.session.id)
      await locked.forUpdate().execute()
      const released = keys(3).map(async (key, index) => {
        const answer = await shop.release(key, leases[index]!)
        order.push(key)
        return answer
      })
      await Promise.all([released[0], released[2]])
      order.push('the other is done')
      return released
    })
    expect(await Promise.all(answers)).toMatchObject(ALL_OPENED)
    expect(order.slice(2)).toEqual(['the other is done', 'key-1'])
  })
})

describe('many sessions at one time', () => {
  it('are one statement for each step', async () => {
    const shop = await open()
    const all = keys(50)
    shop.asked.length = 0
    await Promise.all(all.map((key) => shop.store.findPrior(intentOf(key).scope, key)))
    const leases = await shop.claimAll(all)
    await Promise.all(all.map((key, index) => shop.release(key, leases[index]!)))
    expect(shop.asked).toHaveLength(3)
  })

  it('are found by their keys, each by its own', async () => {
    const shop = await open()
    const leases = await shop.claimAll(keys(3))
    const asked = ['key-2', 'unknown', 'key-0', 'key-0']
    const found = await Promise.all(
      asked.map((key) => shop.store.findPrior(intentOf(key).scope, key)),
    )
    const [first, , last] = leases.map(({ session }) => session.id)
    expect(found.map((prior) => prior?.sessionId)).toEqual([last, undefined, first, first])
  })

  it('are opened one by one where each transaction sees only what was there at its begin', async () => {
    const url = new URL(await newDatabaseUrl())
    const schema = url.searchParams.get('options') ?? ''
    url.searchParams.set('options', `${schema} -cdefault_transaction_isolation=serializable`)
    const shop = await open(url.href)
    const leases = await shop.claimAll(keys(3))
    shop.asked.length = 0
    const answers = keys(3).map((key, index) => shop.release(key, leases[index]!))
    expect(await Promise.all(answers)).toMatchObject(ALL_OPENED)
    expect(shop.asked.length).toBeGreaterThan(3)
  })
})

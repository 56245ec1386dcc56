/** PostgreSQL that is set wrongly, goes away, comes back, or makes us wait. */
import { spawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailable } from '../../../server/errors.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { openPostgres } from '../../../server/store/postgres.ts'
import { createListener } from '../../../server/store/postgres-listener.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { findPostgres } from '../../postgres/programs.js'
import { startPostgres } from '../../postgres/server.ts'
import { newKey, readProblem, startCoinslot } from '../coinslot-harness.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const intent = { scope: 'POST /v1/sessions', key: 'key-0123456789abcdef', fingerprint: 'f' }
const opened = { reference: 'ref_1', redirectUrl: 'https://pay.example/', failure: null } as const

async function open(url: string) {
  const database = await openPostgres(url)
  const store = createSqlStore(database, { settle, destinations: ['url'] })
  onTestFinished(() => store.close())
  return { ...database, store }
}

/** Somebody else on the same database. */
async function openClient(url: string): Promise<Client> {
  const client = new Client(url)
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

function withOption(url: string, option: string): string {
  const changed = new URL(url)
  changed.searchParams.set('options', `${changed.searchParams.get('options') ?? ''} -c${option}`)
  return changed.href
}

describe('PostgreSQL is refused at the start', () => {
  it('where the settings of this user would forget what was acknowledged', async () => {
    const url = withOption(await newDatabaseUrl(), 'synchronous_commit=off')
    await expect(openPostgres(url)).rejects.toThrow(/^DATABASE_URL: .*synchronous_commit is off/)
  })

  it.skipIf(!findPostgres())('where those of the server would', async () => {
    const server = await startPostgres('fsync=off', 'full_page_writes=off')
    onTestFinished(() => server.remove())
    const refused = openPostgres(server.url)
    await expect(refused).rejects.toThrow(/fsync is off, full_page_writes is off/)
  })

  it('where nobody is there, without a word of the password', async () => {
    const refused = openPostgres('postgres://shop:s3cret-word@127.0.0.1:1/shop')
    await expect(refused).rejects.toThrow('DATABASE_URL: PostgreSQL cannot be used: ECONNREFUSED')
  })

  it('where the database is not there', async () => {
    const url = Object.assign(new URL(await newDatabaseUrl()), { pathname: '/none_of_ours' })
    await expect(openPostgres(url.href)).rejects.toThrow('database "none_of_ours" does not exist')
  })

  it('where its schema is not there', async () => {
    const url = withOption(await newDatabaseUrl(), 'search_path=none_of_ours')
    await expect(openPostgres(url)).rejects.toThrow('no schema of its search_path is there')
  })
})

describe('servers that start at once', () => {
  it('make the tables once', async () => {
    const url = await newDatabaseUrl()
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)))
    const claims = stores.map(({ store }) => store.claim(intent, sessionRecord(), AT))
    const kinds = (await Promise.all(claims)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
  })

  it('take the missing steps anew where these were lost to a deadlock with an older one', async () => {
    const url = await newDatabaseUrl()
    await open(url)
    const [older, observer] = [await openClient(url), await openClient(url)]
    await older.query('drop index sessions_by_age, reports_waiting')
    await older.query("delete from kysely_migration where name >= '2026-11-25'")
    // It never gives way by itself, and writes what the steps change, in another order.
    await older.query("set deadlock_timeout = '1min'")
    await older.query('begin')
    await older.query('lock reports in row exclusive mode')
    const opening = open(url)
    const isWaiting = async () => expect(await waiting(observer)).toBe(1)
    await vi.waitFor(isWaiting, { timeout: 10_000 })
    await older.query('lock sessions in row exclusive mode')
    await older.query('commit')
    await opening
    const { rows } = await older.query(
      `select indexname from pg_indexes
       where schemaname = current_schema() and indexname in ('reports_waiting', 'sessions_by_age')`,
    )
    expect(rows).toHaveLength(2)
  })
})

describe('a transaction', () => {
  it('is tried again as a whole where it was lost to a deadlock', async () => {
    const url = await newDatabaseUrl()
    const { store } = await open(url)
    const claimed = await store.claim(intent, sessionRecord(), AT)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    const { id } = claimed.lease.session
    const other = await openClient(url)
    // It never gives way by itself.
    await other.query("set deadlock_timeout = '1min'")
    await other.query('begin')
    await other.query('select from intents for update')
    let answers = 0
    const ending = {
      kind: 'refused',
      get answer() {
        return { status: 502, headers: {}, body: `${id} ${(answers += 1)}` }
      },
    } as const
    const released = store.release(intent, claimed.lease, opened, ending, AT)
    await vi.waitFor(async () => expect(await waiting(other)).toBe(1))
    await other.query('select from sessions for update')
    await other.query('commit')
    expect(await released).toMatchObject({ body: `${id} 2` })
    expect(await store.findPrior(intent.scope, intent.key)).toMatchObject({
      answer: { body: `${id} 2` },
    })
  })

  it('is tried again where a newer server has given a table another shape', async () => {
    const url = await newDatabaseUrl()
    const { store } = await open(url)
    const openOne = async (reference: string) => {
      const named = { ...intent, key: reference }
      const claimed = await store.claim(named, sessionRecord(), AT)
      if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
      const { id } = claimed.lease.session
      await store.release(named, claimed.lease, { ...opened, reference }, null, AT)
      return id
    }
    await openOne('ref_1')
    const other = await openClient(url)
    await other.query('alter table sessions add column news text')
    const id = await openOne('ref_2')
    expect(await store.findSession(id)).toMatchObject({ reference: 'ref_2' })
  })

  it('that has to wait too long is given up, and can be sent again', async () => {
    const url = await newDatabaseUrl()
    const { store } = await open(url)
    const claimed = await store.claim(intent, sessionRecord(), AT)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    const other = await openClient(url)
    await other.query('begin')
    await other.query('select from sessions for update')
    const release = () => store.release(intent, claimed.lease, opened, null, AT)
    await expect(release()).rejects.toThrow(StoreUnavailable)
    await other.query('rollback')
    await expect(release()).resolves.toBeNull()
  }, 10_000)
})

async function waiting(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return Number(rows[0]?.count)
}

describe('a store whose database went away', () => {
  it('has new connections within a second when all were ended from outside', async () => {
    const url = await newDatabaseUrl()
    const { store } = await open(url)
    await Promise.all(Array.from({ length: 10 }, () => store.ping()))
    const other = await openClient(url)
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    // Until the end of one is known here, it may still be tried.
    await vi.waitFor(() => Promise.all(Array.from({ length: 20 }, () => store.ping())))
  })

  it.skipIf(!findPostgres())(
    'says so while it is away, is in use when it is back, and hears of changes again',
    async () => {
      const server = await startPostgres()
      onTestFinished(() => server.remove())
      const { store, listen } = await open(server.url)
      const heard: string[] = []
      const stop = listen((id) => heard.push(id))
      onTestFinished(stop)
      const session = sessionRecord()
      const claimed = await store.claim(intent, session, AT)
      if (claimed.kind !== 'claimed') throw new Error(claimed.kind)

      await server.kill()
      await expect(store.ping()).rejects.toThrow(StoreUnavailable)
      const release = () => store.release(intent, claimed.lease, opened, null, AT)
      await expect(release()).rejects.toMatchObject({ status: 503, members: { retryable: true } })

      await server.start()
      await expect(release()).resolves.toBeNull()
      let reports = 0
      await vi.waitFor(
        async () => {
          const eventId = `evt_${(reports += 1)}`
          const report = { provider: 'sandbox', eventId, reference: 'ref_1', currency: 'USD' }
          await store.settle({ ...report, status: 'paid', amount: BigInt(reports) }, AT)
          expect(heard).toContain(session.id)
        },
        { timeout: 5_000, interval: 200 },
      )
    },
    20_000,
  )

  it.skipIf(!findPostgres())('is told of by every answer until it is back', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.remove())
    const { coinslot, createSession, request } = await startCoinslot({ databaseUrl: server.url })
    onTestFinished(() => coinslot.close())
    const key = { 'Idempotency-Key': newKey() }
    await server.kill()
    const refused = await createSession({ checkout: 'donation' }, key)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('Retry-After')).toBe('2')
    expect(await readProblem(refused)).toMatchObject({ code: 'store_unavailable', retryable: true })
    expect((await request('GET', '/readyz')).status).toBe(503)
    await server.start()
    expect((await request('GET', '/readyz')).status).toBe(200)
    expect((await createSession({ checkout: 'donation' }, key)).status).toBe(201)
  })

  it('gives up connections that have fallen silent, and is in use when the network is back', async () => {
    const { url, silence, speak } = await openProxy(await newDatabaseUrl())
    const { store } = await open(url)
    await Promise.all(Array.from({ length: 10 }, () => store.ping()))
    silence()
    const startedAt = performance.now()
    const pings = Array.from({ length: 20 }, () => store.ping())
    const ends = await Promise.allSettled(pings)
    expect(performance.now() - startedAt).toBeLessThan(9_000)
    for (const end of ends) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } })
    }
    speak()
    await expect(store.ping()).resolves.toBeUndefined()
  }, 20_000)

  it('hears of changes where the server said nothing when it was first asked to tell of them', async () => {
    const direct = await newDatabaseUrl()
    const { url, loseOnce } = await openProxy(direct)
    const { listen } = await open(url)
    const other = await openClient(direct)
    loseOnce('listen')
    const heard: string[] = []
    onTestFinished(listen((id) => heard.push(id)))
    await vi.waitFor(
      async () => {
        await other.query("notify coinslot_session, 'one that changed'")
        expect(heard).toContain('one that changed')
      },
      { timeout: 20_000, interval: 200 },
    )
  })

  it('adds nothing to what is to be stopped with each attempt to listen', async () => {
    let attempts = 0
    const server = createServer((socket) => {
      attempts += 1
      socket.destroy()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const signals = vi.spyOn(AbortController.prototype, 'signal', 'get')
    onTestFinished(createListener({ host: '127.0.0.1', port }, 'news', () => {}))
    const stopping = signals.mock.results[0]?.value as AbortSignal
    signals.mockRestore()
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), { timeout: 10_000 })
    // What it waits for now, and no more.
    expect(getEventListeners(stopping, 'abort').length).toBeLessThan(2)
  })

  it('stops listening while the server takes a connection and says nothing on it', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const connected = once(server, 'connection')
    const stop = createListener({ host: '127.0.0.1', port }, 'news', () => {})
    const [connection] = (await connected) as [Socket]
    onTestFinished(() => void connection.destroy())
    await stop()
  })

  it('does not keep a process that is to end while the server says nothing', async () => {
    const direct = await newDatabaseUrl()
    const { url, silence } = await openProxy(direct)
    const script = fileURLToPath(new URL('./close-when-told.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script, url], { stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const other = await openClient(direct)
    const ended = once(child, 'exit')
    await vi.waitFor(
      async () => {
        const { rows } = await other.query(
          `select from pg_stat_activity
           where datname = current_database() and state = 'idle' and query like 'listen %'`,
        )
        expect(rows).toHaveLength(1)
      },
      { timeout: 30_000, interval: 100 },
    )
    silence()
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    // A process that compiles what it runs, on a machine that may be busy.
  }, 60_000)
})

/** A way to the database on which nothing moves any more when it is told so, as when a cable is pulled. */
async function openProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const host = decodeURIComponent(target.hostname)
  const port = Number(target.port || 5432)
  const sockets = new Set<Socket>()
  let isSilent = false
  let lost: string | undefined
  // Who has fallen silent does not hang up either.
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = host.startsWith('/')
      ? connect({ path: `${host}/.s.PGSQL.${port}` })
      : connect({ host, port })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.on('end', () => {
        if (!isSilent) to.end()
      })
      from.on('data', (chunk) => {
        if (lost !== undefined && chunk.includes(lost)) lost = undefined
        else if (!isSilent) to.write(chunk)
      })
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const { port: own } = proxy.address() as { port: number }
  const url = new URL(databaseUrl.replace(target.host, `127.0.0.1:${own}`))
  return {
    url: url.href,
    silence: () => (isSilent = true),
    speak: () => (isSilent = false),
    /** The next that is said with this word in it does not arrive. */
    loseOnce: (word: string) => void (lost = word),
  }
}

/** The built server on each runtime that it is said to run on. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { freePort, startServer, type ServerProcess } from '../e2e/server-process.ts'
import { findPostgres } from '../postgres/programs.js'
import { startPostgres, type PostgresServer } from '../postgres/server.ts'
import { RUNTIMES } from './programs.js'

const NOTIFICATION_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`

let server: ServerProcess | undefined
afterEach(() => server?.stop('SIGKILL'))

async function createSession(url: string, key = 'a-session-of-a-runtime'): Promise<Session> {
  const answer = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: '{"checkout":"mug"}',
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Session
}

/** Pays on the sandbox's page, and resolves when its webhook has been heard. */
async function pay(url: string, { id, redirectUrl }: Session): Promise<void> {
  const events = fetch(`${url}/v1/sessions/${id}/events`).then((answer) => answer.text())
  const pressed = await fetch(redirectUrl ?? '', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ outcome: 'paid' }),
  })
  expect(pressed.status).toBe(303)
  expect(await events).toContain('"status":"paid"')
}

describe.each([...RUNTIMES])('on %s the built server', (_, command) => {
  it('starts, serves the demo, has a session paid by its webhook, and stops when it is told to', async () => {
    server = await startServer({ command })
    const page = await fetch(server.url)
    expect(await page.text()).toContain('<coinslot-checkout')
    expect((await fetch(`${server.url}/coinslot.js`)).headers.get('Content-Encoding')).toBe('gzip')
    await pay(server.url, await createSession(server.url))
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(server.output.stderr).not.toContain('"level":50')
  })

  it('tells Prometheus, and no merchant at a private address, whatever name leads there', async () => {
    let connections = 0
    const inside = createServer(() => (connections += 1)).listen(0)
    await once(inside, 'listening')
    const { port } = inside.address() as AddressInfo
    const metricsPort = await freePort()
    server = await startServer({
      command,
      configuration: (publicUrl) => ({
        publicUrl,
        metrics: { port: metricsPort },
        providers: { sandbox: {} },
        checkouts: { mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' } },
        notifications: { url: `https://${hostname().toLowerCase()}:${port}/told` },
      }),
      environment: { COINSLOT_NOTIFICATION_SECRET: NOTIFICATION_SECRET },
    })
    await pay(server.url, await createSession(server.url))
    const told = () => server?.output.stderr
    await expect.poll(told, { timeout: 10_000 }).toContain('its address is private')
    expect(connections).toBe(0)
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    expect(await metrics.text()).toContain('coinslot_outbox_messages{destination="url"} 1')
    inside.close()
  })
})

it.each(['Bun', 'Deno'])(
  '%s calls it as its own fetch server, and tells whose request it is',
  async (name) => {
    const command = RUNTIMES.get(name)!
    const main = fileURLToPath(new URL('fetch-server.js', import.meta.url))
    server = await startServer({ command, main })
    const url = `${server.url}/payments`
    await pay(url, await createSession(url))
    const again = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': 'one-more-of-this-address',
      },
      body: '{"checkout":"mug"}',
    })
    expect(again.status).toBe(429)
  },
)

describe.runIf(findPostgres())('with PostgreSQL', () => {
  let postgres: PostgresServer
  let port: number
  beforeAll(async () => {
    port = await freePort()
    // By TCP, as from another machine: Deno waits for no answer on a socket in the file system.
    postgres = await startPostgres('listen_addresses=127.0.0.1', `port=${port}`)
  })
  afterAll(() => postgres.remove())

  it.each([...RUNTIMES])('a session is paid on %s', async (name, command) => {
    server = await startServer({
      command,
      environment: { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` },
    })
    const key = `paid-with-postgres-${name.replace(' ', '-')}`
    await pay(server.url, await createSession(server.url, key))
    expect(await server.stop('SIGTERM')).toBe(0)
  })
})

it('the store keeps its promises on the SQLite that Node has of its own', async () => {
  // A Node of another version than the one that better-sqlite3 was built for.
  const other = process.versions.node.startsWith('24.') ? 'Node 22' : 'Node 24'
  const [node = ''] = RUNTIMES.get(other) ?? []
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const vitest = 'node_modules/vitest/vitest.mjs run --config test/vitest.config.ts'
  const { stdout } = await promisify(execFile)(
    node,
    `${vitest} --project built-in-sqlite`.split(' '),
    { cwd: root, env: { ...process.env, NO_COLOR: '1' } },
  )
  expect(stdout).toMatch(/Tests\s+\d{2,} passed/)
}, 180_000)

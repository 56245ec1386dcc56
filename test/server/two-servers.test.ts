/** One intent at two servers, each a process of its own: one session, one page to pay on, whatever is lost. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { newSharedDatabaseUrl } from '../postgres/database.ts'
import { newKey } from './coinslot-harness.ts'
import {
  startFakeSprintcheckout,
  type FakeSprintcheckout,
} from './providers/fake-sprintcheckout.ts'

const SHOP = fileURLToPath(new URL('./shop-process.ts', import.meta.url))
const SECRETS = { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' }
const AT_ONCE = 50

/** Processes that compile what they run, on a machine that may be busy. */
const PATIENCE = 90_000

interface Shops {
  readonly fake: FakeSprintcheckout
  readonly servers: readonly string[]
  /** Pays a session at the provider, which tells the n-th server of it. */
  pay(reference: string, server?: number): Promise<Response>
  read(id: string): Promise<Session>
}

async function startShops(databaseUrls: readonly string[]): Promise<Shops> {
  const fake = await startFakeSprintcheckout(SECRETS.SPRINTCHECKOUT_API_KEY)
  onTestFinished(() => fake.close())
  const servers: string[] = []
  // One after the other, because the first makes the tables.
  for (const databaseUrl of databaseUrls) servers.push(await startShop(databaseUrl, fake.url))
  return {
    fake,
    servers,
    pay: (reference, server = 0) =>
      fetch(`${servers[server]}/v1/webhooks/sprintcheckout`, {
        method: 'POST',
        headers: { 'X-Webhook-Api-Key': SECRETS.SPRINTCHECKOUT_WEBHOOK_KEY },
        body: fake.webhookOf(reference, 'SUCCESS'),
      }),
    read: async (id) => (await fetch(`${servers[1]}/v1/sessions/${id}`)).json() as Promise<Session>,
  }
}

async function startShop(databaseUrl: string, providerUrl: string): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SHOP], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      SPRINTCHECKOUT_BASE_URL: providerUrl,
      LOG_LEVEL: 'silent',
      ...SECRETS,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [port] = (await once(child.stdout!, 'data')) as [Buffer]
  return `http://127.0.0.1:${Number(port.toString())}`
}

/** Sends one intent until there is a definite answer to it, as the element does. */
async function buy(server: string, key: string): Promise<{ status: number; text: string }> {
  for (;;) {
    const answer = await fetch(`${server}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: '{"checkout":"mug"}',
    })
    const text = await answer.text()
    const { code, retryable } = JSON.parse(text) as { code?: string; retryable?: boolean }
    const isDefinite = code !== 'idempotency_in_progress' && retryable !== true
    if (isDefinite) return { status: answer.status, text }
  }
}

function buyAtOnce({ servers }: Shops, key: string) {
  const buyers = Array.from({ length: AT_ONCE }, (_, index) => servers[index % servers.length]!)
  return Promise.all(buyers.map((server) => buy(server, key)))
}

/** The one session that all answers tell of. */
function onlySession(answers: readonly { status: number; text: string }[]): Session {
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  const texts = new Set(answers.map(({ text }) => text))
  expect(texts.size).toBe(1)
  return JSON.parse([...texts].join()) as Session
}

describe('fifty equal requests at two servers', () => {
  it(
    'make one session at the provider, of which all are told in the same bytes',
    async () => {
      const url = await newSharedDatabaseUrl()
      const shops = await startShops([url, url])
      for (let round = 0; round < 5; round += 1) {
        const { redirectUrl } = onlySession(await buyAtOnce(shops, newKey()))
        expect(redirectUrl).toContain([...shops.fake.sessions.keys()].at(-1))
      }
      expect(shops.fake.ledger).toHaveLength(5)
    },
    PATIENCE,
  )

  it(
    'would make two where the servers shared nothing',
    async () => {
      const urls = [await newSharedDatabaseUrl(), await newSharedDatabaseUrl()]
      const shops = await startShops(urls)
      await buyAtOnce(shops, newKey())
      expect(shops.fake.ledger).toHaveLength(2)
    },
    PATIENCE,
  )

  it(
    'show one page where an answer of the provider is lost, and both of its sessions are followed',
    async () => {
      const url = await newSharedDatabaseUrl()
      const shops = await startShops([url, url])
      shops.fake.next({ kind: 'reset', when: 'after' })
      const { id, redirectUrl } = onlySession(await buyAtOnce(shops, newKey()))
      const [lost = '', shown = '', ...more] = shops.fake.sessions.keys()
      expect(more).toEqual([])
      expect(redirectUrl).toContain(shown)

      expect((await shops.pay(lost, 0)).status).toBe(200)
      const paid = await shops.read(id)
      expect(paid).toMatchObject({ status: 'paid', exception: null })
      expect(paid).not.toHaveProperty('redirectUrl')

      const answers = await Promise.all([shops.pay(shown, 0), shops.pay(shown, 1)])
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(await shops.read(id)).toMatchObject({ status: 'paid', exception: 'duplicate' })
    },
    PATIENCE,
  )
})

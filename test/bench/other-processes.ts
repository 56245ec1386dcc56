/** The other processes of a benchmark: a provider that answers at once, a bare pass-through to it, and one that keeps what goes through. */
import { hash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request } from 'undici'
import { newSessionId, type SessionRecord } from '../../server/session.ts'
import { openStores } from '../../server/store/stores.ts'
import type { Store } from '../../server/store/store.ts'

const [, , role = ''] = process.argv
const STORE_THREAD = new URL('../../dist/server/store-thread.js', import.meta.url)
const json = { 'content-type': 'application/json' }

async function read(message: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function provider(message: IncomingMessage, response: ServerResponse): Promise<void> {
  await read(message)
  const sessionId = randomBytes(16).toString('base64url')
  const redirectUrl = `https://app.sprintcheckout.com/?uid=${sessionId}`
  response.writeHead(201, json).end(JSON.stringify({ sessionId, redirectUrl }))
}

const dispatcher = new Agent()
const target = `${process.env['PROVIDER_URL']}/api/checkout/v2/payment_session`

async function passThrough(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(message)
  const answer = await request(target, { method: 'POST', headers: json, body, dispatcher })
  response.writeHead(answer.statusCode, json).end(await read(answer.body))
}

const terms = {
  provider: 'sprintcheckout',
  currency: 'USD',
  amount: '25.00',
  editable: true,
  presets: [],
  orderType: 'TRANSIENT',
  collect: [],
} as const satisfies SessionRecord['checkout']

function newSession(now: Date): SessionRecord {
  return {
    id: newSessionId(now),
    status: 'pending',
    exception: null,
    amount: 2500n,
    currency: 'USD',
    checkoutId: 'donation',
    checkout: terms,
    order: null,
    likeness: null,
    clientReferenceId: null,
    locale: null,
    provider: 'sprintcheckout',
    reference: null,
    redirectUrl: null,
    failure: null,
    test: false,
    createdAt: now,
    updatedAt: now,
    expiresAt: new Date(now.getTime() + 86_400_000),
  }
}

/** The pass-through with the two writes of Coinslot's store and nothing else: no policy, no limits, no Hono. */
async function keep(
  store: Store,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(message)
  const now = new Date()
  const key = String(message.headers['idempotency-key'])
  const intent = { scope: 'bench', key, fingerprint: hash('sha256', body, 'base64url') }
  const claim = await store.claim(intent, newSession(now), now)
  if (claim.kind !== 'claimed') throw new Error(claim.kind)
  const answer = await request(target, { method: 'POST', headers: json, body, dispatcher })
  const { sessionId, redirectUrl } = JSON.parse(String(await read(answer.body)))
  const result = { reference: sessionId, redirectUrl, failure: null }
  const ending = { kind: 'opened', requestId: 'bench' } as const
  const kept = await store.release(intent, claim.lease, result, ending, new Date())
  response.writeHead(kept!.status, kept!.headers).end(kept!.body)
}

async function createKeeping(url: string) {
  const { store } = await openStores(url, { destinations: [] }, STORE_THREAD)
  return (message: IncomingMessage, response: ServerResponse) => keep(store, message, response)
}

const handlers = {
  provider: async () => provider,
  'pass-through': async () => passThrough,
  keeping: () => createKeeping(process.env['DATABASE_URL']!),
}
const handle = await handlers[role as keyof typeof handlers]()
const port = Number(process.env['PORT'])
createServer((message, response) => void handle(message, response)).listen(port, () => {
  console.log(`${role} is listening`)
})

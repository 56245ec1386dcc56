/** The other processes of a benchmark: a provider that answers at once, a bare pass-through to it, and one that keeps what goes through. */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request } from 'undici'

const [, , role = ''] = process.argv
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

const handlers = {
  provider: async () => provider,
  'pass-through': async () => passThrough,
  // Only here, so that the others are as bare as they were.
  async keeping() {
    const { createKeeping } = await import('./keeping.ts')
    return createKeeping(process.env['DATABASE_URL']!, read, async (body) => {
      const answer = await request(target, { method: 'POST', headers: json, body, dispatcher })
      return read(answer.body)
    })
  },
}
const handle = await handlers[role as keyof typeof handlers]()
const port = Number(process.env['PORT'])
createServer((message, response) => void handle(message, response)).listen(port, () => {
  console.log(`${role} is listening`)
})

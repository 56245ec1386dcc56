/** The merchant's own system: verifies notifications by its servers' clock, which may be far from ours, and keeps them. */
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Notification } from '../../server/contract/schemas.ts'
import type { Told } from './observed.ts'

export const SECRET = `whsec_${Buffer.alloc(24, 'canary').toString('base64')}`

export interface Merchant {
  readonly port: number
  /** What could be verified, in order of arrival. */
  readonly told: readonly Told[]
  /** How many could not. */
  readonly refused: () => number
  /** How it answers from now on; by 204 at first. */
  answer(how: (response: ServerResponse) => void): void
  close(): Promise<void>
}

export async function startMerchant(): Promise<Merchant> {
  const told: Told[] = []
  let refused = 0
  let answer: (response: ServerResponse) => void = acknowledge

  const server = createServer((request, response) => {
    // Whoever sends may go away in the middle.
    hear(request).then(
      () => answer(response),
      () => response.destroy(),
    )
  })

  async function hear(request: IncomingMessage): Promise<void> {
    const message = read(request.headers, await text(request))
    if (message) told.push(message)
    else refused += 1
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    told,
    refused: () => refused,
    answer: (how) => void (answer = how),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export function acknowledge(response: ServerResponse): void {
  response.writeHead(204).end()
}

const webhook = new Webhook(SECRET)

function read(headers: IncomingHttpHeaders, body: string): Told | undefined {
  const id = String(headers['webhook-id'])
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  if (headers['webhook-signature'] !== webhook.sign(id, at, body)) return undefined
  const { type, data } = JSON.parse(body) as Notification
  return { id, type, session: data.id, status: data.status, body }
}

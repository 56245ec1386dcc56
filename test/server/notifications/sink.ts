/** The merchant's side of notifications: a real server that verifies with the library merchants use. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Notification } from '../../../server/contract/schemas.ts'

export const SECRET = `whsec_${Buffer.alloc(24, 'a').toString('base64')}`

export interface Received {
  readonly path: string | undefined
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly event: Notification
}

/** What a sink does with a notification that it could verify. */
export type Answer = (response: ServerResponse, received: Received) => void

export interface Sink {
  readonly url: string
  /** What could be verified, in order of arrival. */
  readonly received: Received[]
  /** Why the others could not. */
  readonly rejected: unknown[]
  readonly connections: () => number
  /** From now on. */
  answer: Answer
  /** Nobody listens there any more. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
}

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end()

/** @param onEnd is given what closes the sink */
export async function openSink(
  onEnd: (end: () => Promise<void>) => void,
  secret = SECRET,
): Promise<Sink> {
  const webhook = new Webhook(secret)
  let connections = 0
  const server = createServer((request, response) => {
    receive(request).catch((error: unknown) => {
      sink.rejected.push(error)
      response.writeHead(400).end()
    })

    async function receive({ url: path, headers }: IncomingMessage): Promise<void> {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const event = webhook.verify(body, headers as Record<string, string>) as Notification
      const received = { path, id: String(headers['webhook-id']), headers, body, event }
      sink.received.push(received)
      sink.answer(response, received)
    }
  }).on('connection', () => (connections += 1))

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  async function close(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const port = await listen(0)
  onEnd(close)
  const sink: Sink = {
    url: `http://127.0.0.1:${port}/hooks/coinslot`,
    received: [],
    rejected: [],
    connections: () => connections,
    answer: status(204),
    goDown: close,
    comeBack: async () => void (await listen(port)),
  }
  return sink
}

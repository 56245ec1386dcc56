/** Node's HTTP server, in which no connection lasts or grows as long as its other end likes. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { findClientAddress } from './client-address.ts'
import { endWithConnection } from './connection-answers.ts'
import type { Coinslot } from './coinslot.ts'

export interface HttpLimits {
  /** In milliseconds: in which the headers, and the whole request, must have come. */
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** In milliseconds: how often the two are looked at. */
  readonly connectionsCheckingInterval: number
  /** In milliseconds: how long nothing may pass. Longer than the beat of an event stream, and a provider's deadline. */
  readonly silence: number
  /** In bytes. */
  readonly maxHeaderSize: number
  readonly maxConnections: number
  /** Of one address, or network where it is IPv6; infinite where a proxy's address is everybody's. */
  readonly maxConnectionsPerAddress: number
  /** How many requests of one connection may wait for their answers; browsers and proxies send the next one after it. */
  readonly maxRequestsAtOnce: number
}

const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  silence: 60_000,
  maxHeaderSize: 16_384,
  maxConnections: 5_000,
  maxConnectionsPerAddress: 1_000,
  maxRequestsAtOnce: 16,
}

export function createHttpServer(
  fetch: Coinslot['fetch'],
  limits: Partial<HttpLimits> = {},
): Server {
  const { silence, maxConnections, maxConnectionsPerAddress, maxRequestsAtOnce, ...options } = {
    ...HTTP_LIMITS,
    ...limits,
  }
  const listener = limitPerConnection(getRequestListener(fetch), maxRequestsAtOnce)
  const server = createServer(options, listener)
  server.maxConnections = maxConnections
  // Beyond 2,000 Node leaves out what comes, and a proxy's own line may come last: only their size is limited.
  server.maxHeadersCount = 0
  limitPerAddress(server, maxConnectionsPerAddress)
  return server.setTimeout(silence)
}

/** Whoever says nothing on a connection keeps it for as long as headers may take: not all of them, then. */
function limitPerAddress(server: Server, limit: number): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = findClientAddress({ address: socket.remoteAddress }, undefined, 0)
    if (address === undefined) return
    const count = (counts.get(address) ?? 0) + 1
    counts.set(address, count)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 0) - 1
      if (left > 0) counts.set(address, left)
      else counts.delete(address)
    })
    if (count > limit) socket.destroy()
  })
}

/** Node takes as many requests as a connection has room for before anybody else has a turn: that ends the connection. */
function limitPerConnection(listener: RequestListener, limit: number): RequestListener {
  return (incoming, outgoing) => {
    const { socket } = incoming
    // What came with the one too many is still handed over.
    if (socket.destroyed) return
    if (endWithConnection(incoming, outgoing) > limit) return void socket.destroy()
    return listener(incoming, outgoing)
  }
}

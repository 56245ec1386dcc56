/** Node's HTTP server, in which no connection lasts or grows as long as its other end likes. */
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
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
}

const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  silence: 60_000,
  maxHeaderSize: 16_384,
  maxConnections: 5_000,
}

export function createHttpServer(
  fetch: Coinslot['fetch'],
  limits: Partial<HttpLimits> = {},
): Server {
  const { silence, maxConnections, ...options } = { ...HTTP_LIMITS, ...limits }
  const server = createServer(options, getRequestListener(fetch))
  server.maxConnections = maxConnections
  return server.setTimeout(silence)
}

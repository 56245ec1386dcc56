/** What Node's HTTP servers, and Express and Fastify on them, call with each request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Coinslot } from './coinslot.ts'

export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

/** A handler that leaves the globals of the process as they are: it may be one guest of many. */
export function createNodeHandler(fetch: Coinslot['fetch']): NodeHandler {
  return getRequestListener(fetch, { overrideGlobalObjects: false })
}

/** What Node's HTTP servers, and Express and Fastify on them, call with each request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { endWithConnection } from './connection-answers.ts'
import type { Coinslot } from './coinslot.ts'

export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

/** A handler that leaves the globals of the process as they are: it may be one guest of many. */
export function createNodeHandler(fetch: Coinslot['fetch']): NodeHandler {
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false })
  return (incoming, outgoing) => {
    endWithConnection(incoming, outgoing)
    return listener(incoming, outgoing)
  }
}

/** The pass-through with the two writes of Coinslot's store and nothing else: no policy, no limits, no Hono. */
import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { newSessionId } from '../../server/session.ts'
import { openStores } from '../../server/store/stores.ts'
import { sessionRecord } from '../server/session-fixture.ts'

const STORE_THREAD = new URL('../../dist/server/store-thread.js', import.meta.url)
const DAY_MS = 86_400_000

/**
 * @param read reads a message whole
 * @param pass sends a body to the provider; resolves with what it answers
 */
export async function createKeeping(
  databaseUrl: string,
  read: (message: IncomingMessage) => Promise<Buffer>,
  pass: (body: Buffer) => Promise<Buffer>,
) {
  const { store } = await openStores(databaseUrl, { destinations: [] }, STORE_THREAD)
  const template = sessionRecord({ provider: 'sprintcheckout', test: false })

  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(message)
    const now = new Date()
    const expiresAt = new Date(now.getTime() + DAY_MS)
    const dates = { createdAt: now, updatedAt: now, expiresAt }
    const session = { ...template, ...dates, id: newSessionId(now) }
    const key = String(message.headers['idempotency-key'])
    const intent = { scope: 'bench', key, fingerprint: hash('sha256', body, 'base64url') }
    const claim = await store.claim(intent, session, now)
    if (claim.kind !== 'claimed') throw new Error(claim.kind)
    const { sessionId, redirectUrl } = JSON.parse(String(await pass(body)))
    const result = { reference: sessionId, redirectUrl, failure: null }
    const ending = { kind: 'opened', requestId: 'bench' } as const
    const kept = await store.release(intent, claim.lease, result, ending, new Date())
    response.writeHead(kept!.status, kept!.headers).end(kept!.body)
  }
}

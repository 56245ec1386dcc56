/** An outbox with something in it: sessions whose changes a store has written beside them. */
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { openDatabase } from '../../../server/store/open-database.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import type { Destination, Store } from '../../../server/store/store.ts'
import { sessionRecord } from '../session-fixture.ts'

export interface Outbox {
  readonly store: Store
  /** Opens a session and lets its provider report these statuses, each of which is a message. */
  add(...statuses: readonly SessionStatus[]): Promise<string>
}

export async function openOutbox(
  databaseUrl: string,
  destinations: readonly Destination[] = ['url', 'listener'],
): Promise<Outbox> {
  const store = createSqlStore(await openDatabase(databaseUrl), { settle, destinations })
  return {
    store,
    async add(...statuses) {
      const session = sessionRecord()
      const intent = { scope: 'test', key: session.id, fingerprint: 'f' }
      const claimed = await store.claim(intent, session, new Date())
      if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
      const reference = `ref_${session.id}`
      const opened = { reference, redirectUrl: 'https://pay.example/', failure: null }
      await store.release(intent, claimed.lease, opened, null, new Date())
      for (const status of statuses) {
        const report = {
          provider: 'sandbox',
          eventId: `${session.id}-${status}`,
          reference,
          status,
        }
        await store.settle({ ...report, amount: 2500n, currency: 'USD' }, new Date())
      }
      return session.id
    },
  }
}

/** Payments that no session is known for: told of, kept, and for a person to look at. */
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'

export interface StrayPaymentsDeps {
  readonly store: Pick<Store, 'findStrayPayments'>
  readonly log: Log
  readonly now: () => Date
}

/** A webhook may come before the answer to the call that made its session. */
const PATIENCE_MS = 60_000
/** Told again after a restart. */
const LOOK_BACK_MS = 60 * 60 * 1000

/** @returns what tells the log of each that is new since it was last called */
export function createStrayPayments({ store, log, now }: StrayPaymentsDeps): () => Promise<void> {
  let after = new Date(now().getTime() - LOOK_BACK_MS)

  return async () => {
    const before = new Date(now().getTime() - PATIENCE_MS)
    if (before <= after) return
    const strays = await store.findStrayPayments(after, before)
    after = before
    for (const { provider, eventId } of strays) {
      log.warn({ provider, event: eventId }, 'a payment of a session that is not known here')
    }
  }
}

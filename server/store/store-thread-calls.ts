/** A SQLite store that reads here, and writes in a thread of its own, where the disk is waited for. */
import { Worker } from 'node:worker_threads'
import type { SandboxLedger } from '../sandbox/payment.ts'
import type { SessionRecord } from '../session.ts'
import type { ClaimOutcome, Destination, Lease, Store } from './store.ts'
import type { Stores, StoresOptions } from './stores.ts'
import { callsTo, type Thread } from './thread-calls.ts'

/** What the thread is started with. */
export interface StoreThreadData {
  readonly path: string
  readonly destinations: readonly Destination[]
}

/** What lives shortly is cleared away often and dearly where it has little room. */
const YOUNG_MB = 48

export function startStoreThread(code: URL, workerData: StoreThreadData): Thread {
  return new Worker(code, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
}

/** @throws where the thread cannot be started */
export async function withThread(
  stores: Stores,
  worker: Thread,
  { onChange }: Pick<StoresOptions, 'onChange'>,
): Promise<Stores> {
  const calls = callsTo(worker, (session: SessionRecord) => onChange?.(session))
  const { claim, release, close, ...writes } = calls<SparingStore>(
    'claim',
    'release',
    'settle',
    'settleWaiting',
    'expire',
    'takeDue',
    'takeMessages',
    'keepDelivery',
    'forgetMessages',
    'forgetIntents',
    // It writes nothing, but tells whether anything can be written.
    'ping',
    'close',
  )
  await writes.ping()
  let isClosing = false
  worker.on('exit', () => {
    // A server that can keep nothing any more is of no use: whoever watches the process starts it anew.
    if (!isClosing) throw new Error('the thread of the store has ended')
  })
  return {
    ...stores,
    store: {
      ...stores.store,
      ...writes,
      async claim(intent, session, now, options) {
        const outcome = await claim(intent, session, now, options)
        if (outcome.kind !== 'given_claimed') return outcome
        return { kind: 'claimed', lease: { session: session as SessionRecord, ...outcome.lease } }
      },
      release: (intent, { fence, session: { id, provider, currency, order } }, ...rest) =>
        // Nothing more of it is gone by.
        release(intent, { fence, session: { id, provider, currency, order } } as Lease, ...rest),
      async close() {
        isClosing = true
        // Where the thread has ended, so has what it had open.
        await close().catch(() => {})
        await worker.terminate()
        await stores.store.close()
      },
    },
    sandboxLedger: {
      ...stores.sandboxLedger,
      ...calls<SandboxLedger>('add', 'changeAmount', 'record', 'forgetPayments'),
    },
  }
}

type GivenClaimed = { readonly kind: 'given_claimed'; readonly lease: Omit<Lease, 'session'> }
type SparingStore = Omit<Store, 'claim'> & { readonly claim: SparingClaim }
type SparingClaim = (...args: Parameters<Store['claim']>) => Promise<ClaimOutcome | GivenClaimed>

/** What is called in the thread. */
export function functionsOf({ store, sandboxLedger }: Stores) {
  return { ...store, ...sandboxLedger, claim: spareSession(store) }
}

/** A claim whose session does not come back where it is the one given, because it takes longer to cross than to keep. */
function spareSession({ claim }: Store): SparingClaim {
  return async (intent, session, now, options) => {
    const outcome = await claim(intent, session, now, options)
    if (outcome.kind !== 'claimed' || outcome.lease.session !== session) return outcome
    const { fence, until } = outcome.lease
    return { kind: 'given_claimed', lease: { fence, until } }
  }
}

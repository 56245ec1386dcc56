/** A SQLite store that reads here, and writes in a thread of its own, where the disk is waited for. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { SandboxLedger } from '../sandbox/payment.ts'
import type { SessionRecord } from '../session.ts'
import { closedAtTheEnd } from './closing.ts'
import { withShortWay } from './opening.ts'
import type { NewIntentRow, NewSessionRow, OpenedSession, Together } from './sql-database.ts'
import type { Destination, Store } from './store.ts'
import type { Stores, StoresOptions } from './stores.ts'
import { callsTo, type Thread } from './thread-calls.ts'

/** What the thread is started with. */
export interface StoreThreadData {
  readonly path: string
  readonly destinations: readonly Destination[]
}

/** What most calls are, as text: to clone rows takes more of the thread that answers buyers than to write JSON. */
interface TextTogether {
  addRows(json: string): Promise<boolean>
  keepRow(json: string): Promise<boolean>
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
  const { close, ...writes } = calls<Store>(
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
  await writes.ping().catch(async (error: unknown) => {
    // Whatever is left open would keep a process that cannot start from ending.
    await worker.terminate()
    await stores.store.close()
    throw error
  })
  let isClosing = false
  worker.on('exit', () => {
    // A server that can keep nothing any more is of no use: whoever watches the process starts it anew.
    if (!isClosing) throw new Error('the thread of the store has ended')
  })
  const store: Store = {
    ...stores.store,
    ...writes,
    async close() {
      isClosing = true
      // Where the thread has ended, so has what it had open.
      await close().catch(() => {})
      await worker.terminate()
      await stores.store.close()
    },
  }
  const { addRows, keepRow } = calls<TextTogether>('addRows', 'keepRow')
  const together: Together = {
    ...stores.together,
    addSession: (session, intent) => addRows(JSON.stringify({ session, intent })),
    keepOpened: (opened) => keepRow(JSON.stringify(opened)),
  }
  return {
    ...stores,
    store: closedAtTheEnd(withShortWay(store, together)),
    together,
    sandboxLedger: {
      ...stores.sandboxLedger,
      ...calls<SandboxLedger>('add', 'changeAmount', 'record', 'forgetPayments'),
    },
  }
}

/** What is called in the thread. */
export function functionsOf({
  store,
  sandboxLedger,
  together: { addSession, keepOpened },
}: Stores) {
  const texts: TextTogether = {
    addRows(json) {
      const { session, intent } = JSON.parse(json) as AddedRows
      return addSession(session, intent)
    },
    keepRow: (json) => keepOpened(JSON.parse(json) as OpenedSession),
  }
  async function close(): Promise<void> {
    // What came before it is written at the end of this turn.
    await nextTurn()
    await store.close()
  }

  return { ...store, ...sandboxLedger, ...texts, close }
}

interface AddedRows {
  readonly session: NewSessionRow
  readonly intent: NewIntentRow
}

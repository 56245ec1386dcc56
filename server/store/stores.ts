/** Everything that is kept, over one database. */
import type { SandboxLedger } from '../sandbox/payment.ts'
import { settle } from '../settlement/settle.ts'
import { openDatabase } from './open-database.ts'
import { countMessages } from './outbox-depth.ts'
import { createSandboxLedger } from './sandbox-ledger.ts'
import type { SqlDatabase } from './sql-database.ts'
import { createSqlStore } from './sql-store.ts'
import type { Store, StoreOptions } from './store.ts'
import { startStoreThread, withThread } from './store-thread-calls.ts'

export interface Stores extends Pick<SqlDatabase, 'createRateLimiter' | 'listen' | 'together'> {
  readonly store: Store
  readonly sandboxLedger: SandboxLedger
  readonly countMessages: () => ReturnType<typeof countMessages>
}

export type StoresOptions = Omit<StoreOptions, 'settle'>

/**
 * Opens what is kept at a URL; see `openDatabase`.
 * @param thread the built `store-thread.js`, for SQLite to write in a thread of its own; without it, all is done in this one
 */
export async function openStores(
  url: string,
  options: StoresOptions,
  thread?: URL,
): Promise<Stores> {
  const database = await openDatabase(url)
  const stores = storesOn(database, options)
  if (!thread || database.path === undefined) return stores
  const { path } = database
  const { destinations } = options
  return withThread(stores, startStoreThread(thread, { path, destinations }), options)
}

export function storesOn(database: SqlDatabase, options: StoresOptions): Stores {
  return {
    store: createSqlStore(database, { settle, ...options }),
    sandboxLedger: createSandboxLedger(database),
    countMessages: () => countMessages(database.db),
    createRateLimiter: database.createRateLimiter,
    listen: database.listen,
    together: database.together,
  }
}

/** The thread in which a SQLite store writes. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSqlite } from './sqlite.ts'
import { functionsOf, type StoreThreadData } from './store-thread-calls.ts'
import { storesOn } from './stores.ts'
import { answerCalls } from './thread-calls.ts'

const { path, destinations } = workerData as StoreThreadData

answerCalls(parentPort!, async (tell) => {
  const database = await openSqlite(path, { mustExist: true })
  return functionsOf(storesOn(database, { destinations, onChange: tell }))
})

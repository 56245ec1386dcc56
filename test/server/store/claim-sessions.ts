/** A process that opens sessions in a store which another process uses too: `FILE NAME COUNT`. */
import { settle } from '../../../server/settlement/settle.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const [, , path = '', name = '', count = '0'] = process.argv
const store = createSqlStore(await openSqlite(path), { settle, destinations: [] })
for (let index = 0; index < Number(count); index += 1) {
  const intent = { scope: name, key: String(index), fingerprint: 'f' }
  const outcome = await store.claim(intent, sessionRecord(), AT)
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
  const reference = `${name}-${index}`
  const result = { reference, redirectUrl: 'https://pay.example', failure: null }
  await store.release(intent, outcome.lease, result, null, AT)
}
await store.close()

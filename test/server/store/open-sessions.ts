/** A process that opens sessions, 20 at a time, until it is killed, and tells of each that was acknowledged: `FILE`. */
import { writeSync } from 'node:fs'
import { settle } from '../../../server/settlement/settle.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const [, , path = ''] = process.argv
const store = createSqlStore(await openSqlite(path), { settle, destinations: [] })

async function openOnAndOn(): Promise<never> {
  for (;;) {
    const session = sessionRecord()
    await store.claim({ scope: 's', key: session.id, fingerprint: 'f' }, session, AT)
    writeSync(1, `${session.id}\n`)
  }
}

await Promise.all(Array.from({ length: 20 }, openOnAndOn))

/** Opens a Coinslot on a database, and closes it on SIGTERM. For a test to run as a process of its own. */
import { once } from 'node:events'
import { createCoinslot } from '../../../server/coinslot.ts'

const [, , databaseUrl] = process.argv
const told = once(process, 'SIGTERM')
const coinslot = await createCoinslot({
  environment: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent' },
  assets: new URL('../assets/', import.meta.url),
})
await told
await coinslot.close()

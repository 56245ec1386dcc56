/** A process that sends what is due in a database which another process uses too: `DATABASE URL SECRET`. */
import { createLog } from '../../../server/log.ts'
import { createRelay } from '../../../server/notifications/relay.ts'
import { createWebhookSend } from '../../../server/notifications/webhook.ts'
import { createTransport } from '../../../server/transport.ts'
import { openOutbox } from './outbox-fixture.ts'

const [, , databaseUrl = '', url = '', secret = ''] = process.argv
const { store } = await openOutbox(databaseUrl)
const relay = createRelay({
  destination: 'url',
  store,
  send: createWebhookSend({ url, secrets: [secret], transport: createTransport() }),
  log: createLog('warn', process.stderr),
  now: () => new Date(),
})
await relay.run()
await relay.stop()
await store.close()

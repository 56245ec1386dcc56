/** Notifications: the merchant's URL and the listeners of this process are told from the outbox. */
import type { NotificationType } from '../contract/schemas.ts'
import type { Log } from '../log.ts'
import type { Repeat } from '../repeat.ts'
import type { Store } from '../store/store.ts'
import type { Transport } from '../transport.ts'
import { createListeners, type NotificationListener } from './listeners.ts'
import { createRelay } from './relay.ts'
import { createWebhookSend } from './webhook.ts'

export interface NotificationsOptions {
  /** Who is told over HTTP, if anyone. */
  readonly webhook?: { readonly url: string; readonly secrets: readonly string[] } | undefined
  readonly transport: Transport
  readonly store: Store
  readonly log: Log
  readonly now: () => Date
  readonly repeat: Repeat
}

export interface Notifications {
  /** Calls a listener with each notification of a type, until what is returned is called. */
  on(type: NotificationType, listener: NotificationListener): () => void
  /** There may be something new to tell. */
  wake(): void
  /** Ends the telling; resolves when nothing of it uses the store any more. */
  stop(): Promise<void>
}

/** For what is tried again, and for what a server that has gone away left behind. */
const LOOK_EVERY_MS = 1_000

export function createNotifications(options: NotificationsOptions): Notifications {
  const { webhook, transport, store, log, now, repeat } = options
  const listeners = createListeners()
  const toListeners = createRelay({
    destination: 'listener',
    send: listeners.send,
    // A process without listeners leaves their messages to one that has some.
    isWanted: () => !listeners.isEmpty,
    store,
    log,
    now,
  })
  const toUrl = webhook
    ? createRelay({
        destination: 'url',
        send: createWebhookSend({ ...webhook, transport }),
        store,
        log,
        now,
      })
    : undefined

  function wake(): void {
    toUrl?.wake()
    toListeners.wake()
  }

  wake()
  const stopLooking = repeat({ name: 'notify', everyMs: LOOK_EVERY_MS, run: async () => wake() })
  return {
    on(type, listener) {
      const off = listeners.add(type, listener)
      wake()
      return off
    },
    wake,
    async stop() {
      await stopLooking()
      await Promise.all([toUrl?.stop(), toListeners.stop()])
    },
  }
}

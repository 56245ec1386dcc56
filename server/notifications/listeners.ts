/** Tells code that embeds the server: listeners by type of notification. */
import type { Notification, NotificationType } from '../contract/schemas.ts'
import type { OutboxMessage } from '../store/store.ts'
import type { Send } from './relay.ts'

/** A notification as a listener gets it. */
export interface NotificationEvent extends Notification {
  /** The same each time the same thing is told. */
  readonly id: string
}

export type NotificationListener = (event: NotificationEvent) => void | Promise<void>

export interface Listeners {
  readonly isEmpty: boolean
  /** @returns what takes the listener away again */
  add(type: NotificationType, listener: NotificationListener): () => void
  readonly send: Send
}

export function createListeners(): Listeners {
  const listeners = new Set<{ type: NotificationType; listener: NotificationListener }>()

  return {
    get isEmpty() {
      return listeners.size === 0
    },
    add(type, listener) {
      const entry = { type, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    async send(message, _at, signal) {
      // The last one went away after the message was taken: it is for whoever comes next.
      if (listeners.size === 0) return { reason: 'nobody listens any more' }
      const concerned = [...listeners].filter(({ type }) => type === message.type)
      // All are called, also where one fails: then all are called again.
      const calls = concerned.map(async ({ listener }) => listener(toEvent(message)))
      const outcomes = await Promise.race([Promise.allSettled(calls), failWhenAborted(signal)])
      const failed = outcomes.find(({ status }) => status === 'rejected')
      return failed?.status === 'rejected'
        ? { reason: 'a listener failed', cause: failed.reason as unknown }
        : undefined
    },
  }
}

function toEvent({ id, body }: OutboxMessage): NotificationEvent {
  return { id, ...(JSON.parse(body) as Notification) }
}

function failWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

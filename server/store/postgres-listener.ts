/** Listens on a channel of PostgreSQL on a connection of its own, and connects again whenever it is lost. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, escapeIdentifier, type ClientConfig } from 'pg'

const AGAIN_AFTER_MS = 1_000

/** @returns what stops it; nothing is told any more once that has been called */
export function createListener(
  config: ClientConfig,
  channel: string,
  onMessage: (payload: string) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  const listening = listen(stopping.signal)
  return async () => {
    stopping.abort()
    await listening
  }

  async function listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await listenOnce(signal)
      await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** Resolves once the connection is lost, cannot be made, or is to be stopped. */
  async function listenOnce(signal: AbortSignal): Promise<void> {
    const client = new Client(config)
    // What fails tells so by an event, too, which would end the process if nobody heard it.
    client.on('error', () => {})
    client.on('notification', ({ payload }) => {
      if (payload !== undefined && !signal.aborted) onMessage(payload)
    })
    // Whatever is waited for then fails, which it would not after a goodbye.
    const leave = () => client.connection.stream.destroy()
    signal.addEventListener('abort', leave)
    try {
      await client.connect()
      await client.query(`listen ${escapeIdentifier(channel)}`)
      await once(client, 'end')
    } catch {
      // Unless it is to be stopped, it is tried again, and meanwhile each server looks by itself.
    } finally {
      signal.removeEventListener('abort', leave)
      hangUp(client)
    }
  }
}

/** Says goodbye without waiting for the other side, which may have fallen silent, to hang up as well. */
function hangUp(client: Client): void {
  void client.end()
  client.connection.stream.destroy()
}

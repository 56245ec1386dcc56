/** Takes messages out of the outbox and sends them, until each was received or given up. */
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { idForLog } from '../session.ts'
import type { DeliveryOutcome, Destination, OutboxMessage, Store } from '../store/store.ts'
import { nextAttemptAt } from './schedule.ts'

/** Why an attempt came to nothing. */
export interface Failure {
  /** For the log, so without anything secret. */
  readonly reason: string
  /** The receiver wants no further attempt. */
  readonly final?: boolean
  /** What was thrown, where its stack helps; the log leaves its message out. */
  readonly cause?: unknown
  /** The receiver's `Retry-After`, as it was written. */
  readonly retryAfter?: string | undefined
}

/** Makes one attempt; resolves with nothing where the message was received. */
export type Send = (
  message: OutboxMessage,
  at: Date,
  signal: AbortSignal,
) => Promise<Failure | undefined>

export interface RelayOptions {
  readonly destination: Destination
  readonly store: Pick<Store, 'takeMessages' | 'keepDelivery'>
  readonly send: Send
  /** Whether there is anyone to send to now; messages stay where they are while there is not. */
  readonly isWanted?: (() => boolean) | undefined
  readonly log: Log
  readonly now: () => Date
  /** From 0 to 1, for the jitter. */
  readonly random?: (() => number) | undefined
  /** Made at the start of each attempt; 20 s by default. */
  readonly deadline?: (() => AbortSignal) | undefined
}

export interface Relay {
  /** Looks for messages that are due, behind the caller's back. */
  wake(): void
  /** Sends what is due; resolves when nothing is any more. */
  run(): Promise<void>
  /** Takes no more messages; attempts under way may end until `patience` is over (5 s by default). */
  stop(patience?: AbortSignal): Promise<void>
}

/** Attempts at once, so that a receiver who is slow with one session is still told of the others. */
const AT_ONCE = 4
const DEADLINE_MS = 20_000
const PATIENCE_MS = 5_000

export function createRelay(options: RelayOptions): Relay {
  const { destination, store, send, log, now } = options
  const { random = Math.random, deadline = () => AbortSignal.timeout(DEADLINE_MS) } = options
  const { isWanted = () => true } = options
  const workers = new Set<Promise<void>>()
  const stopping = new AbortController()
  const aborting = new AbortController()
  const isWorking = () => !stopping.signal.aborted && isWanted()

  function wake(): void {
    if (!isWorking() || workers.size >= AT_ONCE) return
    const worker = work()
      .catch((error: unknown) => log.error({ err: error }, 'the outbox cannot be read or written'))
      .finally(() => workers.delete(worker))
    workers.add(worker)
  }

  async function work(): Promise<void> {
    while (isWorking()) {
      const [message] = await store.takeMessages(destination, 1, now())
      if (!message) return
      // Where there is one, there may be more.
      wake()
      await deliver(message)
    }
  }

  async function deliver(message: OutboxMessage): Promise<void> {
    const signal = AbortSignal.any([deadline(), aborting.signal])
    const failure = await send(message, now(), signal).catch((error: unknown): Failure => ({
      reason: signal.aborted ? 'it took too long' : reasonOf(error),
    }))
    const endedAt = now()
    const outcome = failure ? afterFailure(message, failure, endedAt) : 'delivered'
    await store.keepDelivery(message, outcome, endedAt)
    tell(message, outcome, failure)
  }

  function afterFailure(
    { attempt }: OutboxMessage,
    { final, retryAfter }: Failure,
    at: Date,
  ): DeliveryOutcome {
    const againAt = final ? undefined : nextAttemptAt(attempt, at, retryAfter, random())
    return againAt ? { againAt } : 'never'
  }

  function tell(message: OutboxMessage, outcome: DeliveryOutcome, failure?: Failure): void {
    const { id, sessionId, type, attempt } = message
    const entry = { message: id, destination, session: idForLog(sessionId), type, attempt }
    if (outcome === 'delivered') return log.info(entry, 'the merchant was told')
    const told = { ...entry, reason: failure?.reason, err: failure?.cause }
    if (outcome === 'never') return log.error(told, 'the merchant was not told')
    log.warn({ ...told, againAt: outcome.againAt }, 'the merchant could not be told yet')
  }

  return {
    wake,
    async run() {
      await Promise.all(workers)
      wake()
      while (workers.size > 0) await Promise.all(workers)
    },
    async stop(patience = AbortSignal.timeout(PATIENCE_MS)) {
      stopping.abort()
      const abort = () => aborting.abort()
      if (patience.aborted) abort()
      patience.addEventListener('abort', abort, { once: true })
      await Promise.all(workers)
    },
  }
}

/** One intent, one answer: claims an idempotency key, does the work under a lease, keeps what came of it. */
import { hash } from 'node:crypto'
import { problemAnswer, type Ending } from './answer.ts'
import {
  CoinslotError,
  IdempotencyInProgress,
  IdempotencyKeyReused,
  OrderAlreadyPaid,
  ProviderError,
  ProviderUnavailable,
} from './errors.ts'
import type { Log } from './log.ts'
import { idForLog, toPublicSession, type SessionRecord } from './session.ts'
import {
  ReferenceTaken,
  type Intent,
  type Kept,
  type Lease,
  type SessionResult,
  type Store,
  type StoredAnswer,
} from './store/store.ts'

/** Who asks, and by which key; checked before it comes here. */
export interface Caller {
  readonly requestId: string
  /** The page's origin; undefined where no browser asks. */
  readonly origin: string | undefined
  /** Undefined where nothing tells it. */
  readonly address: string | undefined
  readonly idempotencyKey: string
}

export interface Answer extends StoredAnswer {
  readonly replayed: boolean
}

/** What is to be done to a session, and how to tell of it. */
export interface Work {
  /** The provider does this once however often it is told to; see `ClaimOptions`. */
  readonly repeatable?: boolean
  /** Calls the provider. What it throws as a refusal leaves the key free. */
  readonly act: (session: SessionRecord) => Promise<SessionResult>
  readonly ending: Extract<Ending, { kind: 'opened' | 'changed' }>
}

export interface Intents {
  /**
   * The kept answer to an intent, if there is one.
   * @throws IdempotencyKeyReused, IdempotencyInProgress
   */
  replay(intent: Intent): Promise<Answer | undefined>
  /**
   * Does the work, once for however many equal intents. What may be tried again is thrown and leaves
   * the key with its session; everything else is kept as the answer.
   */
  work(intent: Intent, session: SessionRecord | string, work: Work): Promise<Answer>
}

export interface IntentsDeps {
  readonly store: Pick<Store, 'findPrior' | 'claim' | 'release'>
  readonly log: Log
  readonly now: () => Date
}

export function toIntent(route: string, body: unknown, caller: Caller): Intent {
  return {
    // Two shops that happen to choose the same key have nothing to do with each other.
    scope: `${route} ${caller.origin ?? ''}`,
    key: caller.idempotencyKey,
    // The schema puts the keys of a parsed body in its own order, so equal bodies are equal text.
    fingerprint: digest(JSON.stringify(body)),
  }
}

/** What a provider knows a change by; it does not tell the page's key. */
export function changeKey({ scope, key }: Intent): string {
  return digest(`${scope}\n${key}`)
}

export function createIntents({ store, log, now }: IntentsDeps): Intents {
  return {
    async replay(intent) {
      const prior = await store.findPrior(intent.scope, intent.key)
      if (prior && prior.fingerprint !== intent.fingerprint) throw new IdempotencyKeyReused()
      if (prior?.answer) return { ...prior.answer, replayed: true }
      // Whoever only waits for an answer asks nothing of the provider, and is not counted.
      if (prior?.leaseUntil && prior.leaseUntil > now()) throw new IdempotencyInProgress()
      return undefined
    },

    async work(intent, session, { act, ending, repeatable = false }) {
      const claim = await store.claim(intent, session, now(), { repeatable })
      if (claim.kind === 'in_progress') throw new IdempotencyInProgress()
      if (claim.kind === 'reused') throw new IdempotencyKeyReused()
      if (claim.kind === 'order_paid') throw new OrderAlreadyPaid(toPublicSession(claim.payment))
      if (claim.kind === 'replay') return { ...claim.answer, replayed: true }
      const { lease } = claim
      // Whoever was frozen meanwhile, or waited long for the commit, leaves it to the next one.
      if (lease.until <= now()) throw new IdempotencyInProgress()
      let result: SessionResult | undefined
      try {
        result = await act(lease.session)
        return { ...(await release(intent, lease, result, ending)), replayed: false }
      } catch (error) {
        const isDone = result !== undefined
        return { ...(await fail(intent, lease, ending.requestId, error, isDone)), replayed: false }
      }
    },
  }

  async function release<E extends Ending | null>(
    intent: Intent,
    lease: Lease,
    result: SessionResult,
    ending: E,
  ): Promise<Kept<E>> {
    const kept = await store.release(intent, lease, result, ending, now())
    // Somebody else took over after our lease had ended: what they find out counts.
    if (kept === undefined) throw new IdempotencyInProgress()
    return kept
  }

  async function fail(
    intent: Intent,
    lease: Lease,
    requestId: string,
    error: unknown,
    isDone: boolean,
  ): Promise<StoredAnswer> {
    const { id, redirectUrl, failure: before } = lease.session
    const failure = toProviderError(error)?.of(id)
    const isOpening = redirectUrl === null
    // What could not be kept is done all the same; all other refusals are from before the call.
    const isRefused = failure ? !failure.mayBeDone : error instanceof CoinslotError
    const isKnown = isRefused && !isDone
    const told = isOpening ? ({ attempt: isKnown ? 'failed' : 'unknown' } as const) : {}
    if (!failure || failure.retryable) {
      await release(intent, lease, { failure: failure?.code ?? before, ...told }, null)
      throw failure ?? error
    }
    log.error({ session: idForLog(id), err: failure }, 'the provider refused the request')
    // A refused change leaves the session as it was; a refused session ends here.
    const result = { failure: failure.code, failed: isOpening, ...told }
    const answer = problemAnswer(failure, requestId)
    const kind = isOpening ? 'refused' : 'unchanged'
    return release(intent, lease, result, { kind, answer, requestId })
  }
}

/** The provider's failure, if it is one; a session that it has given out before is one, too. */
function toProviderError(error: unknown): ProviderError | undefined {
  if (error instanceof ReferenceTaken) {
    return new ProviderUnavailable('the payment provider cannot be reached', {}, { cause: error })
  }
  return error instanceof ProviderError ? error : undefined
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url')
}

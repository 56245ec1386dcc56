/** Which failed calls to a provider are sent again, and when: three tries at most, with waits that vary. */
import {
  ExponentialBackoff,
  handleWhen,
  retry,
  type IBackoffFactory,
  type RetryPolicy,
} from 'cockatiel'
import { ProviderLetAlone, ProviderUnavailable } from '../errors.ts'

export interface Retries {
  /** For calls by which the provider does the same thing once however often it is told to. */
  readonly idempotent: RetryPolicy
  /** For all others: only after a try of which nothing can have come. */
  readonly careful: RetryPolicy
}

const MAX_RETRIES = 2
/** Longer than this, nobody waits for a provider that asks to be asked later. */
const MAX_WAIT_MS = 2_000

/** @param backoff the waits between tries: exponential with jitter by default */
export function createRetries(
  backoff: IBackoffFactory<unknown> = new ExponentialBackoff({
    initialDelay: 100,
    maxDelay: 1_000,
  }),
): Retries {
  const retryWhen = (isAllowed: (error: ProviderUnavailable) => boolean) =>
    retry(
      handleWhen((error) => mayHelp(error) && isAllowed(error)),
      { maxAttempts: MAX_RETRIES, backoff: patient(backoff) },
    )
  return {
    idempotent: retryWhen(() => true),
    careful: retryWhen(({ mayBeDone }) => !mayBeDone),
  }
}

/** How long a `Retry-After` asks to wait, in milliseconds; 0 where it says nothing of the kind. */
export function readRetryAfter(header: string | string[] | undefined): number {
  const text = [header].flat()[0] ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const wait = Date.parse(text) - Date.now()
  return wait > 0 ? wait : 0
}

function mayHelp(error: Error): error is ProviderUnavailable {
  if (!(error instanceof ProviderUnavailable) || error instanceof ProviderLetAlone) return false
  return error.retryAfterMs <= MAX_WAIT_MS
}

/** Waits as long as the provider asks for, where that is longer. */
function patient(backoff: IBackoffFactory<unknown>): IBackoffFactory<unknown> {
  return {
    next(context) {
      const usual = backoff.next(context)
      const { result } = context as { result?: { error?: unknown } }
      const error = result?.error
      const asked = error instanceof ProviderUnavailable ? error.retryAfterMs : 0
      return { duration: Math.max(usual.duration, asked), next: patient(usual).next }
    },
  }
}

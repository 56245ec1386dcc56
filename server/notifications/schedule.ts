/** When a message is tried again: the schedule that Standard Webhooks 1.0 proposes. */

/** Seconds from one attempt that failed to the next; after the last there is none. */
const WAITS_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
const LONGEST_WISH_MS = 24 * 60 * 60 * 1000
/** Added to a wait, so that what failed together does not come back together. */
const JITTER = 0.1

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * When to try again after an attempt (counted from 1) that failed; undefined after the last. Never
 * earlier than the schedule says, nor than the receiver wished by `Retry-After`.
 * @param random from 0 to 1
 */
export function nextAttemptAt(
  attempt: number,
  failedAt: Date,
  retryAfter: string | undefined,
  random: number,
): Date | undefined {
  const wait = WAITS_S[attempt - 1]
  if (wait === undefined) return undefined
  const ms = Math.max(wait * 1000, wishedWait(retryAfter, failedAt))
  return new Date(failedAt.getTime() + Math.round(ms * (1 + JITTER * random)))
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date; none where it says neither. */
function wishedWait(retryAfter: string | undefined, at: Date): number {
  if (retryAfter === undefined) return 0
  if (/^\d+$/.test(retryAfter)) return Math.min(Number(retryAfter) * 1000, LONGEST_WISH_MS)
  if (!HTTP_DATE.test(retryAfter)) return 0
  const ms = Date.parse(retryAfter) - at.getTime()
  return Number.isNaN(ms) ? 0 : Math.min(ms, LONGEST_WISH_MS)
}

/** Counts how often something was done in the last minute: for one server, in its memory. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

export interface RateLimiter {
  /** @returns 0 where it may be done once more, else in how many milliseconds it may */
  take(key: string): Promise<number>
}

export interface RateLimiterOptions {
  /** Keeps the keys of several limiters apart. */
  readonly name: string
  readonly perMinute: number
  /** Whether anybody can bring keys of his own: then nothing is kept of one beyond what is counted. */
  readonly hasManyKeys?: boolean
}

export const WINDOW_S = 60

export function createMemoryRateLimiter({ name, perMinute }: RateLimiterOptions): RateLimiter {
  const limiter = new RateLimiterMemory({
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_S,
  })
  return {
    take: (key) => limiter.consume(key).then(() => 0, waitOf),
  }
}

/** How long a limiter that has refused says to wait; what else it throws is a failure. */
export function waitOf(refusal: unknown): number {
  if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
  throw refusal
}

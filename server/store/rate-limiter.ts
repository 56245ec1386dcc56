/** Counts how often something was done in the last minute: for one server, in its memory. */
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'

export interface RateLimiter {
  /** @returns 0 where it may be done once more, else in how many milliseconds it may */
  take(key: string): Promise<number>
  /**
   * Has one not count that was let by and then not done.
   * @param since when it was let by, in ms; where that minute is over, there is nothing to give back
   */
  giveBack(key: string, since: number): Promise<void>
}

export interface RateLimiterOptions {
  /** Keeps the keys of several limiters apart. */
  readonly name: string
  readonly perMinute: number
  /** Whether anybody can bring keys of his own: then nothing is kept of one beyond what is counted. */
  readonly hasManyKeys?: boolean
}

export const WINDOW_S = 60

/** Whether a minute that ends in so many milliseconds had begun by then, by the limiters' own clock. */
export function isSameMinute(since: number, msBeforeNext: number): boolean {
  return since >= Date.now() + msBeforeNext - WINDOW_S * 1000
}

export function createMemoryRateLimiter({ name, perMinute }: RateLimiterOptions): RateLimiter {
  const limiter = new RateLimiterMemory({
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_S,
  })
  return {
    take: (key) => limiter.consume(key).then(() => 0, waitOf),
    giveBack: (key, since) => giveBack(limiter, key, since),
  }
}

export async function giveBack(
  limiter: Pick<RateLimiterAbstract, 'get' | 'reward'>,
  key: string,
  since: number,
): Promise<void> {
  const counted = await limiter.get(key)
  if (counted && isSameMinute(since, counted.msBeforeNext)) await limiter.reward(key)
}

/** How long a limiter that has refused says to wait; what else it throws is a failure. */
export function waitOf(refusal: unknown): number {
  if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
  throw refusal
}

/** Counts how often something was done in the last minute: for one server, in its memory. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { RateLimited } from '../errors.ts'

export interface RateLimiter {
  /** @throws RateLimited where it may not be done once more */
  take(key: string): Promise<void>
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
    async take(key) {
      await limiter.consume(key).catch(refuse)
    },
  }
}

/** What a limiter throws that refuses is told as ours; what else it throws is a failure. */
export function refuse(refusal: unknown): never {
  if (!(refusal instanceof RateLimiterRes)) throw refusal
  throw new RateLimited(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)))
}

/** Counts how often something was done in the last minute: for one server, in its memory. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

export interface RateLimiter {
  /** Counts that it is to be done once more. */
  take(key: string): Promise<Taken>
}

export interface Taken {
  /** 0 where it may be done, else in how many milliseconds it may. */
  readonly waitMs: number
  /** For what was not done after all; without effect once the minute is over in which it was counted. */
  giveBack(): Promise<unknown>
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
    take: (key) =>
      limiter
        .consume(key)
        .then((taken) => takenUntil(endOf(taken), () => limiter.reward(key)), toRefused),
  }
}

/** The limiter's own clock. */
export function endOf({ msBeforeNext }: RateLimiterRes): number {
  return Date.now() + msBeforeNext
}

export function takenUntil(end: number, giveBack: () => Promise<unknown>): Taken {
  return { waitMs: 0, giveBack: async () => Date.now() < end && giveBack() }
}

/** How long a limiter that has refused says to wait; what else it throws is a failure. */
export function toRefused(refusal: unknown): Taken {
  if (!(refusal instanceof RateLimiterRes)) throw refusal
  return { waitMs: Math.max(1, refusal.msBeforeNext), async giveBack() {} }
}

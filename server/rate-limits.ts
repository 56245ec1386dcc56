/** How many sessions may be opened in a minute: by one address, for one checkout, at one provider. */
import { hash } from 'node:crypto'
import { RateLimited } from './errors.ts'
import type { RateLimiter, RateLimiterOptions, Taken } from './store/rate-limiter.ts'

export interface RateLimits {
  readonly perAddress: number
  readonly perCheckout: number
  readonly perProvider: number
}

/** What a session is counted by. */
export interface Counted {
  /** Undefined where nothing tells it: then the other limits are the only ones. */
  readonly address: string | undefined
  /** Null for an offer that names none. */
  readonly checkoutId: string | null
  readonly provider: string
}

/**
 * Counts a session that a provider is to be asked for.
 * @returns what has it not been counted; it never fails
 * @throws RateLimited, or what a limiter throws that cannot count just now: nobody gets by
 */
export type Count = (session: Counted) => Promise<() => Promise<unknown>>

export function createRateLimits(
  { perAddress, perCheckout, perProvider }: RateLimits,
  createLimiter: (options: RateLimiterOptions) => RateLimiter,
): Count {
  const byAddress = createLimiter({ name: 'address', perMinute: perAddress, hasManyKeys: true })
  const byCheckout = createLimiter({ name: 'checkout', perMinute: perCheckout })
  const byProvider = createLimiter({ name: 'provider', perMinute: perProvider })

  return async function count({ address, checkoutId, provider }) {
    const taken: Taken[] = []
    // One after the other: who is refused by his own limit takes nothing of what others may use.
    if (address !== undefined) taken.push(await take(byAddress, toKey(address)))
    taken.push(await take(byCheckout, checkoutId ?? ''))
    taken.push(await take(byProvider, provider))
    return () => Promise.allSettled(taken.map((one) => one.giveBack()))
  }
}

async function take(limiter: RateLimiter, key: string): Promise<Taken> {
  const taken = await limiter.take(key)
  if (taken.waitMs > 0) throw new RateLimited(Math.ceil(taken.waitMs / 1000))
  return taken
}

/** A database, and a copy of one, is not to tell who was there. */
function toKey(address: string): string {
  return hash('sha256', address, 'base64url')
}

/** How many sessions may be opened in a minute: by one address, for one checkout, at one provider. */
import { hash } from 'node:crypto'
import type { RateLimiter, RateLimiterOptions } from './store/rate-limiter.ts'

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
 * What counts each session that a provider is to be asked for.
 * @returns throws `RateLimited`, or what a limiter throws that cannot count just now: nobody gets by
 */
export function createRateLimits(
  { perAddress, perCheckout, perProvider }: RateLimits,
  createLimiter: (options: RateLimiterOptions) => RateLimiter,
): (session: Counted) => Promise<void> {
  const byAddress = createLimiter({ name: 'address', perMinute: perAddress, hasManyKeys: true })
  const byCheckout = createLimiter({ name: 'checkout', perMinute: perCheckout })
  const byProvider = createLimiter({ name: 'provider', perMinute: perProvider })

  return async function count({ address, checkoutId, provider }) {
    // One after the other: who is refused by his own limit takes nothing of what others may use.
    if (address !== undefined) await byAddress.take(toKey(address))
    await byCheckout.take(checkoutId ?? '')
    await byProvider.take(provider)
  }
}

/** What a database is not to tell at a glance; whoever tries all of IPv4 finds it out, while it is kept. */
function toKey(address: string): string {
  return hash('sha256', address, 'base64url')
}

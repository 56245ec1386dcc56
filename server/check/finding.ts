/** What `coinslot check` finds: one thing each, with what mends it. */

/** What is looked at, each by an id that stays; the documentation's list before going live is of these. */
export const checks = [
  'configuration.valid',
  'environment.complete',
  'secrets.strong',
  'secrets.distinct',
  'secrets.live',
  'secrets.offers',
  'database.durable',
  'provider.real-money',
  'provider.reached',
  'provider.key-taken',
  'origins.listed',
  'origins.https',
  'origins.returns',
  'public-url.public',
  'public-url.answers',
  'public-url.version',
  'public-url.proxy',
  'webhook.address',
  'notifications.reached',
  'metrics.private',
  'clock.agrees',
  'page.seen',
  'page.origin-listed',
  'page.script-src',
  'page.connect-src',
  'page.trusted-types',
] as const

export type Check = (typeof checks)[number]

export interface Finding {
  readonly id: Check
  readonly level: 'ok' | 'warning' | 'failure'
  /** Which part of the set-up it is about. */
  readonly about: string
  readonly says: string
  /** What to do about it; null where nothing is to be done. */
  readonly mend: string | null
}

export function ok(id: Check, about: string, says: string): Finding {
  return { id, level: 'ok', about, says, mend: null }
}

/** It works, but perhaps not as it is meant. */
export function warning(id: Check, about: string, says: string, mend: string): Finding {
  return { id, level: 'warning', about, says, mend }
}

/** Payments, or some of them, do not work so. */
export function failure(id: Check, about: string, says: string, mend: string): Finding {
  return { id, level: 'failure', about, says, mend }
}

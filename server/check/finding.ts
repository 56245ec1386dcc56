/** What `coinslot check` finds: one thing each, with what mends it. */

export interface Finding {
  readonly level: 'ok' | 'warning' | 'failure'
  /** Which part of the set-up it is about. */
  readonly about: string
  readonly says: string
  /** What to do about it; null where nothing is to be done. */
  readonly mend: string | null
}

export function ok(about: string, says: string): Finding {
  return { level: 'ok', about, says, mend: null }
}

/** It works, but perhaps not as it is meant. */
export function warning(about: string, says: string, mend: string): Finding {
  return { level: 'warning', about, says, mend }
}

/** Payments, or some of them, do not work so. */
export function failure(about: string, says: string, mend: string): Finding {
  return { level: 'failure', about, says, mend }
}

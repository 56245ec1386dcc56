'use client'

import 'coinslot'

/** Brings what the server painted to life. */
export function Elements() {
  return null
}

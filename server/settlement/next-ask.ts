/** When an open session is to be asked about: soon at first, then ever more seldom. */
import type { SessionRecord } from '../session.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Money that comes after the end is looked for this soon, and then ever more seldom for a day. */
const FIRST_LATE_ASK_MS = 10 * MINUTE_MS
const NEVER = new Date('9999-12-31T23:59:59.999Z')

/**
 * When a session is to be asked about again: the older it is, the later, but not after its end; and
 * past its end, where it is still open, the longer ago that is, the later. One that has expired is
 * asked about for a day more: a coin that was sent in time may arrive after it, and its webhook be lost.
 */
export function nextAsk(
  { createdAt, expiresAt, status }: Pick<SessionRecord, 'createdAt' | 'expiresAt' | 'status'>,
  now: Date,
): Date {
  if (status === 'expired') return nextLateAsk(now.getTime() - expiresAt.getTime(), now)
  const isOver = expiresAt <= now
  const age = now.getTime() - (isOver ? expiresAt : createdAt).getTime()
  const wait = Math.min(Math.max(Math.round(age / 2), MINUTE_MS), HOUR_MS)
  const next = new Date(now.getTime() + wait)
  return !isOver && next > expiresAt ? expiresAt : next
}

function nextLateAsk(age: number, now: Date): Date {
  return age > DAY_MS ? NEVER : new Date(now.getTime() + Math.max(age, FIRST_LATE_ASK_MS))
}

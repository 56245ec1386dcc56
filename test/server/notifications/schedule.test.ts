import { describe, expect, it } from 'vitest'
import { nextAttemptAt } from '../../../server/notifications/schedule.ts'
import { AT } from '../session-fixture.ts'

/** Seconds until the next attempt. */
function wait(attempt: number, retryAfter?: string, random = 0): number | undefined {
  const at = nextAttemptAt(attempt, AT, retryAfter, random)
  return at && (at.getTime() - AT.getTime()) / 1000
}
const DAY = 86_400

describe('the next attempt', () => {
  it('is never made after the tenth, whatever the receiver wishes', () => {
    expect([10, 11, 100].map((attempt) => wait(attempt, '5'))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('is made 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after the one before', () => {
    const hour = 3_600
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => wait(attempt))).toEqual([
      5,
      300,
      1_800,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
    ])
  })

  it('is at most a tenth later by chance, and never earlier', () => {
    expect([wait(2, undefined, 0), wait(2, undefined, 0.5), wait(2, undefined, 1)]).toEqual([
      300, 315, 330,
    ])
  })

  it.each([
    ['in seconds', '120', 120],
    ['as a date', 'Sat, 21 Nov 2026 12:02:00 GMT', 120],
    ['later than a day, in seconds', '86401', DAY],
    ['later than a day, as a date', 'Wed, 21 Nov 2029 12:02:00 GMT', DAY],
    ['in more seconds than there are', '9'.repeat(400), DAY],
    ['earlier than the schedule', '1', 5],
    ['in the past', 'Sat, 21 Nov 2026 11:00:00 GMT', 5],
    ['as no date', 'Sat, 41 Nov 2026 11:00:00 GMT', 5],
    ['as a date in another form', '2026-11-21T13:00:00Z', 5],
    ['as a fraction', '1e3', 5],
    ['as less than nothing', '-120', 5],
    ['as nothing', '', 5],
  ])('waits for what the receiver wishes %s: %s', (_, retryAfter, seconds) => {
    expect(wait(1, retryAfter)).toBe(seconds)
  })
})

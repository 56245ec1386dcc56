/** Payments that a provider tells of, and no session is known for. */
import { describe, expect, it } from 'vitest'
import type { Log } from '../../server/log.ts'
import { createStrayPayments } from '../../server/settlement/stray-payments.ts'
import type { StrayPayment } from '../../server/store/store.ts'

const START = Date.parse('2026-11-21T12:00:00.000Z')
const MINUTE = 60_000

function watch() {
  let time = START
  const kept: { stray: StrayPayment; at: number }[] = []
  const told: unknown[] = []
  const look = createStrayPayments({
    store: {
      findStrayPayments: async (after, before) =>
        kept
          .filter(({ at }) => at > after.getTime() && at <= before.getTime())
          .map(({ stray }) => stray),
    },
    log: { warn: (entry: unknown) => told.push(entry) } as unknown as Log,
    now: () => new Date(time),
  })
  return {
    told,
    look,
    at: (ms: number) => (time = START + ms),
    keep: (eventId: string, at: number) =>
      kept.push({ stray: { provider: 'sandbox', eventId }, at: START + at }),
  }
}

describe('a payment of a session that is not known', () => {
  it('is not told of before the answer that makes its session known can have come', async () => {
    const { told, look, at, keep } = watch()
    keep('evt_1', 0)
    at(MINUTE - 1)
    await look()
    expect(told).toEqual([])
    at(MINUTE)
    await look()
    expect(told).toEqual([{ provider: 'sandbox', event: 'evt_1' }])
  })

  it('is told of once, and also where it came shortly before a restart', async () => {
    const { told, look, at, keep } = watch()
    keep('evt_before', -2 * MINUTE)
    keep('evt_long_ago', -120 * MINUTE)
    await look()
    at(10 * MINUTE)
    await look()
    expect(told).toEqual([{ provider: 'sandbox', event: 'evt_before' }])
  })

  it('is told of where the clock was put back meanwhile', async () => {
    const { told, look, at, keep } = watch()
    await look()
    at(-10 * MINUTE)
    await look()
    keep('evt_1', 0)
    at(2 * MINUTE)
    await look()
    expect(told).toHaveLength(1)
  })
})

/** The row of too many buyers: five times what a server can do, whether or not it has answered the others. */
import { setTimeout as sleep } from 'node:timers/promises'
import { passInDatabase } from '../../postgres/rate-limit-minute.ts'
import { CONTROLS } from '../control.ts'
import type { Opening } from '../observed.ts'
import type { Row } from '../row.ts'
import type { Client } from '../client.ts'
import type { Stage } from '../stage.ts'

const PER_MINUTE = 100
const SAMPLE = 60
const FOR_MS = 3_000
const TIMES = 5
/** A server takes no more connections than 1,000 of one address, and all of these buyers have one. */
const MOST_WAITING = 900
/** Within the patience of a page. */
const ACCEPTED_P99_MS = 10_000
const NORMAL_AGAIN_MS = 10_000
const NORMAL_MS = 1_000
/** All limits begin anew. */
const NEXT_MINUTE_MS = 61_000

export const overload: Row = {
  id: 'R24',
  fault:
    'five times as many buyers as a server can do, at any pace but theirs; limits as configured',
  on: ['sqlite', 'postgres'],
  perProvider: PER_MINUTE,
  control: CONTROLS.noRateLimit,
  async play(stage, traffic) {
    const { client, providers } = stage
    const capacity = await measure(client)
    await passMinute(stage)
    const before = client.openings.length
    const madeBefore = (await providers.ledger()).length
    const sent: Promise<Opening>[] = []
    const waiting = () => sent.length - (client.openings.length - before)
    const startedAt = performance.now()
    while (performance.now() - startedAt < FOR_MS) {
      const due = ((performance.now() - startedAt) / 1000) * capacity * TIMES
      while (sent.length < due && waiting() < MOST_WAITING)
        sent.push(client.open(client.newOrder()))
      await sleep(5)
    }
    stage.count(sent.length)
    await Promise.all(sent)
    const openings = client.openings.slice(before)
    const statuses = new Set(openings.map(({ status }) => status))
    const known = [...statuses].every((status) => [201, 429, 503].includes(status ?? 0))
    stage.expect(known, `answers were ${[...statuses].join(', ')}`)
    const made = (await providers.ledger()).length - madeBefore
    const most = 2 * PER_MINUTE
    stage.expect(made <= most, `the providers were asked for ${made} sessions, of at most ${most}`)
    const accepted = openings.filter(({ status }) => status === 201)
    stage.expect(p99(accepted) < ACCEPTED_P99_MS, `p99 of the accepted was ${p99(accepted)} ms`)
    await passMinute(stage)
    stage.expect(await isNormalAgain(client), `nothing was as before after ${NORMAL_AGAIN_MS} ms`)
    await traffic.rest()
  },
}

async function passMinute({ moveClock, database }: Stage): Promise<void> {
  await moveClock(NEXT_MINUTE_MS)
  await passInDatabase(NEXT_MINUTE_MS, database.directUrl)
}

/**
 * Sessions that are opened in a second, where eight buyers wait for one another. As many at each provider, so that
 * the server has given out whatever it has taken of their limits: no clock that we can turn ends what is left.
 */
async function measure(client: Client): Promise<number> {
  const startedAt = performance.now()
  let left = SAMPLE
  const work = async () => {
    while (left > 0) {
      left -= 1
      await client.open(client.newOrder(left % 2 === 0 ? 'kadosei' : 'sprintcheckout'))
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return (SAMPLE / (performance.now() - startedAt)) * 1000
}

async function isNormalAgain(client: Client): Promise<boolean> {
  const giveUpAt = performance.now() + NORMAL_AGAIN_MS
  while (performance.now() < giveUpAt) {
    const { status, startedAt, endedAt } = await client.open(client.newOrder())
    if (status === 201 && endedAt - startedAt < NORMAL_MS) return true
  }
  return false
}

function p99(openings: readonly Opening[]): number {
  const times = openings.map(({ startedAt, endedAt }) => endedAt - startedAt)
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0
}

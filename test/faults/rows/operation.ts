/** Rows of what an operator lives through: many days, and a backup that has to be restored. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTROLS } from '../control.ts'
import type { LedgerSession } from '../provider-words.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'

/** In a day of the row's clock, of which there are enough for all that is old to be forgotten. */
const BUYERS_A_DAY = 20
const DAYS = 33
const A_DAY_MS = 24 * 60 * 60 * 1000
/** Those of them after which a process has grown to what it needs. */
const DAYS_TO_GROW = 11
const FORGETTING_MS = 2_000
const MOST_GROWTH_MB = 48
const MOST_WAL_MB = 8

export const manyDays: Row = {
  id: 'R26',
  fault: `${DAYS} days in a minute: ${BUYERS_A_DAY} buyers a day, half of whom pay`,
  on: ['sqlite', 'postgres'],
  control: CONTROLS.noSweep,
  async play(stage, traffic) {
    const megabytes: number[] = []
    let mostWal = 0
    for (let day = 0; day < DAYS; day += 1) {
      // The other one's fake does not live by the row's clock.
      await traffic.load(BUYERS_A_DAY, 8, { provider: 'sprintcheckout', paying: 0.5 })
      megabytes.push(await residentMegabytes(stage.server.pid()))
      mostWal = Math.max(mostWal, await walMegabytes(stage))
      await stage.moveClock(A_DAY_MS)
      stage.count()
    }
    const growth = meanOf(megabytes.slice(-DAYS_TO_GROW)) - megabytes[DAYS_TO_GROW]!
    stage.expect(growth < MOST_GROWTH_MB, `the process has grown by ${growth} MB`)
    stage.expect(mostWal < MOST_WAL_MB, `the WAL has ${mostWal} MB`)
    // Before anything starts again: a start forgets, too.
    await sleep(FORGETTING_MS)
    await expectForgotten(stage)
    await traffic.rest()
  },
}

/** Keys live a day, notifications thirty. */
async function expectForgotten({ database, expect, clock }: Stage): Promise<void> {
  const { intents, outbox } = await database.read()
  const now = clock.now().getTime()
  const age = ({ created_at: at }: { created_at: string }) => (now - Date.parse(at)) / A_DAY_MS
  const keys = intents.filter((row) => age(row) > 2).length
  const messages = outbox.filter((row) => age(row) > 31).length
  expect(keys === 0, `${keys} keys are older than two days`)
  expect(messages === 0, `${messages} notifications are older than 31 days`)
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

async function walMegabytes({ database: { file } }: Stage): Promise<number> {
  return file === undefined ? 0 : (await stat(`${file}-wal`)).size / 2 ** 20
}

function meanOf(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length
}

/** Longer than a payment may wait for its session, and than a look for such takes to come. */
const PAST_PATIENCE_MS = 2 * 60_000
const LOOKS_MS = 16_000

export const restored: Row = {
  id: 'R27',
  fault:
    'a backup taken while buyers pay is restored; the providers send every webhook again, twice',
  on: ['sqlite', 'postgres'],
  servers: 2,
  control: CONTROLS.newMessageIds,
  async play(stage, traffic) {
    const { client, database, servers, random, providers } = stage
    await traffic.load(20, 4)
    const load = traffic.load(60, 6)
    await traffic.progress(random.between(20, 60))
    const takenAt = performance.now()
    const restore = await database.backUp()
    await load
    const told = new Set(client.deliveries.map(({ webhook }) => webhook))

    await Promise.all(servers.map(({ stop }) => stop()))
    await restore()
    const span = { startedAt: takenAt, endedAt: performance.now() }
    stage.count()
    const made = client.openings.filter(({ status }) => status === 201)
    const isKept = await readKept(stage)
    const early = made.filter(({ endedAt, body }) => endedAt < takenAt && !isKept(body))
    stage.expect(early.length === 0, `${early.length} sessions of before are not in the backup`)

    for (const { start } of servers) await start()
    const again = random.shuffle([...told, ...told])
    await Promise.all(again.map((webhook) => traffic.deliver(webhook)))
    stage.count(again.length)
    stage.forget(span)
    await traffic.load(10, 4)
    await stage.moveClock(PAST_PATIENCE_MS)
    await traffic.rest()
    const lost = await stage.lost()
    const ledger = await providers.ledger()
    const strays = ledger.filter(({ order, happened }) => lost.has(order) && happened[0] === 'paid')
    await expectStrays(stage, strays)
  },
}

/** That payments of sessions that are not known any more are kept, and told to the operator. */
async function expectStrays(stage: Stage, strays: readonly LedgerSession[]): Promise<void> {
  const { reports } = await stage.database.read()
  const kept = new Set(
    reports.filter(({ status }) => status === 'paid').map((one) => one.reference),
  )
  const missing = strays.filter(({ reference }) => !kept.has(reference))
  stage.expect(strays.length > 0, 'nothing was paid after the backup')
  stage.expect(missing.length === 0, `${missing.length} payments from after it are not kept`)
  const isTold = () => stage.said('a payment of a session that is not known here')
  for (let waited = 0; waited < LOOKS_MS && !isTold(); waited += 500) await sleep(500)
  stage.expect(isTold(), 'nobody was told of the payments from after the backup')
}

/** Tells of an answer whether its session is known, with what its provider calls it. */
async function readKept({ database }: Stage): Promise<(body: string) => boolean> {
  const { sessions } = await database.read()
  const known = new Set(sessions.filter(({ reference }) => reference !== null).map(({ id }) => id))
  return (body) => known.has(idOf(body))
}

function idOf(body: string): string {
  return (JSON.parse(body) as { id: string }).id
}

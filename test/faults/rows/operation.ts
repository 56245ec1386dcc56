/** Rows of what an operator lives through: a backup that has to be restored. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTROLS } from '../control.ts'
import type { LedgerSession } from '../provider-words.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'

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

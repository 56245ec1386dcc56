/** Rows in which the disk of SQLite is full, fails, forgets, or is held by another. */
import { setTimeout as sleep } from 'node:timers/promises'
import SQLite from 'better-sqlite3'
import { CONTROLS } from '../control.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'
import { trace } from '../strace.ts'

const SQLITE = ['sqlite'] as const

export const powerLoss: Row = {
  id: 'R3',
  fault: 'stand-in for a power cut: each commit is synced before it is acknowledged',
  on: SQLITE,
  needs: 'strace',
  control: CONTROLS.noSync,
  async play(stage, traffic) {
    const orders = 20
    const stop = await trace(stage.server.pid(), 'trace=fdatasync,fsync')
    for (let order = 0; order < orders; order += 1) await traffic.open(stage.client.newOrder())
    const syncs = await stop()
    stage.count(syncs.length)
    // One before the provider is called, one before the buyer is answered.
    const enough = syncs.length >= 2 * orders
    stage.expect(enough, `${2 * orders} commits one after the other, and ${syncs.length} syncs`)
    await traffic.rest()
  },
}

/** Enough for some sessions more. */
const LITTLE_ROOM = 96 * 1024

export const fullDisk: Row = {
  id: 'R4 ENOSPC',
  fault: 'the disk is full, under load, and has room again',
  on: SQLITE,
  needs: 'small disk',
  control: CONTROLS.tellBeforeCommit,
  async play(stage, traffic) {
    const { disk } = stage.database
    if (!disk) throw new Error('this needs a small disk')
    await traffic.load(10, 4)
    await disk.fill(LITTLE_ROOM)
    await traffic.load(60, 8, { paying: 1 })
    countFailures(stage)
    await stage.audit('anytime')
    await disk.empty()
    await traffic.load(10, 4)
    await traffic.rest()
  },
}

export const failingDisk: Row = {
  id: 'R4 EIO',
  fault: 'the disk fails to sync, under load, and works again',
  on: SQLITE,
  needs: 'strace',
  // Nothing new can be begun then: what would be lost is what was paid.
  control: { ...CONTROLS.tellBeforeCommit, breaks: 'I10' },
  async play(stage, traffic) {
    const { server, client } = stage
    const orders = Array.from({ length: 20 }, () => client.newOrder())
    await Promise.all(orders.map((order) => traffic.open(order)))
    const failing = 'inject=fsync,fdatasync:error=EIO'
    const stop = await trace(server.pid(), 'trace=fdatasync,fsync', failing)
    await Promise.all(orders.map((order) => traffic.happen(order, 'paid')))
    await traffic.load(20, 8, { paying: 1 })
    await stop()
    countFailures(stage)
    await stage.audit('anytime')
    await traffic.load(10, 4)
    await traffic.rest()
  },
}

const HELD_MS = 8_000
/** The store waits 5 s for another's lock, and there are two commits to a session. */
const ENOUGH_MS = 16_000

export const heldLock: Row = {
  id: 'R5',
  fault: 'another process holds the lock for 8 s',
  on: SQLITE,
  control: CONTROLS.noPassing,
  async play(stage, traffic) {
    const { client } = stage
    const holder = new SQLite(fileOf(stage))
    holder.exec('begin immediate')
    stage.count()
    const load = traffic.load(20, 8)
    await sleep(HELD_MS)
    holder.exec('rollback')
    holder.close()
    await load
    const slow = client.openings.filter(({ startedAt, endedAt }) => endedAt - startedAt > ENOUGH_MS)
    stage.expect(slow.length === 0, `${slow.length} answers took over ${ENOUGH_MS} ms`)
    expectSaid(stage)
    await traffic.rest()
  },
}

/** That there were failures, and that each said that it may be tried again. */
function countFailures(stage: Stage): void {
  const failed = stage.client.openings.filter(({ status }) => status === undefined || status >= 500)
  stage.count(failed.length)
  stage.expect(failed.length > 0, 'nothing has failed')
  expectSaid(stage)
}

function expectSaid(stage: Stage): void {
  const unclear = stage.client.openings.filter(({ status }) => status === 500)
  stage.expect(unclear.length === 0, `${unclear.length} answers did not say that it will pass`)
}

function fileOf({ database: { file } }: Stage): string {
  if (file === undefined) throw new Error('this needs SQLite')
  return file
}

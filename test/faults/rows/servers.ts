/** Rows of several servers, of buyers who press twice or go away, of clocks that are wrong, and of everything at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTROLS } from '../control.ts'
import type { Fault } from '../fault-proxy.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'

const BOTH = ['sqlite', 'postgres'] as const

export const equalPosts: Row = {
  id: 'R18',
  fault: 'one intent 50 times at once, at two servers',
  on: BOTH,
  isShort: true,
  servers: 2,
  control: CONTROLS.noLease,
  async play(stage, traffic) {
    const { client } = stage
    for (const provider of ['sprintcheckout', 'kadosei'] as const) {
      const order = client.newOrder(provider)
      stage.count(49)
      await Promise.all(Array.from({ length: 50 }, () => client.open(order)))
      await traffic.open(order)
    }
    await traffic.rest()
  },
}

export const hangingUp: Row = {
  id: 'R19',
  fault: 'buyers go away in the middle of a request or an answer',
  on: BOTH,
  control: CONTROLS.noKeys,
  async play(stage, traffic) {
    const { random, server } = stage
    server.proxy.follow(() =>
      random.chance(0.2) ? { kind: random.pick(['reset', 'half'] as const) } : undefined,
    )
    await traffic.load(80, 8)
    await traffic.rest()
  },
}

const TEN_MINUTES_MS = 600_000
const A_DAY_AND_MORE_MS = 25 * 60 * 60 * 1000

export const wrongClocks: Row = {
  id: 'R22',
  fault:
    'the clock jumps: 10 min forward and back, under load; then a day, past the end of sessions',
  on: BOTH,
  control: CONTROLS.endUnasked,
  async play(stage, traffic) {
    for (const jump of [TEN_MINUTES_MS, -TEN_MINUTES_MS, -TEN_MINUTES_MS, TEN_MINUTES_MS]) {
      const load = traffic.load(20, 8, { losses: 0.5 })
      await traffic.progress(stage.random.between(10, 50))
      await stage.moveClock(jump)
      stage.count()
      await load
    }
    await stage.heal()
    await stage.moveClock(A_DAY_AND_MORE_MS)
    stage.count()
    await traffic.rest()
  },
}

export const everything: Row = {
  id: 'R28',
  fault: 'all of these at random',
  on: BOTH,
  servers: 2,
  control: CONTROLS.acknowledgeEarly,
  async play(stage, traffic) {
    const { random } = stage
    const end = new AbortController()
    const load = traffic.load(Infinity, 8, { losses: 0.2, signal: end.signal })
    for (let mischiefs = 0; mischiefs < 8; mischiefs += 1) {
      await random.pick(MISCHIEFS)(stage)
      await traffic.progress(random.between(5, 50))
      await stage.audit('anytime')
    }
    end.abort()
    await stage.heal()
    for (const server of stage.servers) server.thaw()
    await load
    await traffic.rest()
  },
}

const MISCHIEFS: readonly ((stage: Stage) => Promise<void>)[] = [
  async function killOne(stage) {
    const server = stage.random.pick(stage.servers)
    await server.stop('SIGKILL')
    stage.count()
    await stage.audit('anytime')
    await server.start()
  },
  async function restartOne(stage) {
    const server = stage.random.pick(stage.servers)
    await server.stop('SIGTERM')
    stage.count()
    await server.start()
  },
  async function freezeOne(stage) {
    const server = stage.random.pick(stage.servers)
    server.freeze()
    stage.count()
    await stage.moveClock(20_000)
    await sleep(stage.random.between(100, 1_000))
    server.thaw()
  },
  async function tangleLines(stage) {
    const { random, servers, toProvider, toMerchant, database } = stage
    const proxies = [...servers.map(({ proxy }) => proxy), ...Object.values(toProvider), toMerchant]
    const proxy = random.pick(database.proxy ? [...proxies, database.proxy] : proxies)
    proxy.follow(() => (random.chance(0.2) ? anyFault(stage) : undefined))
    await sleep(random.between(100, 1_000))
    proxy.follow(() => undefined)
  },
  async function moveClocks(stage) {
    await stage.moveClock(stage.random.between(-TEN_MINUTES_MS, TEN_MINUTES_MS))
    stage.count()
  },
  async function deafenMerchant({ toMerchant, random }) {
    toMerchant.refuse()
    await sleep(random.between(100, 500))
    toMerchant.heal()
  },
]

function anyFault({ random }: Stage): Fault {
  const kind = random.pick(['slow', 'reset', 'half'] as const)
  return kind === 'slow' ? { kind, ms: random.between(1, 300) } : { kind }
}

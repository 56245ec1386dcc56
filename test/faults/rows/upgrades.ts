/** Rows in which the schema changes: killed in the middle of it, by several servers at once, with others still at work. */
import { CONTROLS } from '../control.ts'
import type { Row } from '../row.ts'
import { makeNewer, STEPS_BACK, takeBack } from '../schema.ts'
import type { Server, StartOptions } from '../server.ts'
import type { Stage } from '../stage.ts'

const olderDatabase: Omit<Row, 'on' | 'control'> = {
  id: 'R25 older',
  fault:
    'kill -9 while what an older version has kept is brought up to date; then two servers do it at once',
  servers: 2,
  async play(stage, traffic) {
    const { client, random, servers, database } = stage
    const orders = Array.from({ length: 16 }, () => client.newOrder())
    await Promise.all(orders.map((order) => traffic.open(order)))
    const [early, late] = [orders.slice(0, 8), orders.slice(8)]
    await Promise.all(early.map((order) => traffic.happen(order, 'paid')))
    await traffic.rest()
    await Promise.all(servers.map(({ stop }) => stop('SIGTERM')))
    await takeBack(database, random.between(2, STEPS_BACK + 1))
    for (let kills = 0; kills < 4; kills += 1) await killDuringSteps(stage, stage.server)
    const ends = await Promise.allSettled(servers.map(({ start }) => start()))
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []))
    stage.expect(refused.length === 0, `it did not start again: ${refused.join('; ')}`)
    if (refused.length > 0) return
    await Promise.all(late.map((order) => traffic.happen(order, 'paid')))
    await traffic.load(8, 4)
    await traffic.rest()
  },
}

export const olderFile: Row = {
  ...olderDatabase,
  on: ['sqlite'],
  control: CONTROLS.halfSteps,
}

export const olderOnServer: Row = {
  ...olderDatabase,
  on: ['postgres'],
  control: CONTROLS.halfStepsOnServer,
}

export const besideNewer: Row = {
  id: 'R25 newer',
  fault: 'two servers upgraded one after the other, under load, the first killed on its way',
  on: ['sqlite', 'postgres'],
  servers: 2,
  control: CONTROLS.noNewerRefused,
  async play(stage, traffic) {
    const { servers, client, random, main } = stage
    const [first, last] = servers
    if (!first || !last) throw new Error('this needs two servers')
    const newer = { main: await makeNewer(main) }
    const end = new AbortController()
    const load = traffic.load(Infinity, 4, { signal: end.signal })
    await traffic.progress(random.between(20, 60))
    client.use([last.proxy.port])
    await first.stop('SIGTERM')
    for (let kills = 0; kills < 2; kills += 1) {
      await killDuringSteps(stage, first, newer)
      await stage.audit('anytime')
    }
    await first.start(newer)
    client.use(servers.map(({ proxy }) => proxy.port))
    await traffic.progress(60)
    client.use([first.proxy.port])
    await last.stop('SIGTERM')
    const refusal = await last.start().then(
      () => 'it started',
      (error: unknown) => String(error),
    )
    const isTold = /a newer Coinslot .* start that version again/.test(refusal)
    stage.expect(isTold, `a server of before, on what is newer: ${refusal}`)
    if (!last.isRunning()) await last.start(newer)
    client.use(servers.map(({ proxy }) => proxy.port))
    await traffic.progress(40)
    end.abort()
    await load
    await traffic.rest()
  },
}

/** As many as the steps have at least. */
const STATEMENTS = 6

/** A statement of a step: of its tables, or that it was taken. */
const OF_STEPS = /create table|alter table|create index|kysely_migration" \(|"later"/i

/** Starts a server, and ends it before one of the statements that its steps are made of. */
async function killDuringSteps(stage: Stage, server: Server, how: StartOptions = {}) {
  const statement = stage.random.between(1, STATEMENTS + 1)
  const { proxy } = stage.database
  let seen = 0
  const isThere = (text: string) => OF_STEPS.test(text) && (seen += 1) === statement
  const trapped = proxy?.trap('request', isThere)
  const start = server.start(proxy ? how : { ...how, environment: dying(stage, statement) })
  const ended = start.catch(() => undefined)
  const held = await (trapped ? Promise.race([trapped, ended]) : ended)
  stage.count()
  await server.stop('SIGKILL')
  held?.drop()
  proxy?.heal()
  await ended
}

const PRELOAD = new URL('../death-preload.js', import.meta.url).href

function dying({ clock }: Stage, statement: number): Record<string, string> {
  const { NODE_OPTIONS } = clock.environment
  return { FAULTS_DEATH: String(statement), NODE_OPTIONS: `${NODE_OPTIONS} --import=${PRELOAD}` }
}

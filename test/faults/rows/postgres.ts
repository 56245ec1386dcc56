/** Rows in which PostgreSQL ends, loses its connections, or is behind a line that fails. */
import { Client } from 'pg'
import { CONTROLS } from '../control.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'

const POSTGRES = ['postgres'] as const

export const killedDatabase: Row = {
  id: 'R6 killed',
  fault: 'PostgreSQL is killed, under load of two servers, and starts again',
  on: POSTGRES,
  servers: 2,
  control: CONTROLS.acknowledgeEarly,
  async play(stage, traffic) {
    const { database, random, toProvider } = stage
    const { server } = database
    if (!server) throw new Error('this needs PostgreSQL')
    toProvider.kadosei.follow((direction) =>
      direction === 'answer' ? { kind: 'slow', ms: random.between(0, 80) } : undefined,
    )
    for (let kills = 0; kills < 3; kills += 1) {
      const load = traffic.load(40, 8, { paying: 1 })
      await traffic.progress(random.between(5, 80))
      await server.kill()
      stage.count()
      await traffic.progress(10)
      await server.start()
      await load
      await stage.audit('anytime')
    }
    await traffic.rest()
  },
}

export const endedConnections: Row = {
  id: 'R6 line',
  fault: 'connections to PostgreSQL are ended, reset, halved and slow, under load',
  on: POSTGRES,
  servers: 2,
  control: CONTROLS.acknowledgeEarly,
  async play(stage, traffic) {
    const { database, random } = stage
    database.proxy?.follow(() => {
      if (!random.chance(0.01)) return undefined
      const kind = random.pick(['slow', 'reset', 'half'] as const)
      return kind === 'slow' ? { kind, ms: random.between(10, 300) } : { kind }
    })
    stage.merchant.answer((response) => response.writeHead(random.chance(0.2) ? 503 : 204).end())
    const load = traffic.load(100, 8)
    for (let times = 0; times < 3; times += 1) {
      await traffic.progress(30)
      await endConnections(stage)
    }
    await load
    await stage.audit('anytime')
    await traffic.rest()
  },
}

export const silentDatabase: Row = {
  id: 'R6 silent',
  fault: 'PostgreSQL takes questions and answers none',
  on: POSTGRES,
  control: CONTROLS.noQueryTimeout,
  async play(stage, traffic) {
    const { database, client } = stage
    await traffic.load(4, 4)
    database.proxy?.follow((direction) => (direction === 'answer' ? { kind: 'hang' } : undefined))
    await Promise.all(Array.from({ length: 12 }, () => traffic.open(client.newOrder(), 1)))
    const slow = client.openings.filter(
      ({ startedAt, endedAt }) => endedAt - startedAt > PATIENCE_MS,
    )
    stage.expect(slow.length === 0, `${slow.length} answers took over ${PATIENCE_MS} ms`)
    await traffic.rest()
  },
}

/** A question may take 5 s, and a request has few. */
const PATIENCE_MS = 16_000

async function endConnections(stage: Stage): Promise<void> {
  const client = new Client(stage.database.directUrl)
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    stage.count(rowCount ?? 0)
  } finally {
    await client.end()
  }
}

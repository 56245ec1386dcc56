/** Opening sessions, durable writes included, against a bare pass-through of the same call: how many, how late, how it ages. */
import { tmpdir } from 'node:os'
import { findPostgres } from '../postgres/programs.js'
import { startPostgresIn } from '../postgres/server.ts'
import { openSessions, openSessionsAt } from './load.ts'
import { median } from './median.ts'
import { startServers, type Server } from './servers.ts'

const ROUNDS = 5
const SECONDS = 3
const PER_SECOND = 200
const SESSIONS = 100_000
/** Before this many nothing is measured: code that is run often is compiled anew until then. */
const WARM_UP = 10_000

/** A Coinslot that is measured, and at least how many sessions it is to open for each of the pass-through. */
interface Subject {
  readonly name: string
  readonly goal: number
  readonly server: Server
}

export async function compareSessionCreation(): Promise<void> {
  const servers = await startServers()
  const postgres = findPostgres() ? await startPostgresIn(tmpdir()) : undefined
  if (!postgres) console.log('\nPostgreSQL is not installed, and is not measured')
  try {
    const bare = servers.passThrough
    const sqlite = await servers.startCoinslot()
    const subjects: Subject[] = [{ name: 'coinslot, SQLite', goal: 0.3, server: sqlite }]
    if (postgres) {
      const server = await servers.startCoinslot(postgres.url)
      subjects.push({ name: 'coinslot, PostgreSQL', goal: 0.25, server })
    }
    for (const { url } of [bare, ...subjects.map(({ server }) => server)]) {
      await openSessions(url, { amount: WARM_UP })
    }
    const young = await compareRates(bare, subjects)
    tellRates(young)
    await compareLateness(bare, subjects)
    const before = subjects.map(({ server }) => server.residentMb())
    for (const { server } of subjects) await openSessions(server.url, { amount: SESSIONS })
    tellAge(subjects, { young, old: await compareRates(bare, subjects), before })
  } finally {
    servers.stop()
    await postgres?.remove()
  }
}

interface Rate {
  readonly name: string
  readonly perSecond: number
  /** Of each round. */
  readonly ratios: readonly number[]
  readonly goal: number
}

/** In turns, because what else the machine does varies. */
async function compareRates(bare: Server, subjects: readonly Subject[]): Promise<Rate[]> {
  const rounds: number[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const rates: number[] = []
    for (const { url } of [bare, ...subjects.map(({ server }) => server)]) {
      rates.push(await openSessions(url, { duration: SECONDS }))
    }
    rounds.push(rates)
  }
  const names = [{ name: 'pass-through', goal: 1 }, ...subjects]
  return names.map(({ name, goal }, index) => ({
    name,
    goal,
    perSecond: Math.round(median(rounds.map((rates) => rates[index]!))),
    ratios: rounds.map((rates) => rates[index]! / rates[0]!),
  }))
}

function tellRates([bare, ...ours]: readonly Rate[]): void {
  console.log(`\nSessions a second (median of ${ROUNDS} × ${SECONDS} s; baseline: pass-through)`)
  console.table({
    'http + undici pass-through': { 'a second': bare!.perSecond },
    ...Object.fromEntries(
      ours.map(({ name, perSecond, ratios, goal }) => [
        name,
        {
          'a second': perSecond,
          ratio: round(median(ratios)),
          'from – to': `${round(Math.min(...ratios))} – ${round(Math.max(...ratios))}`,
          goal: `≥ ${goal}`,
        },
      ]),
    ),
  })
}

async function compareLateness(bare: Server, subjects: readonly Subject[]): Promise<void> {
  const measured = [{ name: 'http + undici pass-through', server: bare }, ...subjects]
  const times = measured.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, { server }] of measured.entries()) {
      times[index]!.push(...(await openSessionsAt(server.url, PER_SECOND, SECONDS)))
    }
  }
  const p99s = times.map((ms) => quantile(ms, 0.99))
  console.log(
    `\nMilliseconds that one of a hundred takes at least, at ${PER_SECOND} sessions a second`,
  )
  console.table(
    Object.fromEntries(
      measured.map(({ name }, index) => [
        name,
        {
          median: round(quantile(times[index]!, 0.5)),
          p99: round(p99s[index]!),
          ...(index > 0 && { 'p99 added': round(p99s[index]! - p99s[0]!), goal: '≤ 5' }),
        },
      ]),
    ),
  )
}

interface Ages {
  readonly young: readonly Rate[]
  readonly old: readonly Rate[]
  /** Resident memory when they were young. */
  readonly before: readonly number[]
}

function tellAge(subjects: readonly Subject[], { young, old, before }: Ages): void {
  console.log(`\nAfter ${SESSIONS.toLocaleString('en')} sessions more`)
  const rows = subjects.map(({ name, server }, index) => {
    const [was, is] = [before[index]!, server.residentMb()]
    const [fresh, aged] = [young, old].map((rates) => median(rates[index + 1]!.ratios))
    return [
      name,
      {
        'speed, to before': round(aged! / fresh!),
        goal: '≥ 0.9',
        'resident MB': `${was} → ${is}`,
        'memory, to before': round(is / was),
        'its goal': '≤ 1.1',
      },
    ]
  })
  console.table(Object.fromEntries(rows))
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN
}

function round(value: number): number {
  return Number(value.toFixed(2))
}

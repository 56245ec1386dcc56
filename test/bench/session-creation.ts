/** Opening sessions, durable writes included, against a bare pass-through of the same call: how many, how late, how it ages. */
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { findPostgres } from '../postgres/programs.js'
import { startPostgresIn } from '../postgres/server.ts'
import { openSessions, openSessionsAt } from './load.ts'
import { median } from './median.ts'
import { startServers, type Server } from './servers.ts'

/** At one time: what is kept for all of them in one write is the cheaper, the more there are. */
const FEW = 32
const MANY = 128
const ROUNDS = 5
const SECONDS = 3
const PER_SECOND = 200
const SESSIONS = 100_000
/** Before this many nothing is measured: code that is run often is compiled anew until then. */
const WARM_UP = 10_000

/** What is measured of a Coinslot, by itself: what another's database still writes would be counted to it. */
interface Measured {
  readonly name: string
  readonly goal: number
  readonly young: Rates
  readonly crowded: Rates
  readonly old: Rates
  /** By round, the milliseconds of each session when few are opened. */
  readonly times: Pair<readonly (readonly number[])[]>
  /** Resident memory when it was young, and after many sessions more. */
  readonly residentMb: readonly [number, number]
}

interface Pair<T> {
  readonly bare: T
  readonly ours: T
}

export async function compareSessionCreation(): Promise<void> {
  const all = [
    {
      ...(await measure('coinslot, SQLite', 0.3)),
      writesAlone: await measureWrites(),
    },
  ]
  if (findPostgres()) {
    all.push({
      ...(await withPostgres((url) => measure('coinslot, PostgreSQL', 0.25, url))),
      writesAlone: await withPostgres(measureWrites),
    })
  } else {
    console.log('\nPostgreSQL is not installed, and is not measured')
  }
  tellRates(all)
  tellLateness(all)
  tellAge(all)
}

/** Each has one of its own, which nothing was written to before. */
async function withPostgres<T>(work: (url: string) => Promise<T>): Promise<T> {
  const postgres = await startPostgresIn(tmpdir())
  try {
    return await work(postgres.url)
  } finally {
    await postgres.remove()
  }
}

/** @param goal at least how many sessions it is to open for each of the pass-through */
async function measure(name: string, goal: number, databaseUrl?: string): Promise<Measured> {
  const servers = await startServers()
  try {
    const pair = { bare: servers.passThrough, ours: await servers.startCoinslot(databaseUrl) }
    const { bare, ours } = pair
    for (const { url } of [bare, ours]) await openSessions(url, FEW, { amount: WARM_UP })
    const young = await compareRates(pair, FEW)
    const crowded = await compareRates(pair, MANY)
    // After the same work as the other, because what is free is given back when there is little to do.
    const before = ours.residentMb()
    const times = await compareLateness(pair)
    await openSessions(ours.url, FEW, { amount: SESSIONS })
    const old = await compareRates(pair, FEW)
    const residentMb = [before, ours.residentMb()] as const
    return { name, goal, young, crowded, old, times, residentMb }
  } finally {
    servers.stop()
  }
}

/** @returns the rates with nothing but the same writes in place of Coinslot */
async function measureWrites(databaseUrl?: string): Promise<Rates> {
  const servers = await startServers()
  try {
    const pair = { bare: servers.passThrough, ours: await servers.startKeeping(databaseUrl) }
    for (const { url } of [pair.bare, pair.ours]) await openSessions(url, FEW, { amount: WARM_UP })
    return await compareRates(pair, FEW)
  } finally {
    servers.stop()
  }
}

/** Sessions a second, of each round. */
type Rates = Pair<readonly number[]>

/** In turns, because what else the machine does varies. */
async function compareRates({ bare, ours }: Pair<Server>, buyers: number): Promise<Rates> {
  const rates = { bare: [] as number[], ours: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.bare.push(await openSessions(bare.url, buyers, { duration: SECONDS }))
    rates.ours.push(await openSessions(ours.url, buyers, { duration: SECONDS }))
  }
  return rates
}

function ratiosOf({ bare, ours }: Rates): number[] {
  return ours.map((rate, round) => rate / bare[round]!)
}

function tellRates(all: readonly (Measured & { readonly writesAlone: Rates })[]): void {
  console.log(`\nSessions a second (median of ${ROUNDS} × ${SECONDS} s)`)
  const toRow = (rates: Rates, goal: string) => {
    const ratios = ratiosOf(rates)
    return {
      'http + undici pass-through': Math.round(median(rates.bare)),
      'a second': Math.round(median(rates.ours)),
      ratio: round(median(ratios)),
      'from – to': `${round(Math.min(...ratios))} – ${round(Math.max(...ratios))}`,
      goal,
    }
  }
  const rows = all.flatMap(({ name, goal, young, crowded, writesAlone }) => [
    [`${name}, ${FEW} buyers`, toRow(young, `≥ ${goal}`)],
    [`${name}, ${MANY} buyers`, toRow(crowded, `≥ ${goal}`)],
    [`${name}, ${FEW} buyers, its writes alone`, toRow(writesAlone, '')],
  ])
  console.table(Object.fromEntries(rows))
}

async function compareLateness({ bare, ours }: Pair<Server>): Promise<Measured['times']> {
  const times = { bare: [] as number[][], ours: [] as number[][] }
  // What the machine still has to write of the sessions before would be waited for with those that are measured.
  execFileSync('sync')
  for (let round = 0; round < ROUNDS; round += 1) {
    times.bare.push(await openSessionsAt(bare.url, PER_SECOND, SECONDS))
    times.ours.push(await openSessionsAt(ours.url, PER_SECOND, SECONDS))
  }
  return times
}

function tellLateness(all: readonly Measured[]): void {
  console.log(
    `\nMilliseconds that one of a hundred takes at least, at ${PER_SECOND} sessions a second`,
  )
  const rows = all.map(({ name, times }) => {
    const [bare, ours] = [times.bare.flat(), times.ours.flat()]
    const added = times.ours.map((ofRound, index) => p99(ofRound) - p99(times.bare[index]!))
    return [
      name,
      {
        'pass-through, median': round(quantile(bare, 0.5)),
        'its p99': round(p99(bare)),
        median: round(quantile(ours, 0.5)),
        p99: round(p99(ours)),
        'p99 added': round(p99(ours) - p99(bare)),
        'in the median round': round(median(added)),
        'from – to': `${round(Math.min(...added))} – ${round(Math.max(...added))}`,
        goal: '≤ 5',
      },
    ]
  })
  console.table(Object.fromEntries(rows))
}

function tellAge(all: readonly Measured[]): void {
  console.log(`\nAfter ${SESSIONS.toLocaleString('en')} sessions more`)
  const rows = all.map(({ name, young, old, residentMb: [was, is] }) => {
    const [fresh, aged] = [young, old].map((rates) => median(ratiosOf(rates)))
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

function p99(values: readonly number[]): number {
  return quantile(values, 0.99)
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN
}

function round(value: number): number {
  return Number(value.toFixed(2))
}

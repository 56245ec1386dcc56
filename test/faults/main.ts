/** `npm run test:faults`: plays the rows of faults with seeds, then each without its defence, and prints the table. */
import { parseArgs } from 'node:util'
import { startPostgres, type PostgresServer } from '../postgres/server.ts'
import { makeControl, removeControls } from './control.ts'
import type { DatabaseKind } from './database.ts'
import { canPlay, playRow, type Play } from './play-row.ts'
import { startProviders } from './provider-process.ts'
import type { Row } from './row.ts'
import { ROWS } from './rows/all.ts'
import { toTable, writeReadme, type Result } from './table.ts'

const USAGE = `Usage: npm run test:faults -- [OPTIONS]
  --seed N       the first seed (1)
  --rounds N     how many seeds each row is played with (1)
  --rows R1,R6   only these rows; "R6 killed" is one of several of that number
  --on sqlite    only this database: sqlite or postgres
  --write        puts the table into the README, where other rows stay as they are
`

/** A fault that chance makes is given so many seeds to show what is missing. */
const CONTROL_TRIES = 5

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '1' },
    rows: { type: 'string' },
    on: { type: 'string' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

const ORDER = ROWS.map(({ id }) => id)

let writing = Promise.resolve()

const seed = readCount('--seed', values.seed)
const rounds = readCount('--rounds', values.rounds)

async function main(): Promise<number> {
  if (values.help) return print(USAGE)
  const wanted = chooseRows(values.rows?.split(',') ?? ORDER)
  const rows = wanted.filter(canPlay)
  for (const { id, needs } of wanted.filter((row) => !canPlay(row))) {
    print(`${id} was not played: this machine has no ${needs}\n`)
  }
  if (kinds(rows).length === 0) throw new Error('there is nothing to play')
  const postgres = kinds(rows).includes('postgres') ? await startPostgres() : undefined
  try {
    // Beside one another: most of the time is spent waiting.
    const results = await Promise.all(kinds(rows).map((on) => playAll(rows, on, postgres)))
    return report(results.flat())
  } finally {
    await postgres?.remove()
    await removeControls()
  }
}

async function playAll(
  rows: readonly Row[],
  on: DatabaseKind,
  postgres: PostgresServer | undefined,
): Promise<Result[]> {
  const providers = await startProviders()
  const results: Result[] = []
  for (const row of rows.filter((row) => row.on.includes(on))) {
    const result = await playSeeds(row, { on, providers, postgres })
    results.push(result)
    // At once: a run of many rounds takes hours, and may be ended.
    if (values.write) await (writing = writing.then(() => writeReadme([result], ORDER)))
  }
  await providers.stop()
  return results
}

type Surroundings = Pick<Play, 'on' | 'providers' | 'postgres'>

async function playSeeds(row: Row, surroundings: Surroundings): Promise<Result> {
  let operations = 0
  let faults = 0
  let violations = 0
  const startedAt = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    const outcome = await playRow({ row, seed: seed + round, ...surroundings })
    operations += outcome.operations
    faults += outcome.faults
    violations += outcome.violations.length
    const replay = `--rows "${row.id}" --on ${surroundings.on} --seed ${seed + round}`
    for (const told of outcome.violations) print(`  ${replay}: ${told}\n`)
  }
  const control = row.control && {
    ...row.control,
    violations: await playControl(row, row.control, surroundings),
  }
  const { id, fault } = row
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const { on } = surroundings
  print(`${id} on ${on}: ${violations} violations, ${tellControl(control)}, ${seconds} s\n`)
  const seeds = rounds === 1 ? String(seed) : `${seed}–${seed + rounds - 1}`
  return { id, fault, on, seeds, operations, faults, violations, control }
}

/** How often that is broken which the row's defence is for. */
async function playControl(
  row: Row,
  control: NonNullable<Row['control']>,
  surroundings: Surroundings,
): Promise<number> {
  const main = await makeControl(control)
  for (let tries = 0; tries < CONTROL_TRIES; tries += 1) {
    const { violations } = await playRow({ row, seed: seed + tries, main, ...surroundings })
    const broken = violations.filter((told) => told.startsWith(`${control.breaks}:`))
    if (broken.length > 0) return broken.length
  }
  return 0
}

function report(results: readonly Result[]): number {
  const table = toTable(
    results.toSorted((one, other) => ORDER.indexOf(one.id) - ORDER.indexOf(other.id)),
  )
  print(`\n${table}\n`)
  const isGood = results.every(
    ({ faults, violations, control }) =>
      faults > 0 && violations === 0 && control?.violations !== 0,
  )
  return isGood ? 0 : 1
}

function tellControl(control: Result['control']): string {
  if (!control) return 'no control'
  return `${control.violations} of ${control.breaks} without ${control.without}`
}

/** @throws where a name is of none: a run of nothing would pass */
function chooseRows(names: readonly string[]): Row[] {
  const isCalled = ({ id }: Row, name: string) => [id, ...id.split(' ')].includes(name)
  const unknown = names.filter((name) => !ROWS.some((row) => isCalled(row, name)))
  if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(', ')}`)
  return ROWS.filter((row) => names.some((name) => isCalled(row, name)))
}

/** @throws where it is no number that anything could be played with */
function readCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option} must be a whole number from 1`)
  return Number(text)
}

function kinds(rows: readonly Row[]): readonly DatabaseKind[] {
  const all = [...new Set(rows.flatMap(({ on }) => on))]
  return all.filter((kind) => values.on === undefined || values.on === kind)
}

function print(text: string): 0 {
  process.stdout.write(text)
  return 0
}

process.exit(await main())

/** Plays one row with one seed, on a stage of its own. */
import type { PostgresServer } from '../postgres/server.ts'
import { makePostgres, makeSqlite, type DatabaseKind, type RunDatabase } from './database.ts'
import type { ProviderProcess } from './provider-process.ts'
import { createRandom } from './random.ts'
import type { Row } from './row.ts'
import { canMountDisks, mountSmallDisk } from './small-disk.ts'
import { openStage } from './stage.ts'
import { canTrace } from './strace.ts'
import { createTraffic } from './traffic.ts'

export interface Play {
  readonly row: Row
  readonly on: DatabaseKind
  readonly seed: number
  readonly providers: ProviderProcess
  /** Where the row runs on PostgreSQL. */
  readonly postgres?: PostgresServer | undefined
  /** The main file of a server without a defence; that of the build by default. */
  readonly main?: string
}

export interface Outcome {
  readonly operations: number
  readonly faults: number
  readonly violations: readonly string[]
}

export async function playRow({
  row,
  on,
  seed,
  providers,
  postgres,
  main,
}: Play): Promise<Outcome> {
  const random = createRandom(seed, `${row.id} ${on}`)
  const database = await makeDatabase(row, on, postgres)
  try {
    const { servers = 1, perProvider } = row
    const stage = await openStage({ random, database, providers, main, servers, perProvider })
    const traffic = createTraffic(stage)
    try {
      await row.play(stage, traffic)
      return {
        operations: traffic.operations(),
        faults: stage.faults(),
        violations: stage.violations,
      }
    } finally {
      await stage.close()
    }
  } finally {
    await database.remove()
  }
}

async function makeDatabase(
  { needs }: Row,
  on: DatabaseKind,
  postgres: PostgresServer | undefined,
): Promise<RunDatabase> {
  if (on === 'sqlite')
    return makeSqlite(needs === 'small disk' ? await mountSmallDisk() : undefined)
  if (!postgres) throw new Error('this row runs on PostgreSQL, and there is none')
  return makePostgres(postgres)
}

/** Whether this machine has what a row cannot do without. */
export function canPlay({ needs }: Row): boolean {
  if (needs === 'strace') return canTrace()
  return needs === undefined || canMountDisks()
}

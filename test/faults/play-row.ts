/** Plays one row with one seed, on a stage of its own. */
import type { PostgresServer } from '../postgres/server.ts'
import { makePostgres, makeSqlite, type DatabaseKind } from './database.ts'
import type { ProviderProcess } from './provider-process.ts'
import { createRandom } from './random.ts'
import type { Row } from './row.ts'
import { openStage } from './stage.ts'
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
  const database = await makeDatabase(on, postgres)
  try {
    const stage = await openStage({ random, database, providers, servers: row.servers ?? 1, main })
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

function makeDatabase(on: DatabaseKind, postgres: PostgresServer | undefined) {
  if (on === 'sqlite') return makeSqlite()
  if (!postgres) throw new Error('this row runs on PostgreSQL, and there is none')
  return makePostgres(postgres)
}

/** Group commit: transactions that come at one time share one, so that the disk is waited for once for all of them. */
import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import type { Transact } from './sql-database.ts'

type Tx = Transaction<Database>

const SAVEPOINT = CompiledQuery.raw('savepoint work')
const RELEASE = CompiledQuery.raw('release work')
const ROLLBACK = CompiledQuery.raw('rollback to work')

/** Work that waits for the next transaction, and how whoever waits for it is told. */
interface Waiting {
  /** @returns what tells of its outcome, once it may be told */
  run(tx: Tx): Promise<() => void>
  /** The same for work that may throw: nothing of it is kept then, and that is its outcome. */
  attempt(tx: Tx): Promise<() => void>
  refuse(error: unknown): void
}

/**
 * Gathers whatever comes in one turn of the event loop, which under load is much and otherwise one. Work that
 * throws takes nothing with it but what it wrote itself. Nobody hears of an outcome, good or bad, before the
 * commit; where that fails, nothing of all is kept. Where one of a group throws, all of it is done anew.
 */
export function createGroupCommit(db: Kysely<Database>): Transact {
  let waiting: Waiting[] = []

  async function commit(): Promise<void> {
    const group = waiting
    waiting = []
    try {
      // Hardly any work throws, so only where one did each is given a savepoint.
      const outcomes = await runAll(group, 'run').catch((error: unknown) => {
        if (group.length === 1) throw error
        return runAll(group, 'attempt')
      })
      for (const tell of outcomes) tell()
    } catch (error) {
      for (const { refuse } of group) refuse(error)
    }
  }

  function runAll(group: readonly Waiting[], how: 'run' | 'attempt'): Promise<(() => void)[]> {
    return db.transaction().execute(async (tx) => {
      const outcomes: (() => void)[] = []
      for (const work of group) outcomes.push(await work[how](tx))
      return outcomes
    })
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({
        async run(tx) {
          const value = await work(tx)
          return () => resolve(value)
        },
        attempt: (tx) => attempt(tx, work, resolve, reject),
        refuse: reject,
      })
      if (waiting.length === 1) setImmediate(() => void commit())
    })
}

/**
 * @returns what tells of the outcome
 * @throws what the work threw, where all of the transaction has gone with it, as on a full disk
 */
async function attempt<T>(
  tx: Tx,
  work: (tx: Tx) => Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Promise<() => void> {
  await tx.executeQuery(SAVEPOINT)
  try {
    const value = await work(tx)
    await tx.executeQuery(RELEASE)
    return () => resolve(value)
  } catch (error) {
    await tx.executeQuery(ROLLBACK).catch(() => {
      throw error
    })
    return () => reject(error)
  }
}

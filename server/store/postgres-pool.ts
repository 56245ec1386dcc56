/** Connections for Kysely: each that fails is given up at once, so that the next query has one that works. */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { endsConnection, toStoreFailure } from './postgres-failures.ts'

export interface AskingPool extends PostgresPool {
  /**
   * Asks a statement that is written out of any connection, in a transaction of its own.
   * @throws as `toStoreFailure` tells
   */
  ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
}

export function createPool(config: PoolConfig): AskingPool {
  // A connection that was ended is open until the server hangs up, too; where that has fallen silent, it is not
  // to keep the process running.
  const pool = new Pool({ ...config, allowExitOnIdle: true })
  // A connection that is lost tells so by an event, which would end the process if nobody heard it; a
  // query that was under way fails with it, too.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  // Kysely keeps something of its own for each that it does not know.
  const lent = new WeakMap<PoolClient, PostgresPoolClient>()

  async function connect(): Promise<PostgresPoolClient> {
    const client = await orStoreFailure(pool.connect())
    const known = lent.get(client) ?? lend(client)
    lent.set(client, known)
    return known
  }

  return {
    connect,
    async ask<R>(text: string, parameters: readonly unknown[]) {
      const connection = await connect()
      try {
        return await connection.query<R>(text, parameters)
      } finally {
        connection.release()
      }
    },
    end: () => pool.end(),
  }
}

const MOST_NAMES = 500
const names = new Map<string, string>()

/**
 * The server parses and plans a statement that has a name once for each connection, which is most of what
 * it costs. Without parameters there is nothing to plan; and the few that are long lists are not to pile up.
 */
function nameOf(text: string, parameters: readonly unknown[]): { name?: string } {
  const known = names.get(text)
  if (known !== undefined) return { name: known }
  if (parameters.length === 0 || names.size === MOST_NAMES) return {}
  const name = `coinslot_${names.size}`
  names.set(text, name)
  return { name }
}

/** A connection for as long as it works: nothing is asked of it, and nobody gets it, after it has failed. */
function lend(client: PoolClient): PostgresPoolClient {
  let failure: unknown

  async function ask(text: string, parameters: readonly unknown[]) {
    if (failure !== undefined) throw failure
    try {
      return await client.query({ ...nameOf(text, parameters), text, values: [...parameters] })
    } catch (error) {
      const told = toStoreFailure(error)
      if (endsConnection(error)) failure = told
      throw told
    }
  }

  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new TypeError('nothing is read by cursors here')
    return ask(text, parameters)
  }

  return { query, release: () => client.release(failure !== undefined) }
}

async function orStoreFailure<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw toStoreFailure(error)
  }
}

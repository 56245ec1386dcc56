/** Opens the embedded store: a SQLite file that survives a power cut. */
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type SqliteStatement,
} from 'kysely'
import { reasonOf } from '../errors.ts'
import type { Database } from './database.ts'
import { createBatches } from './sqlite-batches.ts'
import { createGroupCommit } from './group-commit.ts'
import { countMissingSteps, migrateFile, NewerDatabase } from './migrations.ts'
import { createMemoryRateLimiter } from './rate-limiter.ts'
import type { SqlDatabase, SqlDialect, Transact } from './sql-database.ts'
import { toStoreFailure } from './sqlite-failures.ts'
import { NoSqlite, openSqliteFile, sqliteCodeOf, type SqliteFile } from './sqlite-file.ts'

/**
 * Opens (and brings up to date) the database at a path; `:memory:` for one that is forgotten.
 * @throws where the file cannot be opened or migrated
 */
export async function openSqlite(
  path: string,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): Promise<SqlDatabase> {
  const sqlite = keepStatements(openFile(path, mustExist))
  sqlite.pragma('busy_timeout = 5000')
  sqlite.pragma('journal_mode = WAL')
  // FULL: what was acknowledged is on the disk, also if the power goes at that moment.
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('foreign_keys = ON')
  const db = new Kysely<Database>({ dialect: new ImmediateDialect(sqlite) })
  await migrateFile(db).catch(async (cause: unknown) => {
    await db.destroy()
    throw cause instanceof NewerDatabase ? unusable(path, cause) : cause
  })
  const transact = createTransact(db)
  return {
    ...(path !== ':memory:' && { path }),
    db,
    dialect,
    transact,
    together: createBatches(db, sqlite, transact),
    createRateLimiter: createMemoryRateLimiter,
    listen: () => async () => {},
  }
}

/**
 * Looks at a file as a server that starts would, and changes nothing.
 * @returns how many steps of its tables are missing; undefined where the file is still to be made
 * @throws where it could not be opened, written or made, or is damaged
 */
export async function inspectSqlite(path: string): Promise<number | undefined> {
  const folder = dirname(path)
  try {
    accessSync(folder, constants.R_OK | constants.W_OK)
    if (!existsSync(path)) return undefined
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    const told = `DATABASE_URL: the file ${path} cannot be written, with its folder ${folder}`
    throw new Error(`${told} (${reasonOf(cause)})`, { cause })
  }
  const sqlite = openSqliteFile(path, { isReadOnly: true })
  sqlite.pragma('busy_timeout = 5000')
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) })
  try {
    const [found] = sqlite.pragma('quick_check(1)') as { quick_check: string }[]
    if (found?.quick_check !== 'ok') throw new Error('the file is damaged')
    return await countMissingSteps(db)
  } catch (cause) {
    throw unusable(path, cause)
  } finally {
    await db.destroy()
  }
}

function unusable(path: string, cause: unknown): Error {
  const told =
    cause instanceof NewerDatabase ? cause.message : (sqliteCodeOf(cause) ?? 'it is damaged')
  return new Error(`DATABASE_URL: the file ${path} cannot be used: ${told}`, { cause })
}

function createTransact(db: Kysely<Database>): Transact {
  const transact = createGroupCommit(db)
  return (work) =>
    transact(work).catch((error: unknown) => {
      throw toStoreFailure(error)
    })
}

/** Whoever is in a transaction is alone: there is nothing to lock. Other processes do not hear of changes. */
const dialect: SqlDialect = {
  lock: (query) => query,
  lockFree: (query) => query,
  lockName: async () => {},
  announce: async () => {},
}

/**
 * SQLite whose transactions take the write lock when they begin. One that only reads first and writes
 * later would fail at once, without waiting, when another process has written in between.
 */
class ImmediateDialect extends SqliteDialect {
  readonly #sqlite: SqliteFile

  constructor(sqlite: SqliteFile) {
    super({ database: sqlite })
    this.#sqlite = sqlite
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#sqlite)
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #sqlite: SqliteFile

  constructor(sqlite: SqliteFile) {
    super({ database: sqlite })
    this.#sqlite = sqlite
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk ends a transaction by itself; the failure to tell of is that one.
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection)
  }
}

/** The same file, which compiles a statement once; there are few of them. */
function keepStatements(sqlite: SqliteFile): SqliteFile {
  const statements = new Map<string, SqliteStatement>()
  return {
    get inTransaction() {
      return sqlite.inTransaction
    },
    prepare(text) {
      const known = statements.get(text)
      if (known) return known
      const statement = sqlite.prepare(text)
      statements.set(text, statement)
      return statement
    },
    pragma: (text) => sqlite.pragma(text),
    close: () => sqlite.close(),
  }
}

function openFile(path: string, mustExist: boolean): SqliteFile {
  try {
    return openSqliteFile(path, { mustExist })
  } catch (cause) {
    if (cause instanceof NoSqlite) throw cause
    const what = mustExist ? 'is not there, or cannot be opened' : 'cannot be opened or made'
    throw new Error(`DATABASE_URL: the file ${path} ${what}`, { cause })
  }
}

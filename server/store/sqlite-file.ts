/** A SQLite file: opened by better-sqlite3, or by the runtime's own SQLite where that cannot be loaded. */
import { existsSync } from 'node:fs'
import SQLite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { reasonOf } from '../errors.ts'

export interface SqliteFile extends SqliteDatabase {
  readonly inTransaction: boolean
  /** The rows that a pragma answers with. */
  pragma(text: string): readonly unknown[]
}

export interface SqliteFileOptions {
  readonly mustExist?: boolean
  readonly isReadOnly?: boolean
}

/**
 * @throws where it cannot be opened or made
 * @throws NoSqlite
 */
export function openSqliteFile(path: string, options: SqliteFileOptions = {}): SqliteFile {
  return isNativeThere() ? openNative(path, options) : openBuiltIn(path, options)
}

/** SQLite's own name of a failure, such as `SQLITE_BUSY`; undefined where it is none of its. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (error instanceof SQLite.SqliteError) return error.code
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  // The low byte says what failed, the others where.
  return typeof errcode === 'number' ? (CODES.get(errcode & 0xff) ?? 'SQLITE_ERROR') : undefined
}

const CODES: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [26, 'SQLITE_NOTADB'],
])

let native: { readonly failure: unknown } | undefined

/** Its binary is for one version of Node, and it is loaded with the first database. */
function isNativeThere(): boolean {
  native ??= { failure: failureOf(() => new SQLite(':memory:').close()) }
  return native.failure === undefined
}

function failureOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

function openNative(path: string, { mustExist, isReadOnly }: SqliteFileOptions): SqliteFile {
  const sqlite = new SQLite(path, {
    fileMustExist: mustExist ?? false,
    readonly: isReadOnly ?? false,
  })
  return {
    get inTransaction() {
      return sqlite.inTransaction
    },
    prepare: (text) => sqlite.prepare<unknown[]>(text),
    pragma: (text) => sqlite.pragma(text, { simple: false }) as unknown[],
    close: () => void sqlite.close(),
  }
}

/** Nothing here can open a file of SQLite's. */
export class NoSqlite extends Error {
  override readonly name = 'NoSqlite'
}

/** What of `node:sqlite` is used: Node 22.16, Deno and Bun have it. */
interface BuiltIn {
  readonly DatabaseSync: new (path: string, options: { readOnly: boolean }) => BuiltInDatabase
}

interface BuiltInDatabase {
  readonly isTransaction: boolean
  prepare(text: string): BuiltInStatement
  close(): void
}

interface BuiltInStatement {
  columns(): readonly unknown[]
  all(...parameters: readonly unknown[]): unknown[]
  iterate(...parameters: readonly unknown[]): IterableIterator<unknown>
  run(...parameters: readonly unknown[]): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  }
}

function openBuiltIn(path: string, { mustExist, isReadOnly }: SqliteFileOptions): SqliteFile {
  const { DatabaseSync } = findBuiltIn()
  if (mustExist && !existsSync(path)) throw new Error('the file is not there')
  const sqlite = new DatabaseSync(path, { readOnly: isReadOnly ?? false })
  return {
    get inTransaction() {
      return sqlite.isTransaction
    },
    prepare: (text) => toKysely(sqlite.prepare(text)),
    pragma: (text) => sqlite.prepare(`pragma ${text}`).all(),
    close: () => sqlite.close(),
  }
}

function toKysely(statement: BuiltInStatement): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
    run: (parameters) => statement.run(...parameters),
  }
}

/** @throws NoSqlite */
function findBuiltIn(): BuiltIn {
  const builtIn = process.getBuiltinModule('node:sqlite') as
    (BuiltIn & { StatementSync: { prototype: object } }) | undefined
  if (builtIn && 'columns' in builtIn.StatementSync.prototype) return builtIn
  const why = reasonOf(native?.failure)
  throw new NoSqlite(
    `better-sqlite3 cannot be loaded (${why}): npm rebuild better-sqlite3, or Node 22.16 or newer, or PostgreSQL`,
  )
}

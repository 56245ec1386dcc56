/** Opens the database that `DATABASE_URL` names. */
import { inspectPostgres, openPostgres } from './postgres.ts'
import type { SqlDatabase } from './sql-database.ts'
import { inspectSqlite, openSqlite } from './sqlite.ts'

const FILE = 'file:'

export interface OpenDatabaseOptions {
  /** A file that is not there is not made. */
  readonly mustExist?: boolean
}

/**
 * Opens a database and brings its tables up to date.
 * @param url `file:` and a path, or `postgres://…`
 * @throws where it cannot be used, or would not keep what it has acknowledged
 */
export function openDatabase(url: string, options: OpenDatabaseOptions = {}): Promise<SqlDatabase> {
  return url.startsWith(FILE) ? openSqlite(url.slice(FILE.length), options) : openPostgres(url)
}

/**
 * Looks at a database as a server that starts would, and changes nothing.
 * @returns how many steps of its tables a start would take; undefined where it would make the database
 * @throws where a start would be refused
 */
export function inspectDatabase(url: string): Promise<number | undefined> {
  return url.startsWith(FILE) ? inspectSqlite(url.slice(FILE.length)) : inspectPostgres(url)
}

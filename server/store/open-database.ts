/** Opens the database that `DATABASE_URL` names. */
import { openPostgres } from './postgres.ts'
import type { SqlDatabase } from './sql-database.ts'
import { openSqlite } from './sqlite.ts'

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

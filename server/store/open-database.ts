/** Opens the database that `DATABASE_URL` names. */
import { openPostgres } from './postgres.ts'
import type { SqlDatabase } from './sql-database.ts'
import { openSqlite } from './sqlite.ts'

const FILE = 'file:'

/**
 * Opens a database and brings its tables up to date.
 * @param url `file:` and a path, or `postgres://…`
 * @throws where it cannot be used, or would not keep what it has acknowledged
 */
export function openDatabase(url: string): Promise<SqlDatabase> {
  return url.startsWith(FILE) ? openSqlite(url.slice(FILE.length)) : openPostgres(url)
}

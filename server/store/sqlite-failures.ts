/** What SQLite's failures mean: which pass by themselves. */
import SQLite from 'better-sqlite3'
import { StoreUnavailable } from '../errors.ts'

/** Another process holds the lock; the disk is full, or fails. */
const PASSING = /^SQLITE_(BUSY|FULL|IOERR)/

/** @returns a `StoreUnavailable` for whatever passes by itself, anything else as it is */
export function toStoreFailure(error: unknown): unknown {
  const passes = error instanceof SQLite.SqliteError && PASSING.test(error.code)
  return passes ? new StoreUnavailable(error) : error
}

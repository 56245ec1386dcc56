/** What SQLite's failures mean: which pass by themselves. */
import { StoreUnavailable } from '../errors.ts'
import { sqliteCodeOf } from './sqlite-file.ts'

/** Another process holds the lock; the disk is full, or fails. */
const PASSING = /^SQLITE_(BUSY|FULL|IOERR)/

/** @returns a `StoreUnavailable` for whatever passes by itself, anything else as it is */
export function toStoreFailure(error: unknown): unknown {
  return PASSING.test(sqliteCodeOf(error) ?? '') ? new StoreUnavailable(error) : error
}

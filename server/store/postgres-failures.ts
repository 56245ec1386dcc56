/** What PostgreSQL's failures mean: which pass by themselves, and which end the connection. */
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { DatabaseError } from 'pg'
import { StoreUnavailable } from '../errors.ts'

/** A deadlock, and a conflict that only serializable transactions have: nothing was kept. */
const LOST_TO_OTHERS = /^40(001|P01)$/

/**
 * SQLSTATE codes of what the server could not do just now: connection (08), resources (53), stopped from
 * outside or by a time-out (57, 25P03), a lock (55P03), a server that only reads, as one does after a failover (25006).
 */
const PASSING = /^(08|53|57|25P03$|55P03$|25006$)/

/**
 * A statement was prepared on this connection, and a newer server has given its table another shape since. A
 * new connection prepares it anew.
 */
const OUTDATED = /^0A000$/

/** Those after which the connection goes on. */
const HARMLESS = /^(57014|55P03)$/

/** @returns a `StoreUnavailable` for whatever passes by itself, anything else as it is */
export function toStoreFailure(error: unknown): unknown {
  if (error instanceof DatabaseError && !isPassing(error)) return error
  return new StoreUnavailable(error)
}

/** Whether a connection cannot be used any more after this. */
export function endsConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return isPassing(error) && !isLost(error) && !HARMLESS.test(error.code ?? '')
}

function isLostToOthers(error: unknown): boolean {
  return error instanceof StoreUnavailable && (isLost(error.cause) || isOutdated(error.cause))
}

/** Does anew what was lost to others. */
export const unlessLost = retry(handleWhen(isLostToOthers), {
  maxAttempts: 4,
  backoff: new ExponentialBackoff({ initialDelay: 10, maxDelay: 200 }),
})

/** Whether what failed for many at once may go well for each by itself: the database is there. */
export function mayBeOfOne(error: unknown): boolean {
  return !(error instanceof StoreUnavailable) || !endsConnection(error.cause)
}

/** Whether a row of the same key was there already. */
export function isTaken(error: unknown, constraint: string): boolean {
  return error instanceof DatabaseError && error.code === '23505' && error.constraint === constraint
}

function isLost(error: unknown): boolean {
  return error instanceof DatabaseError && LOST_TO_OTHERS.test(error.code ?? '')
}

function isOutdated(error: unknown): boolean {
  return error instanceof DatabaseError && OUTDATED.test(error.code ?? '')
}

function isPassing(error: DatabaseError): boolean {
  return isLost(error) || isOutdated(error) || PASSING.test(error.code ?? '')
}

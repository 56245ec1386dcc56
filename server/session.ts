/** A session: our record of one buyer paying, and the only ways in which its status may move. */
import { hash } from 'node:crypto'
import { nanoid } from 'nanoid'
import { formatAmount } from './contract/money.ts'
import type { ErrorCode, Session, SessionException, SessionStatus } from './contract/schemas.ts'
import type { Checkout } from './checkout-schema.ts'

export interface SessionRecord {
  readonly id: string
  readonly status: SessionStatus
  readonly exception: SessionException | null
  /** What will be charged, in minor units of `currency`. */
  readonly amount: bigint
  readonly currency: string
  readonly checkoutId: string | null
  /** The terms as they were when the session was made, with return URLs made absolute. */
  readonly checkout: Checkout
  readonly clientReferenceId: string | null
  /** Names the merchant's order, which is paid once; null for what several may pay. */
  readonly order: string | null
  /** The same for sessions of an order that ask the same of the same buyer. */
  readonly likeness: string | null
  readonly locale: string | null
  readonly provider: string
  /**
   * The provider's id of its session: of the last attempt to have one, or of the one that was paid.
   * Null until the provider has answered.
   */
  readonly reference: string | null
  readonly redirectUrl: string | null
  /** Why the last call to the provider failed; null once one has succeeded. */
  readonly failure: ErrorCode | null
  readonly test: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly expiresAt: Date
}

const NEXT: Record<SessionStatus, readonly SessionStatus[]> = {
  pending: ['processing', 'paid', 'failed', 'canceled', 'expired'],
  processing: ['paid', 'failed', 'canceled', 'expired'],
  paid: ['refunded'],
  failed: [],
  canceled: [],
  expired: [],
  refunded: [],
}

/** Whether a session may go from one status to the other; it only ever goes forward. */
export function canMove(from: SessionStatus, to: SessionStatus): boolean {
  return NEXT[from].includes(to)
}

/** Whether a session may still come to a payment; where not, its status is final, refunds aside. */
export function isOpen(status: SessionStatus): boolean {
  return status === 'pending' || status === 'processing'
}

/** As many as a time in ms has in base 36, until 2059. */
const TIME_LETTERS = 8

/**
 * `cs_`, the time, and 162 random bits: whoever knows the id may read the session, so nobody may guess one.
 * By the time those that are made together lie together in the database's index, which is much less to write.
 */
export function newSessionId(now: Date): string {
  return `cs_${now.getTime().toString(36)}${nanoid(27)}`
}

/** What a provider knows the opening of a session by, however often it is asked for; it does not tell the id. */
export function openingKey({ id }: Pick<SessionRecord, 'id'>): string {
  return hash('sha256', `open\n${id}`, 'base64url')
}

/** Enough of an id to find a session by in a log, and too little to read the session with: 24 random bits. */
export function idForLog(id: string): string {
  return id.slice(0, 'cs_'.length + TIME_LETTERS + 4)
}

/** What of a session may leave the server. */
export function toPublicSession(record: SessionRecord): Session {
  const { id, status, exception, currency, clientReferenceId, test, redirectUrl } = record
  const { orderId } = record.checkout
  return {
    id,
    status,
    exception,
    amount: formatAmount(record.amount, currency),
    currency,
    description: record.checkout.description ?? null,
    checkout: record.checkoutId,
    ...(orderId !== undefined && { orderId }),
    clientReferenceId,
    ...(status === 'pending' && redirectUrl !== null && { redirectUrl }),
    test,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    expiresAt: record.expiresAt.toISOString(),
  }
}

/** Deciding, from verified reports alone, where a session stands. Pure: no store, no clock, no network. */
import { isEditableAtProvider, isWithinLimits } from './checkout.ts'
import type { SessionException, SessionStatus } from './contract/schemas.ts'
import { canMove, type SessionRecord } from './session.ts'

/** What a provider says of one of its sessions; verified to be the provider's word, not yet believed. */
export interface PaymentReport {
  readonly provider: string
  /** Unique among this provider's reports: the same id means the same report told again. */
  readonly eventId: string
  readonly reference: string
  readonly status: SessionStatus
  /** What was paid, in minor units of `currency`; absent where the provider does not say. */
  readonly amount?: bigint
  readonly currency?: string
}

export interface SettlementChange {
  readonly status: SessionStatus
  readonly exception: SessionException | null
  /** In minor units: what was paid, where the buyer was free to change it at the provider. */
  readonly amount?: bigint
}

/**
 * What a report changes of the session whose reference it names, or undefined for nothing. Statuses
 * only go forward; money that is not exactly what was asked for is flagged for a person and never
 * makes a session `paid` by itself.
 */
export function settle(
  session: SessionRecord,
  report: PaymentReport,
): SettlementChange | undefined {
  if (report.provider !== session.provider || report.reference !== session.reference) {
    return undefined
  }
  if (report.status === 'paid') return settlePayment(session, report)
  if (!canMove(session.status, report.status)) return undefined
  return { status: report.status, exception: session.exception }
}

function settlePayment(
  session: SessionRecord,
  { amount, currency }: PaymentReport,
): SettlementChange | undefined {
  if (session.status === 'refunded') return undefined
  if (session.status === 'paid') return flag(session, 'duplicate')
  if (currency !== session.currency || amount === undefined) return flag(session, 'mismatch')
  const { checkout } = session
  const isChosenThere = isEditableAtProvider(checkout) && isWithinLimits(checkout, amount)
  if (amount < session.amount && !isChosenThere) return flag(session, 'underpaid')
  if (amount > session.amount && !isChosenThere) return flag(session, 'overpaid')
  if (!canMove(session.status, 'paid')) return flag(session, 'late')
  const isOther = amount !== session.amount
  return { status: 'paid', exception: session.exception, ...(isOther && { amount }) }
}

function flag(session: SessionRecord, exception: SessionException): SettlementChange | undefined {
  if (session.exception === exception) return undefined
  return { status: session.status, exception }
}

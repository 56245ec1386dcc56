/** Deciding, from verified reports alone, where a session stands. Pure: no store, no clock, no network. */
import type { SessionException, SessionStatus } from './contract/schemas.ts'
import type { PaymentReport } from './providers/provider.ts'
import { canMove, type SessionRecord } from './session.ts'

export interface SettlementChange {
  readonly status: SessionStatus
  readonly exception: SessionException | null
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
  if (report.provider !== session.provider || report.reference !== session.reference)
    return undefined
  if (report.status === 'paid') return settlePayment(session, report)
  if (!canMove(session.status, report.status)) return undefined
  return { status: report.status, exception: session.exception }
}

function settlePayment(
  session: SessionRecord,
  report: PaymentReport,
): SettlementChange | undefined {
  if (session.status === 'refunded') return undefined
  if (session.status === 'paid') return flag(session, 'duplicate')
  const doubt = doubtOf(session, report)
  if (doubt) return flag(session, doubt)
  if (!canMove(session.status, 'paid')) return flag(session, 'late')
  return { status: 'paid', exception: session.exception }
}

function doubtOf(session: SessionRecord, report: PaymentReport): SessionException | undefined {
  if (report.currency !== session.currency || report.amount === undefined) return 'mismatch'
  if (report.amount < session.amount) return 'underpaid'
  if (report.amount > session.amount) return 'overpaid'
  return undefined
}

function flag(session: SessionRecord, exception: SessionException): SettlementChange | undefined {
  if (session.exception === exception) return undefined
  return { status: session.status, exception }
}

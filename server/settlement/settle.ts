/** Deciding, from verified reports alone, where a session stands. Pure: no store, no clock, no network. */
import { isEditableAtProvider, isWithinLimits } from '../checkout.ts'
import type { NotificationType, SessionException, SessionStatus } from '../contract/schemas.ts'
import { canMove, type SessionRecord } from '../session.ts'

/** What a provider says of one of its sessions; verified to be the provider's word, not yet believed. */
export interface PaymentReport {
  readonly provider: string
  /**
   * Unique among what this provider has to say: the same id means the same thing told again. Where a
   * provider session takes one payment only, made from its reference, status and amount, so that a
   * webhook and an asked status tell the same; where it takes several, from what tells them apart.
   */
  readonly eventId: string
  readonly reference: string
  /** Our own session that it is of, where the provider tells back what it was given. */
  readonly sessionId?: string
  readonly status: SessionStatus
  /**
   * The provider's own word where that is none that we know. Then nothing is certain, not even that
   * nobody has paid: `status` is `pending`, or `paid` (and no amount told) where something else says so.
   */
  readonly unknownStatus?: string
  /** What was paid, in minor units of `currency`; absent where the provider does not say. */
  readonly amount?: bigint
  readonly currency?: string
}

export interface SettlementChange {
  readonly status: SessionStatus
  readonly exception: SessionException | null
  /** In minor units: what was paid, where the buyer was free to change it at the provider. */
  readonly amount?: bigint
  /** The provider session that was paid, where it is not the one that the session had. */
  readonly reference?: string
  /** What the merchant is told. */
  readonly event: NotificationType
}

/** Whose report it is: of the provider session that the session has, or of another one made for it. */
export type AttemptRole = 'current' | 'other'

/**
 * What a report changes of the session that it is of, step by step; nothing where it is
 * empty. Statuses only go forward; money that is not exactly what was asked for is flagged for a
 * person and never makes a session `paid` by itself.
 * @param isOrderPaid whether another session of its order is paid already
 */
export function settle(
  session: SessionRecord,
  report: PaymentReport,
  isOrderPaid = false,
  role: AttemptRole = 'current',
): readonly SettlementChange[] {
  if (report.provider !== session.provider) return []
  if (role === 'other') return settleOther(session, report, isOrderPaid)
  if (report.reference !== session.reference) return []
  if (report.status === 'paid') return settlePayment(session, report, isOrderPaid)
  if (report.status === 'refunded') return settleRefund(session, report, isOrderPaid)
  if (report.status === 'pending' || !canMove(session.status, report.status)) return []
  // One payment of a static order that fails ends nothing: the next buyer may pay it.
  if (report.status === 'failed' && takesSeveral(session)) return []
  return [moveTo(report.status, session)]
}

/** Of another attempt's only money counts: the session goes on where that one fails or lapses. */
function settleOther(
  session: SessionRecord,
  report: PaymentReport,
  isOrderPaid: boolean,
): readonly SettlementChange[] {
  const { status } = report
  if (status !== 'paid' && status !== 'refunded') return []
  if (session.status === 'paid' || session.status === 'refunded') {
    // Given back is then the payment that was one too many.
    if (status === 'refunded') return []
    if (session.status === 'refunded') return flag(session, 'duplicate')
  }
  const settleMoney = status === 'paid' ? settlePayment : settleRefund
  const steps = settleMoney(session, report, isOrderPaid)
  const { reference } = report
  return steps.map((step) =>
    step.status === session.status ? step : Object.assign({ reference }, step),
  )
}

/** The change that advances or ends a session, whatever brought it about. */
export function moveTo(
  status: Exclude<SessionStatus, 'pending'>,
  { exception }: Pick<SessionRecord, 'exception'>,
): SettlementChange {
  return { status, exception, event: `session.${status}` }
}

function settlePayment(
  session: SessionRecord,
  { amount, currency, unknownStatus }: PaymentReport,
  isOrderPaid: boolean,
): readonly SettlementChange[] {
  const { checkout, status } = session
  if (status === 'refunded') return []
  // Whatever that payment came to since.
  if (status === 'paid' && unknownStatus !== undefined) return []
  if (status === 'paid' && !takesSeveral(session)) return flag(session, 'duplicate')
  if (isOrderPaid) return flag(session, 'duplicate')
  if (currency !== session.currency || amount === undefined) return flag(session, 'mismatch')
  const isChosenThere = isEditableAtProvider(checkout) && isWithinLimits(checkout, amount)
  if (amount < session.amount && !isChosenThere) return flag(session, 'underpaid')
  if (amount > session.amount && !isChosenThere) return flag(session, 'overpaid')
  if (status === 'paid') return [moveTo('paid', session)]
  if (!canMove(status, 'paid')) return flag(session, 'late')
  const isOther = amount !== session.amount
  return [{ ...moveTo('paid', session), ...(isOther && { amount }) }]
}

function takesSeveral({ checkout }: SessionRecord): boolean {
  return checkout.orderType === 'STATIC'
}

/** What was given back had been paid: a refund that overtakes its payment brings both. */
function settleRefund(
  session: SessionRecord,
  report: PaymentReport,
  isOrderPaid: boolean,
): readonly SettlementChange[] {
  if (session.status === 'paid') return [moveTo('refunded', session)]
  const payment = settlePayment(session, report, isOrderPaid)
  const isPaid = payment.some(({ status }) => status === 'paid')
  if (isPaid) return [...payment, moveTo('refunded', session)]
  // What was flagged before has been given back: that is nothing new to look at.
  return payment.filter(({ exception }) => exception !== session.exception)
}

/** Each sum of money that needs a person is told of, also where one was before: it is another one. */
function flag(session: SessionRecord, exception: SessionException): readonly SettlementChange[] {
  return [{ status: session.status, exception, event: 'session.flagged' }]
}

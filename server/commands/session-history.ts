/** One session with all that became of it, to be read by a person. */
import { formatAmount } from '../contract/money.ts'
import { printable } from '../printable.ts'
import type { SessionRecord } from '../session.ts'
import type { Attempt, KeptMessage, KeptReport } from '../store/store.ts'

export interface SessionHistory {
  readonly attempts: readonly Attempt[]
  readonly reports: readonly KeptReport[]
  readonly deliveries: readonly KeptMessage[]
}

/** Without the page to pay on and what was handed over for it: whoever has them can pay, or more. */
export function describeSession(
  session: SessionRecord,
  { attempts, reports, deliveries }: SessionHistory,
): string {
  const { checkout } = session
  const facts: [string, string | null | undefined | false][] = [
    ['Session', session.id],
    ['Status', session.status],
    ['Flag', session.exception && `${session.exception}: money that needs a person to look at it`],
    ['Amount', formatAmount(session.amount, session.currency) + ` ${session.currency}`],
    ['Test', session.test && 'no real money moves'],
    ['Checkout', session.checkoutId ?? 'of an offer'],
    ['Description', checkout.description],
    ['Order', checkout.orderId],
    ['Client reference', session.clientReferenceId && `${session.clientReferenceId} (not trusted)`],
    ['Provider', session.provider],
    ['Reference', session.reference],
    ['Last failure', session.failure],
    ['Made', toSecond(session.createdAt)],
    ['Changed', toSecond(session.updatedAt)],
    ['Ends', toSecond(session.expiresAt)],
  ]
  const told = facts.filter((fact): fact is [string, string] => Boolean(fact[1]))
  return [
    ...told.map(([name, value]) => `${name.padEnd(18)}${printable(value)}`),
    ...section('Attempts to open it at the provider', attempts.map(describeAttempt)),
    ...section('Reports of the provider', reports.map(describeReport)),
    ...section('Notifications', deliveries.map(describeDelivery)),
    '',
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string[] {
  const shown = lines.length > 0 ? lines : ['none']
  return ['', title, ...shown.map((line) => `  ${printable(line)}`)]
}

function describeAttempt({ number, state, reference }: Attempt): string {
  return `${number}  ${state}${reference === null ? '' : `  ${reference}`}`
}

function describeReport({ report, receivedAt, isSettled }: KeptReport): string {
  const { status, amount, currency, reference, eventId } = report
  const money =
    amount === undefined || currency === undefined
      ? 'no amount'
      : `${formatAmount(amount, currency)} ${currency}`
  const end = isSettled ? '' : '  waits: it has found no session'
  return `${toSecond(receivedAt)}  ${status}  ${money}  ${reference}  ${eventId}${end}`
}

function describeDelivery(kept: KeptMessage): string {
  const { createdAt, type, destination, id } = kept.message
  return `${toSecond(createdAt)}  ${type}  to ${destination}  ${endOfDelivery(kept)}  ${id}`
}

function endOfDelivery({ message, deliveredAt, dueAt }: KeptMessage): string {
  const { destination, attempt } = message
  const tries = attempt === 1 ? '1 try' : `${attempt} tries`
  if (deliveredAt) return `delivered ${toSecond(deliveredAt)}, ${tries}`
  if (!dueAt) return `given up, ${tries}`
  // Most servers have no code of their own that listens, and nothing is late in them.
  if (destination === 'listener' && attempt === 0) return 'kept, should one ever listen'
  return `due ${toSecond(dueAt)}, ${tries}`
}

function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** Rows of the tables to and from what the rest of the server works with. */
import type { Selectable } from 'kysely'
import { formatAmount, parseAmount } from '../contract/money.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import type { SessionRecord } from '../session.ts'
import type { OutboxTable, ReportsTable, SessionsTable } from './database.ts'
import type { Destination, OutboxMessage, StoredAnswer } from './store.ts'

export type SessionRow = Selectable<SessionsTable>

/** How a session is worked on when it is added. */
export interface FirstAttempt {
  readonly fence: number
  readonly leaseUntil: Date
  readonly askAt: Date
}

/** All of it in one literal: to put a row together from several took twice the time. */
export function toNewSessionRow(
  session: SessionRecord,
  { fence, leaseUntil, askAt }: FirstAttempt,
): Omit<SessionRow, 'handoff' | 'paid_reference'> {
  return {
    id: session.id,
    status: session.status,
    exception: session.exception,
    amount: formatAmount(session.amount, session.currency),
    currency: session.currency,
    checkout_id: session.checkoutId,
    checkout: JSON.stringify(session.checkout),
    client_reference_id: session.clientReferenceId,
    order_name: session.order,
    likeness: session.likeness,
    locale: session.locale,
    provider: session.provider,
    reference: session.reference,
    redirect_url: session.redirectUrl,
    failure: session.failure,
    test: Number(session.test),
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ask_at: askAt.toISOString(),
    lease_until: leaseUntil.toISOString(),
    fence,
    attempt: fence,
    attempt_state: 'calling',
  }
}

export function toRecord(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    status: row.status as SessionRecord['status'],
    exception: row.exception as SessionRecord['exception'],
    amount: readAmount(row.amount, row.currency),
    currency: row.currency,
    checkoutId: row.checkout_id,
    checkout: JSON.parse(row.checkout) as SessionRecord['checkout'],
    clientReferenceId: row.client_reference_id,
    order: row.order_name,
    likeness: row.likeness,
    locale: row.locale,
    provider: row.provider,
    reference: row.paid_reference ?? row.reference,
    redirectUrl: row.redirect_url,
    failure: row.failure as SessionRecord['failure'],
    test: row.test === 1,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    expiresAt: new Date(row.expires_at),
  }
}

export function toReport(row: Selectable<ReportsTable>): PaymentReport {
  const { amount, currency } = row
  return {
    provider: row.provider,
    eventId: row.event_id,
    reference: row.reference,
    status: row.status as PaymentReport['status'],
    ...(row.told_session !== null && { sessionId: row.told_session }),
    ...(amount !== null && currency !== null && { amount: readAmount(amount, currency), currency }),
  }
}

export function toReportRow(report: PaymentReport, receivedAt: Date): Selectable<ReportsTable> {
  const { provider, eventId, reference, status, amount, currency } = report
  return {
    provider,
    event_id: eventId,
    reference,
    status,
    amount: amount === undefined || currency === undefined ? null : formatAmount(amount, currency),
    currency: currency ?? null,
    session_id: null,
    told_session: report.sessionId ?? null,
    received_at: receivedAt.toISOString(),
  }
}

export function toMessage(row: Selectable<OutboxTable>): OutboxMessage {
  return {
    id: row.id,
    destination: row.destination as Destination,
    type: row.type as OutboxMessage['type'],
    sessionId: row.session_id,
    body: row.body,
    createdAt: new Date(row.created_at),
    attempt: row.attempts,
  }
}

function readAmount(text: string, currency: string): bigint {
  const minor = parseAmount(text, currency)
  if (typeof minor !== 'bigint') throw new Error(`the store holds ${text} as an amount: ${minor}`)
  return minor
}

export function toAnswer(json: string | null): StoredAnswer | null {
  return json === null ? null : (JSON.parse(json) as StoredAnswer)
}

/** The tables, in types that SQLite and PostgreSQL both have: times as ISO 8601 text, flags as 0 and 1. */
import type { Generated } from 'kysely'

export interface Database {
  sessions: SessionsTable
  attempts: AttemptsTable
  intents: IntentsTable
  reports: ReportsTable
  outbox: OutboxTable
  sandbox_payments: SandboxPaymentsTable
  sandbox_events: SandboxEventsTable
}

export interface SessionsTable {
  id: string
  status: string
  exception: string | null
  /** Decimal string in major units, as on the wire. */
  amount: string
  currency: string
  checkout_id: string | null
  /** JSON of the terms at the time. */
  checkout: string
  client_reference_id: string | null
  order_name: string | null
  likeness: string | null
  locale: string | null
  provider: string
  reference: string | null
  redirect_url: string | null
  handoff: string | null
  failure: string | null
  test: number
  created_at: string
  updated_at: string
  expires_at: string
  /** When an open session is to be asked about next. */
  ask_at: string
  lease_until: string | null
  fence: Generated<number>
  /** The fence under which the attempt began that `reference` is of. */
  attempt: Generated<number>
  /** What is known of that attempt while it has no reference. */
  attempt_state: Generated<string>
  /** The provider session that was paid, where that is one of an earlier attempt. */
  paid_reference: string | null
}

/** The attempts before a session's current one, which stands in the session's own row. */
export interface AttemptsTable {
  session_id: string
  /** The fence under which it began. */
  number: number
  provider: string
  reference: string | null
  state: string
  updated_at: string
}

export interface IntentsTable {
  scope: string
  key: string
  fingerprint: string
  session_id: string
  /** JSON of the stored answer. */
  answer: string | null
  created_at: string
}

export interface ReportsTable {
  provider: string
  event_id: string
  reference: string
  status: string
  amount: string | null
  currency: string | null
  session_id: string | null
  /** The session that the provider says it is of. */
  told_session: string | null
  received_at: string
}

export interface OutboxTable {
  id: string
  destination: string
  session_id: string
  /** Counts the session's messages, so that they go out in their order. */
  number: number
  type: string
  body: string
  created_at: string
  attempts: number
  /** When it is to be tried next; null once it is done with. */
  due_at: string | null
  delivered_at: string | null
}

export interface SandboxPaymentsTable {
  id: string
  status: string
  amount: string
  currency: string
  description: string | null
  success_url: string | null
  cancel_url: string | null
  fail_url: string | null
  webhook_url: string
  expires_at: string
}

export interface SandboxEventsTable {
  id: string
  payment_id: string
  /** Counts the payment's events, from 1. */
  number: number
  type: string
  /** Decimal string in major units. */
  amount: string | null
  at: string
}

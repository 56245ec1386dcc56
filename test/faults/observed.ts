/** What one run leaves to judge: the client's history, the database, the providers' ledger and what the merchant was told. */
import type { LedgerSession, ProviderId, ProviderWebhook } from './provider-words.ts'

/** From when to when, in milliseconds of a clock that no fault moves. */
export interface Span {
  readonly startedAt: number
  readonly endedAt: number
}

/** One POST of a session; the same key always comes with the same body. */
export interface Opening extends Span {
  readonly key: string
  readonly provider: ProviderId
  readonly amount: string
  /** Undefined where no whole answer came. */
  readonly status: number | undefined
  readonly body: string
}

/** One GET of a session that was answered. */
export interface Look extends Span {
  readonly session: string
  readonly status: string
}

/** One try at a webhook. */
export interface Delivery {
  readonly webhook: ProviderWebhook
  /** Undefined where no answer came. */
  readonly status: number | undefined
}

/** A notification as it came to the merchant. */
export interface Told {
  readonly id: string
  readonly type: string
  readonly session: string
  readonly status: string
  readonly body: string
}

export interface SessionRow {
  readonly id: string
  readonly status: string
  readonly exception: string | null
  readonly amount: string
  readonly currency: string
  readonly client_reference_id: string | null
  readonly provider: string
  readonly reference: string | null
  readonly created_at: string
  readonly expires_at: string
}

export interface IntentRow {
  readonly key: string
  readonly session_id: string
  readonly answer: string | null
  readonly created_at: string
}

export interface ReportRow {
  readonly provider: string
  readonly reference: string
  readonly status: string
}

export interface MessageRow {
  readonly destination: string
  readonly due_at: string | null
  readonly created_at: string
}

/** An attempt at a provider that was set aside for a later one. */
export interface AttemptRow {
  readonly session_id: string
}

export interface Rows {
  readonly sessions: readonly SessionRow[]
  readonly intents: readonly IntentRow[]
  readonly reports: readonly ReportRow[]
  readonly outbox: readonly MessageRow[]
  readonly attempts: readonly AttemptRow[]
}

export interface Observed {
  readonly openings: readonly Opening[]
  readonly looks: readonly Look[]
  readonly deliveries: readonly Delivery[]
  /** When a server took no step. */
  readonly freezes: readonly Span[]
  readonly rows: Rows
  readonly ledger: readonly LedgerSession[]
  readonly told: readonly Told[]
  /** All that left the servers: logs, answers, notifications, and the database as text. */
  readonly words: readonly string[]
  /** What may be nowhere in them. */
  readonly secrets: readonly string[]
  /** Whether the database was put back to what it was: what is told again then is of a later time. */
  readonly isRestored: boolean
  /** What time it is for the servers. */
  readonly at: Date
}

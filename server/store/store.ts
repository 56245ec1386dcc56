/** What Coinslot keeps, and the promises about it: the interface that every store implements. */
import type { NotificationType, SessionStatus } from '../contract/schemas.ts'
import type { Ending } from '../answer.ts'
import type { SessionRecord } from '../session.ts'
import type { AttemptRole, PaymentReport, SettlementChange } from '../settlement/settle.ts'

/** An answer as it was first given, to be given again byte for byte. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One intent: the key that the caller chose, where it was used, and a digest of what was asked. */
export interface Intent {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
}

/** What is kept of an ending. */
export type Kept<E extends Ending | null> = E extends null ? null : StoredAnswer

/** What is known of a key that was used before. */
export interface Prior {
  readonly fingerprint: string
  readonly sessionId: string
  /** Null while it is worked on, and after a failure that may be tried again. */
  readonly answer: StoredAnswer | null
  /** When the right to work on its session ends; null where nobody has it. */
  readonly leaseUntil: Date | null
}

/** The right to work on a session for a while; a later holder's fence is greater. */
export interface Lease {
  readonly session: SessionRecord
  readonly fence: number
  /** From then on another may take over. */
  readonly until: Date
}

/**
 * One try at having a session opened at its provider: `calling` until its holder tells what came of it,
 * `unknown` where the provider may have opened one, `failed` where it has opened none.
 */
export interface Attempt {
  /** The fence under which it began. */
  readonly number: number
  readonly state: 'calling' | 'opened' | 'unknown' | 'failed'
  /** The provider's id of its session; null until it is known. */
  readonly reference: string | null
}

export interface ClaimOptions {
  /**
   * The provider opens one session however often it is told to: an attempt of which nobody knows what
   * came is made again. Else another attempt begins beside it, and both are kept.
   */
  readonly repeatable?: boolean
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly lease: Lease }
  | { readonly kind: 'replay'; readonly answer: StoredAnswer }
  | { readonly kind: 'in_progress' }
  | { readonly kind: 'reused' }
  /** Nothing is to be paid any more: what it was paid by. */
  | { readonly kind: 'order_paid'; readonly payment: SessionRecord }

/** What working on a session came to. */
export interface SessionResult {
  /** Kept only if the session is still pending: what a payment was settled against never changes. */
  readonly amount?: bigint
  readonly reference?: string
  /** What is known of the attempt to open a session that came to no reference. */
  readonly attempt?: 'unknown' | 'failed'
  readonly redirectUrl?: string
  readonly expiresAt?: Date
  /** Whether the provider can be asked how the session stands; where not, nobody looks at it before its end. */
  readonly isAskable?: boolean
  /** Kept only while the session is pending; see `ProviderSession`. */
  readonly handoff?: string
  readonly failure: SessionRecord['failure']
  /** The provider will not have it: the session ends here. */
  readonly failed?: boolean
}

/** How a report changes a session, step by step; empty where it changes nothing. */
export type Settle = (
  session: SessionRecord,
  report: PaymentReport,
  isOrderPaid: boolean,
  role: AttemptRole,
) => readonly SettlementChange[]

/** Who is told of a change: the merchant's URL, or code that embeds the server. */
export type Destination = 'url' | 'listener'

/** What one destination is to be told; there is one for each in the transaction of the change. */
export interface OutboxMessage {
  /** The same at every attempt and for every destination. */
  readonly id: string
  readonly destination: Destination
  readonly type: NotificationType
  readonly sessionId: string
  /** JSON of a `Notification`, the same bytes at every attempt. */
  readonly body: string
  readonly createdAt: Date
  /** Which attempt this is, from 1. */
  readonly attempt: number
}

/** Which sessions a list is of; of all that are given, every one holds. */
export interface SessionFilter {
  readonly status?: SessionStatus
  /** Only those with an exception. */
  readonly isFlagged?: boolean
  /** Made then or later. */
  readonly since?: Date
  /** What the id begins with. */
  readonly idStart?: string
}

/** A report of which everything is kept that it said. */
export interface KeptReport {
  readonly report: PaymentReport
  readonly receivedAt: Date
  /** It has found its session; where not, it waits. */
  readonly isSettled: boolean
}

/** A payment that a provider has told of, and no session of ours is known for. */
export type StrayPayment = Pick<PaymentReport, 'provider' | 'eventId'>

/** A message with what became of it; neither delivered nor due: given up. */
export interface KeptMessage {
  readonly message: OutboxMessage
  readonly deliveredAt: Date | null
  readonly dueAt: Date | null
}

/** What an attempt came to; `never` ends the telling without success. */
export type DeliveryOutcome = 'delivered' | 'never' | { readonly againAt: Date }

export interface StoreOptions {
  /** Decides what a report changes; called within the store's transactions, so it must be pure. */
  readonly settle: Settle
  /** For whom a message is put into the outbox. */
  readonly destinations: readonly Destination[]
  /** Called after the commit with each session whose status or exception has changed. */
  readonly onChange?: (session: SessionRecord) => void
}

/** Another session has this provider session already: a payment of it could settle either. */
export class ReferenceTaken extends Error {
  override readonly name = 'ReferenceTaken'
}

export interface Store {
  /** What is known of an intent's key, if anything. */
  findPrior(scope: string, key: string): Promise<Prior | undefined>
  /**
   * Claims an intent and its session in one transaction. The session is the new one given, or the one
   * that the same intent left open before, or, given as an id, one that exists; where its order has one
   * of the same likeness that is still open, that one. Of equal intents at the same time one is
   * `claimed`, and no session is worked on twice at once. Where a session is to be opened, an attempt
   * to do so begins.
   */
  claim(
    intent: Intent,
    session: SessionRecord | string,
    now: Date,
    options?: ClaimOptions,
  ): Promise<ClaimOutcome>
  /**
   * Ends a lease: keeps the result, and the answer that an ending comes to; none where it is null, which
   * leaves the intent to be tried again. Before the answer is made, what the provider told in the meantime is settled: reports from before the
   * reference was known, and those that did not fit the amount that has just been changed. It is
   * made with the session by which the order was paid meanwhile, if it was.
   * @returns the answer; undefined where the lease had been lost: then nothing is kept but what the
   * provider said of the attempt that was made under it
   * @throws ReferenceTaken, and keeps nothing
   */
  release<E extends Ending | null>(
    intent: Intent,
    lease: Lease,
    result: SessionResult,
    ending: E,
    now: Date,
  ): Promise<Kept<E> | undefined>
  /**
   * The session, other than `sessionId`, by which an order is paid, or is being paid; also where a person
   * has to look at it.
   */
  findPayment(order: string | null, sessionId?: string): Promise<SessionRecord | undefined>
  findSession(id: string): Promise<SessionRecord | undefined>
  /**
   * A page of sessions, the newest first: at most `limit` of those after `after`, the last of the page
   * before. What is added or changes meanwhile moves none from one page to another.
   */
  listSessions(
    filter: SessionFilter,
    limit: number,
    after?: SessionRecord,
  ): Promise<SessionRecord[]>
  /** Every attempt to have a session opened, the current one last. */
  findAttempts(sessionId: string): Promise<Attempt[]>
  /** What was reported of a session, in the order in which it came. */
  findReports(sessionId: string): Promise<KeptReport[]>
  /** Payments that no session is known for, of those that were reported in this time; some of them where there are many. */
  findStrayPayments(after: Date, before: Date): Promise<StrayPayment[]>
  /** What every destination was told of a session, or is still to be told, in its order. */
  findDeliveries(sessionId: string): Promise<KeptMessage[]>
  /** What the provider handed over for a session's bridge page; gone once it is not pending. */
  findHandoff(id: string): Promise<string | undefined>
  /**
   * Keeps a report durably, once per provider and event id, and settles its session in the same
   * transaction. It is that of the session which has its reference in any attempt; or which it names
   * itself, and which has an attempt that nobody knows the reference of. Any other waits.
   * @returns the session that it changed, if it did
   */
  settle(report: PaymentReport, now: Date): Promise<SessionRecord | undefined>
  /**
   * Settles the reports that name this session and had to wait.
   * @returns whether one of them changed it
   */
  settleWaiting(sessionId: string, now: Date): Promise<boolean>
  /**
   * Ends a session whose time is over, as it was read; undefined where it is not pending any more,
   * has got a reference or a later end since, or is being worked on. One that is `processing` stays:
   * money is on its way.
   */
  expire(session: SessionRecord, now: Date): Promise<SessionRecord | undefined>
  /**
   * Takes the sessions, open or expired, that are to be asked about now, and sets when each is to be asked about
   * again: of several servers one takes it.
   */
  takeDue(limit: number, now: Date): Promise<SessionRecord[]>
  /**
   * Open sessions by their ids, the greatest first: ids rise with time, so whoever goes from page to page leaves
   * those behind that are made meanwhile, and comes to an end.
   * @param before an id that all of them are below
   */
  findOpen(limit: number, before?: string): Promise<SessionRecord[]>
  /**
   * Takes messages that are due, for a minute: whoever goes away in the middle leaves them to be taken
   * again. Of one session and destination, only the oldest that is not done with.
   */
  takeMessages(destination: Destination, limit: number, now: Date): Promise<OutboxMessage[]>
  /** Everything that a destination was told of a session, or is still to be told, in its order. */
  findMessages(destination: Destination, sessionId: string): Promise<OutboxMessage[]>
  /** Keeps what came of an attempt; nothing where another has taken the message since. */
  keepDelivery(message: OutboxMessage, outcome: DeliveryOutcome, now: Date): Promise<void>
  /** Forgets messages of before this time, delivered or not. */
  forgetMessages(before: Date): Promise<void>
  /** Forgets intents from before this time. */
  forgetIntents(before: Date): Promise<void>
  /** Whether the store can be used now; rejects where it cannot. */
  ping(): Promise<void>
  close(): Promise<void>
}

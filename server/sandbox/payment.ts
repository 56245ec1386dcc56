/** The sandbox provider's payments and the record that it keeps of them, which Coinslot never reads. */
import { parseAmount } from '../contract/money.ts'

export type SandboxStatus = 'open' | SandboxEventType
export type SandboxEventType =
  'processing' | 'paid' | 'declined' | 'canceled' | 'expired' | 'refunded'

/** Something that became of a payment: it is told by a webhook, and never changes. */
export interface SandboxEvent {
  /** The payment's id and the event's number in it. */
  readonly id: string
  readonly type: SandboxEventType
  /** The money that really came in or went back, a decimal string in major units; else null. */
  readonly amount: string | null
  readonly at: Date
}

export interface SandboxPayment {
  readonly id: string
  /** Where it stands; what was received is told by its events, and need not be what was asked for. */
  readonly status: SandboxStatus
  /** What is asked for: a decimal string in major units. */
  readonly amount: string
  readonly currency: string
  readonly description: string | null
  readonly successUrl: string | null
  readonly cancelUrl: string | null
  readonly failUrl: string | null
  readonly webhookUrl: string
  readonly expiresAt: Date
  /** In their order. */
  readonly events: readonly SandboxEvent[]
}

export type NewSandboxPayment = Omit<SandboxPayment, 'status' | 'events'>

/** What is to become of a payment: its new status and the events that bring it there. */
export interface SandboxChange {
  readonly from: SandboxStatus
  readonly to: SandboxStatus
  readonly events: readonly Pick<SandboxEvent, 'type' | 'amount'>[]
}

export interface SandboxLedger {
  /** Adds an open payment; false where one with this id is there. */
  add(payment: NewSandboxPayment): Promise<boolean>
  find(id: string): Promise<SandboxPayment | undefined>
  /** Changes the amount of an open payment; undefined where there is none. */
  changeAmount(id: string, amount: string): Promise<SandboxPayment | undefined>
  /** Records what became of a payment, whole or not at all; undefined where it is not `from` any more. */
  record(id: string, change: SandboxChange, now: Date): Promise<SandboxPayment | undefined>
  /** Forgets the payments that have come to something, and whose time was over before this. */
  forgetPayments(before: Date): Promise<void>
}

/** What came in, payment by payment, in minor units. */
export function receivedOf({ events, currency }: SandboxPayment): bigint[] {
  return events.flatMap(({ type, amount }) => {
    const minor = type === 'paid' && amount !== null && parseAmount(amount, currency)
    return typeof minor === 'bigint' ? [minor] : []
  })
}

/** The sandbox provider's payments and the record that it keeps of them, which Coinslot never reads. */

export type SandboxStatus = 'open' | 'paid' | 'declined' | 'canceled' | 'expired'
export type SandboxOutcome = Exclude<SandboxStatus, 'open'>

export interface SandboxPayment {
  readonly id: string
  readonly status: SandboxStatus
  /** Decimal string in major units. */
  readonly amount: string
  readonly currency: string
  readonly description: string | null
  readonly successUrl: string | null
  readonly cancelUrl: string | null
  readonly failUrl: string | null
  readonly webhookUrl: string
  readonly expiresAt: Date
}

export interface SandboxLedger {
  /** Adds a payment; false where one with this id is there. */
  add(payment: SandboxPayment): Promise<boolean>
  find(id: string): Promise<SandboxPayment | undefined>
  /** Changes the amount of an open payment; undefined where there is none. */
  changeAmount(id: string, amount: string): Promise<SandboxPayment | undefined>
  /** Ends an open payment, once; undefined where there is none. */
  end(id: string, outcome: SandboxOutcome): Promise<SandboxPayment | undefined>
}

/** Where the buyer goes after an outcome; null where the shop named no page. */
export function returnUrl(payment: SandboxPayment, outcome: SandboxOutcome): string | null {
  if (outcome === 'paid') return payment.successUrl
  if (outcome === 'canceled') return payment.cancelUrl
  return payment.failUrl ?? payment.cancelUrl
}

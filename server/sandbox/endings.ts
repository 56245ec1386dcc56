/** How a payment can end in the sandbox: each ending that a shop must be able to live with, once. */
import { formatAmount, MAX_MINOR, parseAmount } from '../contract/money.ts'
import {
  receivedOf,
  type SandboxChange,
  type SandboxEventType,
  type SandboxPayment,
} from './payment.ts'

export const sandboxEndings = [
  'paid',
  'declined',
  'canceled',
  'expired',
  'processing',
  'underpaid',
  'overpaid',
  'late',
  'twice',
  'refunded',
] as const

export type SandboxEnding = (typeof sandboxEndings)[number]

/** What a payment comes to, step by step. */
const STEPS: Readonly<Record<SandboxEnding, readonly SandboxEventType[]>> = {
  paid: ['paid'],
  declined: ['declined'],
  canceled: ['canceled'],
  expired: ['expired'],
  processing: ['processing'],
  underpaid: ['paid'],
  overpaid: ['paid'],
  late: ['expired', 'paid'],
  twice: ['paid', 'paid'],
  refunded: ['paid', 'refunded'],
}

/** What a payment that is under way already can still come to. */
const AFTER_PROCESSING: ReadonlySet<SandboxEnding> = new Set(['paid', 'declined'])

/**
 * What is to be recorded so that a payment ends like this; undefined where it cannot: it has ended
 * already, or there is no amount that is less than the smallest or more than the greatest.
 */
export function changeTo(
  ending: SandboxEnding,
  payment: SandboxPayment,
): SandboxChange | undefined {
  const { status, currency } = payment
  const isPossible = status === 'open' || (status === 'processing' && AFTER_PROCESSING.has(ending))
  const sum = sumOf(ending, payment)
  if (!isPossible || sum <= 0n || sum > MAX_MINOR) return undefined
  const amount = formatAmount(sum, currency)
  const events = STEPS[ending].map((type) => ({ type, amount: isMoney(type) ? amount : null }))
  // Money that comes too late does not bring an expired payment back.
  const to = ending === 'late' ? 'expired' : events.at(-1)?.type
  return to && { from: status, to, events }
}

/** What one payment of this ending brings, in minor units: a tenth less or more where it is the wrong sum. */
export function sumOf(ending: SandboxEnding, payment: SandboxPayment): bigint {
  const asked = askedOf(payment)
  const tenth = asked / 10n || 1n
  if (ending === 'underpaid') return asked - tenth
  return ending === 'overpaid' ? asked + tenth : asked
}

/** How a payment stands, as the ending that brought it there; undefined while it is open. */
export function endingOf(payment: SandboxPayment): SandboxEnding | undefined {
  const { status } = payment
  const [first, second] = receivedOf(payment)
  if (status === 'open') return undefined
  if (status === 'expired' && first !== undefined) return 'late'
  if (status !== 'paid' || first === undefined) return status
  if (second !== undefined) return 'twice'
  if (first === askedOf(payment)) return 'paid'
  return first < askedOf(payment) ? 'underpaid' : 'overpaid'
}

/** Where the buyer goes after an ending; null where the shop named no page. */
export function returnUrl(payment: SandboxPayment, ending: SandboxEnding): string | null {
  if (ending === 'canceled') return payment.cancelUrl
  const isUnpaid = ending === 'declined' || ending === 'expired' || ending === 'late'
  return isUnpaid ? (payment.failUrl ?? payment.cancelUrl) : payment.successUrl
}

function askedOf({ amount, currency }: SandboxPayment): bigint {
  const asked = parseAmount(amount, currency)
  return typeof asked === 'bigint' ? asked : 0n
}

function isMoney(type: SandboxEventType): boolean {
  return type === 'paid' || type === 'refunded'
}

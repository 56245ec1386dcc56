/** What tells one order from another, and one way of paying it from another. */
import { createHmac } from 'node:crypto'
import type { Customer } from './contract/customer.ts'
import { formatAmount } from './contract/money.ts'
import type { SessionRecord } from './session.ts'

/** An order's name among all orders; what is paid in the sandbox is not paid. */
export function nameOrder(order: string, isTest: boolean): string {
  return `${isTest ? 'test' : 'live'} ${order}`
}

/**
 * The same for sessions that lead a buyer to the same, so that one serves for the other. Keyed, because
 * the buyer's data is in it, which could be guessed from a digest that anybody can make.
 */
export function likenessOf(
  session: Omit<SessionRecord, 'likeness'>,
  customer: Customer | undefined,
  [secret]: readonly string[],
): string | null {
  const { order, amount, currency, checkoutId, checkout, clientReferenceId, locale } = session
  if (order === null || secret === undefined) return null
  const sum = formatAmount(amount, currency)
  const parts = [sum, checkoutId, checkout, clientReferenceId, locale, customer]
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url')
}

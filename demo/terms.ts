/** What the server says about a checkout, as a short list for the merchant to read. */
import type { CheckoutTerms } from '../server/contract/schemas.ts'
import { price } from './price.ts'

type Term = readonly [name: string, value: string]

/** Asks the server; rejects if it does not answer with the terms. */
export async function fetchTerms(checkout: string, signal: AbortSignal): Promise<CheckoutTerms> {
  const response = await fetch(`/v1/checkouts/${encodeURIComponent(checkout)}`, { signal })
  if (!response.ok) throw new Error(`The server answered ${response.status}.`)
  return (await response.json()) as CheckoutTerms
}

/** The terms in words; what does not hold for this checkout is left out. */
export function describeTerms(terms: CheckoutTerms): Term[] {
  const { amount, currency, editable, minAmount, maxAmount } = terms
  const described: Term[] = [['Currency', currency]]
  if (amount) described.push([editable ? 'Begins at' : 'Price', price(amount, currency)])
  described.push(['Editable', editable ? 'Yes' : 'No'])
  if (editable && minAmount) described.push(['At least', price(minAmount, currency)])
  if (editable && maxAmount) described.push(['At most', price(maxAmount, currency)])
  return described
}

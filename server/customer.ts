/** A buyer's own data on its way to the provider: whose word counts, and whether there is enough of it. */
import type { Customer } from './contract/customer.ts'
import type { CustomerPart } from './contract/schemas.ts'
import type { Checkout } from './checkout-schema.ts'
import type { ConfiguredProvider } from './configured-providers.ts'
import { missingParts } from './contract/customer-fields.ts'
import { CustomerRequired } from './errors.ts'

// One of the two is a name, too: not everybody has both.
const MEMBERS: Readonly<Record<CustomerPart, readonly (keyof Customer)[]>> = {
  name: ['firstName', 'lastName'],
  email: ['email'],
  phone: ['phone'],
  billingAddress: ['billingAddress'],
  shippingAddress: ['shippingAddress'],
}

/**
 * Joins what the merchant has signed in an offer with what the page sent. Part by part the merchant's
 * word counts, because the page could have been changed; a part is never mixed from both.
 */
export function joinCustomer(
  signed: Customer | undefined,
  sent: Customer | undefined,
): Customer | undefined {
  if (!signed || !sent) return signed ?? sent
  const parts = Object.values(MEMBERS).flatMap((members) => {
    const source = members.some((member) => signed[member] !== undefined) ? signed : sent
    return members.map((member) => [member, source[member]] as const)
  })
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined))
}

/** What must be known of a buyer: for the merchant, and for the provider. */
export function neededOf(
  { collect }: Checkout,
  provider: ConfiguredProvider | undefined,
): CustomerPart[] {
  return [...new Set([...collect, ...(provider?.needsCustomer ?? [])])]
}

/** @throws CustomerRequired with the parts that are missing, and nothing of those that are there */
export function assertCustomer(
  customer: Customer | undefined,
  needed: Iterable<CustomerPart>,
): void {
  const missing = missingParts(customer, needed)
  if (missing.length > 0) throw new CustomerRequired(missing)
}

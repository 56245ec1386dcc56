/** What is known of a buyer, and what must be and is not. */
import type { Customer } from '../server/contract/customer.ts'
import { missingParts, type PartName } from '../server/contract/customer-fields.ts'
import type { CheckoutController } from './checkout-controller.ts'

const ORDER: readonly PartName[] = ['name', 'email', 'phone', 'billingAddress', 'shippingAddress']

/** What the page tells; what is empty is not known, as it is not sent. */
export function givenCustomer({ options }: CheckoutController): Customer {
  const text = JSON.stringify({ ...options!.customer }, (_, value: unknown) => value || undefined)
  return JSON.parse(text) as Customer
}

/** What neither the page nor the offer tells. */
export function missingCustomer(checkout: CheckoutController): PartName[] {
  const { collect, missing, customer } = checkout.told
  const wanted = new Set<unknown>([collect, missing].flat())
  const known = { ...Object(customer), ...givenCustomer(checkout) } as Customer
  return missingParts(
    known,
    ORDER.filter((part) => wanted.has(part)),
  )
}

/** The elements in Vue: what its templates are checked by. */
import type { GlobalComponents } from 'vue'

type Checkout = InstanceType<GlobalComponents['coinslot-checkout']>
type Status = InstanceType<GlobalComponents['coinslot-status']>

export const props: Checkout['$props'] = {
  class: 'wide',
  checkout: 'donation',
  'min-amount': '5.00',
  maxAmount: '50.00',
  editable: false,
  customer: { email: 'ada@example.com' },
}
// @ts-expect-error an amount is a decimal string
export const number: Checkout['$props'] = { amount: 25 }
// @ts-expect-error no such attribute
export const unknown: Checkout['$props'] = { price: '25.00' }

export function listen(checkout: Checkout, status: Status): void {
  void checkout.pay()
  const emit: (name: 'coinslot-error', event: { code: string } & never) => void = checkout.$emit
  // @ts-expect-error another element's event
  const wrong: (name: 'coinslot-ready', event: never) => void = status.$emit
  void [emit, wrong]
}

/** The elements in Svelte: what its templates are checked by, in version 5 and, with `on:`, before. */
import type { SvelteHTMLElements } from 'svelte/elements'

type Checkout = SvelteHTMLElements['coinslot-checkout']

export const props: Checkout = {
  class: 'wide',
  checkout: 'donation',
  'min-amount': '5.00',
  editable: false,
  customer: { email: 'ada@example.com' },
  'oncoinslot-redirect': (event) => event.preventDefault(),
  'on:coinslot-error': ({ code, retryable }) => `${code} ${retryable}`,
}
// @ts-expect-error an amount is a decimal string
export const number: Checkout = { amount: 25 }
// @ts-expect-error no such target
export const target: Checkout = { target: '_parent' }
type Status = SvelteHTMLElements['coinslot-status']
// @ts-expect-error another element's event
export const event: Status = { 'oncoinslot-ready': () => undefined }

/** Brings the part that asks the buyer who he is: few checkouts do, and the script tag need not know of it. */
import type { html as Html } from 'lit/html.js'
import type { CheckoutController, CustomerFields } from './checkout-controller.ts'
import type { CheckoutElement } from './customer-part.ts'

/** @throws Error where it cannot be had */
export async function loadCustomerFields(
  html: typeof Html,
  element: CheckoutElement,
  checkout: CheckoutController,
): Promise<CustomerFields> {
  // Verified like the parts of the script tag (vite.config.ts).
  const { createCustomerFields, styles } = await import('./customer-part.ts')
  element.adoptStyles(styles)
  return createCustomerFields(html, element, checkout)
}

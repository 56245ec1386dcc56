/** What the bridge page runs to open a payment with KuvarPay's browser SDK. */

/**
 * An ES module for browsers. The SDK takes its settings from the attributes of its own script element;
 * its callbacks tell what the buyer has seen, and are no evidence of a payment.
 */
export const openingScript = `export function open(payment, { onSuccess, onCancel, onError }) {
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  window.KuvarPay.openPayment(payment, { onSuccess, onCancel, onError }, { theme })
}
`

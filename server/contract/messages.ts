/** The built-in texts in English; a text for each code of an error that a buyer can meet. */

// `{amount}`, `{min}`, `{max}`, `{readings}` and `{example}` are filled in as the buyer's locale writes them.

/** What the element may have to say before it could load anything. */
export const firstMessages = {
  label: 'Amount',
  pay: 'Pay {amount}',
  payUnknown: 'Pay',
  minimum: 'Minimum {min}',
  maximum: 'Maximum {max}',
  range: 'From {min} to {max}',
  test: 'Test mode',
  retry: 'Try again',

  idle: '',
  loading: 'Loading…',
  submitting: 'Preparing your payment…',
  redirecting: 'Opening the payment page…',

  amount_required: 'Please enter an amount.',
  amount_malformed: 'Please write the amount like {example}.',
  amount_precision: 'That is too many decimals. Please write the amount like {example}.',
  amount_below_minimum: 'The minimum is {min}.',
  amount_above_maximum: 'The maximum is {max}.',

  network_error: 'There was no connection. You have not been charged. Please try again.',
  unavailable: 'Payment is not available right now.',
  failed: 'Something went wrong. You have not been charged. Please try again.',
}

/** What it says once the buyer has acted. */
export const laterMessages = {
  amount_ambiguous: 'Do you mean {readings}? Please write the amount like that.',
  amount_not_editable: 'The amount is {amount}. You have not been charged.',
  terms_changed: 'The amount is now {amount}. You have not been charged.',
  timeout: 'There was no answer. You have not been charged. Please try again.',
  rate_limited: 'That was too often. Please try again in a minute.',
  idempotency_in_progress: 'Still preparing your payment. Please try again in a minute.',
  provider_unavailable: 'The payment service is not answering. Please try again in a minute.',
  provider_timeout: 'The payment service is not answering. Please try again in a minute.',
  offer_expired: 'This offer has expired. Please ask the shop for a new one.',
  offer_invalid: 'This offer is not valid. Please ask the shop for a new one.',
  order_already_paid: 'This order is already paid.',
}

/** What only the server's own pages say: `/pay`, and `/bridge`, which opens a provider's window. */
export const pageMessages = {
  scan: 'Pay on another device',

  heading: 'Your payment',
  navigation: 'Payment',
  back: 'Back to the shop',
  noScript:
    'The payment cannot be opened without JavaScript. Turn it on and load this page again, or go back to the shop.',
  opening: 'Opening the payment…',
  opened: 'The payment is open.',
  slow: 'Opening the payment takes longer than it should. Wait a little, or try again.',
  notOpened:
    'The payment could not be opened. A content blocker may have stopped it, or the connection was lost. Please try again.',
  broken:
    'The payment service reports that something went wrong. Please try again, or go back to the shop.',
  left: 'You have left the payment. You can try again.',
  done: 'Thank you. The shop is told as soon as the payment is confirmed. You can close this page.',
  closed: 'This payment cannot be opened any more',
  startAgain: 'Go back to the shop and start the payment again.',
}

export type Messages = Readonly<
  Record<keyof typeof firstMessages | keyof typeof laterMessages, string>
>

/** Fills the places of a text: `{min}` with what `valueOf('min')` says. */
export function fillText(text: string, valueOf: (place: string) => string): string {
  return text.replace(/\{(\w+)\}/g, (_, place: string) => valueOf(place))
}

/** What a buyer is told of a payment, in English: a title and a sentence for each case. */
import type { SessionStatus } from './schemas.ts'

/** The statuses of a session, and the cases in which there is none to tell. */
export type StatusName = SessionStatus | 'review' | 'asking' | 'unknown' | 'unnamed' | 'unreachable'

export const statusMessages: Readonly<Record<StatusName, readonly [string, string]>> = {
  asking: ['Looking up your payment…', ''],
  pending: [
    'Waiting for your payment',
    'It has not been confirmed yet. This page keeps looking by itself.',
  ],
  processing: [
    'Your payment is on its way',
    'It is being confirmed, which can take a while. There is no need to pay again.',
  ],
  paid: ['Payment received', 'Thank you. Your payment is confirmed.'],
  failed: ['The payment did not go through', 'You have not been charged. You can try again.'],
  canceled: ['The payment was cancelled', 'You have not been charged.'],
  expired: [
    'The payment ran out of time',
    'You have not been charged. If you still want to pay, please start again.',
  ],
  refunded: ['Your payment was refunded', 'The money is on its way back to you.'],
  review: [
    'The shop is looking at your payment',
    'Money may have arrived that needs a person to check it. Please do not pay again: the shop will contact you, or you can ask there.',
  ],
  unknown: [
    'We could not find this payment',
    'If you have paid, your money is not lost: please ask the shop.',
  ],
  unnamed: ['No payment to show', 'This page shows where a payment stands after you have paid.'],
  unreachable: [
    'We cannot reach the payment server',
    'That does not change your payment, and this page keeps trying. Please do not pay again before you know.',
  ],
}

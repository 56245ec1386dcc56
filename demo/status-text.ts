/** What a buyer is told about each stand of a payment. */
import type { SessionException, SessionStatus } from '../server/contract/schemas.ts'

/** The statuses of a session, and the cases in which the page has none to show. */
export type Stand = SessionStatus | 'asking' | 'unknown' | 'unnamed' | 'unreachable'

interface StandText {
  readonly title: string
  readonly explanation: string
}

export const standTexts: Readonly<Record<Stand, StandText>> = {
  asking: {
    title: 'Looking up your payment',
    explanation: 'One moment, please.',
  },
  pending: {
    title: 'Waiting for your payment',
    explanation: 'The payment provider has not reported it yet. This page keeps looking by itself.',
  },
  processing: {
    title: 'Your payment is on its way',
    explanation: 'The payment provider is working on it. There is no need to pay again.',
  },
  paid: {
    title: 'Payment received',
    explanation: 'Thank you. The payment provider has confirmed that the money arrived.',
  },
  failed: {
    title: 'The payment did not go through',
    explanation: 'It was declined, and nothing was charged. You can try again.',
  },
  canceled: {
    title: 'The payment was cancelled',
    explanation: 'Nothing was charged.',
  },
  expired: {
    title: 'The payment ran out of time',
    explanation: 'It was not paid in time, and nothing was charged. You can start again.',
  },
  refunded: {
    title: 'Your money was returned',
    explanation: 'The payment was received and has been refunded.',
  },
  unknown: {
    title: 'No such payment here',
    explanation: 'This server does not know the payment that the address names.',
  },
  unnamed: {
    title: 'No payment to show',
    explanation: 'You come to this page from the payment provider, at the end of a payment.',
  },
  unreachable: {
    title: 'The server cannot be reached',
    explanation: 'That does not change your payment. This page keeps trying by itself.',
  },
}

/** Said instead of the explanation once the page has stopped looking. */
export const stoppedText = 'It takes longer than usual, so this page has stopped looking by itself.'

/** Money that needs a person: what the buyer should know beside the status. */
export const exceptionTexts: Readonly<Record<SessionException, string>> = {
  underpaid: 'Less than the full amount has arrived. The merchant will look into it.',
  overpaid: 'More than was asked for has arrived. The merchant will look into it.',
  late: 'Money has arrived after the payment had ended. The merchant will look into it.',
  duplicate: 'It seems to have been paid twice. The merchant will look into it.',
  mismatch: 'What has arrived does not fit this payment. The merchant will look into it.',
}

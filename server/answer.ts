/** What a caller is answered once an intent is done: from plain data alone, so that the store makes it in the transaction that keeps it. */
import { OrderAlreadyPaid, SessionNotOpen, toProblem, type CoinslotError } from './errors.ts'
import { toPublicSession, type SessionRecord } from './session.ts'
import type { StoredAnswer } from './store/store.ts'

/** How an intent ended, and so what it is answered: by the session as it is then, or by what is said here. */
export type Ending =
  | { readonly kind: 'opened'; readonly requestId: string }
  /** @see SessionResult.amount */
  | { readonly kind: 'changed'; readonly amount: bigint; readonly requestId: string }
  | { readonly kind: 'refused'; readonly answer: StoredAnswer }
  /** A refused change: answered by what is said here only while the session is open. */
  | { readonly kind: 'unchanged'; readonly answer: StoredAnswer; readonly requestId: string }

/** @param payment the session by which the order was paid meanwhile, if it was */
export function answerTo(
  ending: Ending,
  session: SessionRecord,
  payment?: SessionRecord,
): StoredAnswer {
  if (ending.kind === 'refused') return ending.answer
  if (payment) {
    return problemAnswer(new OrderAlreadyPaid(toPublicSession(payment)), ending.requestId)
  }
  if (ending.kind === 'opened') return sessionAnswer(session, 201)
  if (ending.kind === 'unchanged' && session.status === 'pending') return ending.answer
  // A payment came between: the session has kept its amount, and is open no more.
  return ending.kind === 'changed' && session.amount === ending.amount
    ? sessionAnswer(session, 200)
    : problemAnswer(new SessionNotOpen(toPublicSession(session)), ending.requestId)
}

function sessionAnswer(session: SessionRecord, status: 200 | 201): StoredAnswer {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(status === 201 && { Location: `/v1/sessions/${session.id}` }),
    },
    body: JSON.stringify(toPublicSession(session)),
  }
}

export function problemAnswer(error: CoinslotError, requestId: string): StoredAnswer {
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/problem+json' },
    body: JSON.stringify(toProblem(error, requestId)),
  }
}

/** A session for tests that need one as it would come from the store. */
import { checkoutSchema } from '../../server/checkout-schema.ts'
import { newSessionId, type SessionRecord } from '../../server/session.ts'

export const AT = new Date('2026-11-21T12:00:00.000Z')

export function sessionRecord(change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: newSessionId(new Date()),
    status: 'pending',
    exception: null,
    amount: 2500n,
    currency: 'USD',
    checkoutId: 'donation',
    checkout: checkoutSchema.parse({
      provider: 'sandbox',
      currency: 'USD',
      amount: '25.00',
      editable: true,
    }),
    clientReferenceId: null,
    order: null,
    likeness: null,
    locale: null,
    provider: 'sandbox',
    reference: null,
    redirectUrl: null,
    failure: null,
    test: true,
    createdAt: AT,
    updatedAt: AT,
    expiresAt: new Date(AT.getTime() + 86_400_000),
    ...change,
  }
}

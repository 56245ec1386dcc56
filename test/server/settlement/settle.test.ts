import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import type { PaymentReport } from '../../../server/settlement/settle.ts'
import type { SessionRecord } from '../../../server/session.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { sessionRecord } from '../session-fixture.ts'

const session = sessionRecord({ amount: 2500n, currency: 'USD', reference: 'ref_1' })

function report(change: Partial<PaymentReport> = {}): PaymentReport {
  return {
    provider: 'sandbox',
    eventId: 'evt_1',
    reference: 'ref_1',
    status: 'paid',
    amount: 2500n,
    currency: 'USD',
    ...change,
  }
}

function settleAll(session: SessionRecord, told: PaymentReport): SessionRecord {
  return settle(session, told).reduce<SessionRecord>(
    (current, { status, exception, amount = current.amount }) => ({
      ...current,
      status,
      exception,
      amount,
    }),
    session,
  )
}

describe('settle', () => {
  it.each([
    ['another provider', { provider: 'sprintcheckout' }],
    ['another reference', { reference: 'ref_2' }],
  ])('pays no attention to a report of %s', (_, change) => {
    expect(settle(session, report(change))).toEqual([])
  })

  it.each([
    ['less', { amount: 2499n }, 'underpaid'],
    ['more', { amount: 2501n }, 'overpaid'],
    ['another currency', { currency: 'EUR' }, 'mismatch'],
  ])('flags %s than was asked for and does not call it paid', (_, change, exception) => {
    expect(settle(session, report(change))).toEqual([
      { status: 'pending', exception, event: 'session.flagged' },
    ])
  })

  it('flags a payment that does not say how much it is', () => {
    const { amount: _, ...silent } = report()
    expect(settle(session, silent)).toEqual([
      { status: 'pending', exception: 'mismatch', event: 'session.flagged' },
    ])
  })

  it.each(['failed', 'canceled', 'expired'] as const)(
    'flags a full payment after %s as late',
    (status) => {
      expect(settle({ ...session, status }, report())).toEqual([
        { status, exception: 'late', event: 'session.flagged' },
      ])
    },
  )

  it('flags a second payment of a paid session as a duplicate', () => {
    const paid = { ...session, status: 'paid' as const }
    expect(settle(paid, report({ eventId: 'evt_2' }))).toEqual([
      { status: 'paid', exception: 'duplicate', event: 'session.flagged' },
    ])
  })

  it.each([
    ['pending', 'underpaid', { amount: 2499n }],
    ['pending', 'overpaid', { amount: 2501n }],
    ['pending', 'mismatch', { currency: 'EUR' }],
    ['expired', 'late', {}],
    ['paid', 'duplicate', {}],
  ] as const)('tells of another payment of a %s session that is %s as well', (...row) => {
    const [status, exception, change] = row
    expect(settle({ ...session, status, exception }, report(change))).toEqual([
      { status, exception, event: 'session.flagged' },
    ])
    const refund = report({ ...change, status: 'refunded' })
    if (status !== 'paid') expect(settle({ ...session, status, exception }, refund)).toEqual([])
  })

  it('takes several payments of a static order, each of them news', () => {
    const checkout = { ...session.checkout, orderType: 'STATIC' as const }
    const paid = { ...session, checkout, status: 'paid' as const }
    expect(settle(paid, report({ eventId: 'evt_2' }))).toEqual([
      { status: 'paid', exception: null, event: 'session.paid' },
    ])
    expect(settle(paid, report({ eventId: 'evt_3', amount: 2499n }))).toMatchObject([
      { exception: 'underpaid' },
    ])
  })

  it('leaves a static order open when one payment of it fails', () => {
    const checkout = { ...session.checkout, orderType: 'STATIC' as const }
    expect(settle({ ...session, checkout }, report({ status: 'failed' }))).toEqual([])
  })

  it('tells of the payment first where its refund was told first', () => {
    expect(settle(session, report({ status: 'refunded' }))).toEqual([
      { status: 'paid', exception: null, event: 'session.paid' },
      { status: 'refunded', exception: null, event: 'session.refunded' },
    ])
  })

  it('flags a refund of what never became a payment here', () => {
    const less = report({ status: 'refunded', amount: 2499n })
    expect(settle(session, less)).toMatchObject([{ status: 'pending', exception: 'underpaid' }])
    const expired = { ...session, status: 'expired' as const }
    expect(settle(expired, report({ status: 'refunded' }))).toMatchObject([
      { status: 'expired', exception: 'late' },
    ])
  })

  it('takes what the buyer chose on the provider’s page, where the checkout allows that, within its limits', () => {
    const checkout = { ...session.checkout, minAmount: '5.00', maxAmount: '100.00' }
    const free = { ...session, checkout: { ...checkout, sprintcheckout: { editable: true } } }
    expect(settle(free, report({ amount: 5000n }))).toEqual([
      { status: 'paid', exception: null, amount: 5000n, event: 'session.paid' },
    ])
    expect(settle(free, report({ amount: 499n }))).toMatchObject([{ exception: 'underpaid' }])
    expect(settle(free, report({ amount: 10_001n }))).toMatchObject([{ exception: 'overpaid' }])
  })

  it.each([
    ['paid', 'expired'],
    ['paid', 'failed'],
    ['paid', 'pending'],
    ['refunded', 'paid'],
    ['expired', 'canceled'],
    ['processing', 'pending'],
  ] as const)('never goes from %s back to %s', (status, reported) => {
    expect(settle({ ...session, status }, report({ status: reported }))).toEqual([])
  })

  it.each(['processing', 'paid', 'failed', 'canceled', 'expired'] as const)(
    'takes a pending session to %s',
    (status) => {
      expect(settle(session, report({ status }))).toEqual([
        { status, exception: null, event: `session.${status}` },
      ])
    },
  )

  it('ends, in any order of reports with a full payment, in paid or in an ended session flagged late', () => {
    const others: SessionStatus[] = ['pending', 'processing', 'failed', 'canceled', 'expired']
    fc.assert(
      fc.property(
        fc
          .shuffledSubarray(others)
          .chain((chosen) =>
            fc.integer({ min: 0, max: chosen.length }).map((at) => chosen.toSpliced(at, 0, 'paid')),
          ),
        (order) => {
          const end = order.reduce<SessionRecord>(
            (current, status) => settleAll(current, report({ status })),
            session,
          )
          expect(end.status === 'paid' || end.exception === 'late').toBe(true)
        },
      ),
    )
  })
})

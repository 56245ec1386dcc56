/** What every store must do with an order: let it be paid once. Part of the suite of `store-conformance.ts`. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Ending } from '../../../server/answer.ts'
import type { SessionRecord } from '../../../server/session.ts'
import type { PaymentReport } from '../../../server/settlement/settle.ts'
import type { Intent, Store } from '../../../server/store/store.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import type { StoreSubject } from './store-conformance.ts'

const ORDER = 'live ["","A-1042"]'
const ROUNDS = 30

let keys = 0
function newIntent(): Intent {
  keys += 1
  return { scope: 'POST /v1/sessions', key: `key-of-an-order-${keys}`, fingerprint: 'f1' }
}

function ordered(change: Partial<SessionRecord> = {}): SessionRecord {
  return sessionRecord({ order: ORDER, likeness: 'alike', ...change })
}

function report(reference: string, change: Partial<PaymentReport> = {}): PaymentReport {
  return {
    provider: 'sandbox',
    eventId: `evt_${reference}`,
    reference,
    status: 'paid',
    amount: 2500n,
    currency: 'USD',
    ...change,
  }
}

const ending: Ending = { kind: 'opened', requestId: 'req_1' }

/** Opens a session as a buyer does; its reference is made of its number. */
async function open(store: Store, session: SessionRecord): Promise<string> {
  const intent = newIntent()
  const outcome = await store.claim(intent, session, AT)
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
  const { id } = outcome.lease.session
  const result = { reference: `ref_${id}`, redirectUrl: 'https://pay.example/', failure: null }
  await store.release(intent, outcome.lease, result, ending, AT)
  return id
}

export function describeOrders({ name, open: openSubject, openTwo }: StoreSubject): void {
  describe(`an order in the ${name} store`, () => {
    const stores = new Set<Store>()
    afterEach(async () => {
      for (const store of stores) await store.close()
      stores.clear()
    })

    async function openStore(): Promise<Store> {
      const store = await openSubject()
      stores.add(store)
      return store
    }

    it.each([
      ['paid', {}],
      ['being paid', { status: 'processing' }],
      ['refunded', { status: 'refunded' }],
      ['paid too much', { amount: 2600n }],
    ] as const)('is not asked for again when it is %s', async (_, change) => {
      const store = await openStore()
      const id = await open(store, ordered())
      await store.settle(report(`ref_${id}`, change), AT)
      const other = ordered({ likeness: 'other' })
      expect(await store.claim(newIntent(), other, AT)).toMatchObject({
        kind: 'order_paid',
        payment: { id },
      })
      expect(await store.findSession(other.id)).toBeUndefined()
      expect(await store.findPayment(ORDER)).toMatchObject({ id })
    })

    it('leaves the key of one who came too late free', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      await store.settle(report(`ref_${id}`), AT)
      const intent = newIntent()
      await store.claim(intent, ordered(), AT)
      expect(await store.findPrior(intent.scope, intent.key)).toBeUndefined()
    })

    it('is asked for again when its payment has failed, and when too little came', async () => {
      const store = await openStore()
      const first = await open(store, ordered())
      await store.settle(report(`ref_${first}`, { status: 'failed' }), AT)
      const second = await open(store, ordered())
      await store.settle(report(`ref_${second}`, { amount: 1n }), AT)
      expect(await store.findPayment(ORDER)).toBeUndefined()
      expect(await open(store, ordered({ likeness: 'other' }))).not.toBe(second)
    })

    it('has nothing to do with another order, nor with sessions that have none', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      await store.settle(report(`ref_${id}`), AT)
      const others = [ordered({ order: 'live ["","A-1043"]' }), sessionRecord(), sessionRecord()]
      const ids = []
      for (const session of others) ids.push(await open(store, session))
      expect(ids).toEqual(others.map((session) => session.id))
    })

    it('goes on with the session that is open for just the same', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      const again = ordered()
      expect(await open(store, again)).toBe(id)
      expect(await store.findSession(again.id)).toBeUndefined()
    })

    it.each([
      ['asks for something else', { likeness: 'other' }, AT],
      ['cannot be compared', { likeness: null }, AT],
      ['comes when that is over', {}, new Date(AT.getTime() + 86_400_000)],
    ])('gets another session where the next one %s', async (_, change, now) => {
      const store = await openStore()
      await open(store, ordered())
      const next = ordered(change)
      const outcome = await store.claim(newIntent(), next, now)
      expect(outcome).toMatchObject({ kind: 'claimed', lease: { session: { id: next.id } } })
    })

    it('does not go on with a session whose amount was changed since', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      const intent = newIntent()
      const outcome = await store.claim(intent, id, AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await store.release(intent, outcome.lease, { amount: 3000n, failure: null }, ending, AT)
      expect(await open(store, ordered())).not.toBe(id)
    })

    it('waits for the one who is at work on the session that is open', async () => {
      const store = await openStore()
      await store.claim(newIntent(), ordered(), AT)
      expect(await store.claim(newIntent(), ordered(), AT)).toEqual({ kind: 'in_progress' })
    })

    it('cannot be changed in one session when another is paid', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      const other = await open(store, ordered({ likeness: 'other' }))
      await store.settle(report(`ref_${id}`), AT)
      expect(await store.claim(newIntent(), other, AT)).toMatchObject({ kind: 'order_paid' })
    })

    it('that is paid while another session is being opened is told in its answer', async () => {
      const store = await openStore()
      const id = await open(store, ordered())
      const intent = newIntent()
      const outcome = await store.claim(intent, ordered({ likeness: 'other' }), AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await store.settle(report(`ref_${id}`), AT)
      const result = { reference: 'ref_late', failure: null }
      const kept = await store.release(intent, outcome.lease, result, ending, AT)
      expect(kept).toMatchObject({ status: 409, body: expect.stringContaining(`"${id}"`) })
    })

    it('that is paid twice is paid once: the second payment is a duplicate', async () => {
      const store = await openStore()
      const first = await open(store, ordered())
      const second = await open(store, ordered({ likeness: 'other' }))
      await store.settle(report(`ref_${first}`), AT)
      await store.settle(report(`ref_${second}`), AT)
      expect(await store.findSession(first)).toMatchObject({ status: 'paid', exception: null })
      expect(await store.findSession(second)).toMatchObject({
        status: 'pending',
        exception: 'duplicate',
      })
      const told = await store.findMessages('url', second)
      expect(told.map(({ type }) => type)).toEqual(['session.flagged'])
    })

    it('knows a second payment also where its session is only learnt of afterwards', async () => {
      const store = await openStore()
      const first = await open(store, ordered())
      const intent = newIntent()
      const outcome = await store.claim(intent, ordered({ likeness: 'other' }), AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await store.settle(report('ref_early'), AT)
      await store.settle(report(`ref_${first}`), AT)
      const result = { reference: 'ref_early', failure: null }
      await store.release(intent, outcome.lease, result, ending, AT)
      const { id } = outcome.lease.session
      expect(await store.findSession(id)).toMatchObject({ exception: 'duplicate' })
    })

    describe('on two servers', () => {
      async function openBoth(): Promise<readonly [Store, Store]> {
        const both = await openTwo()
        for (const store of both) stores.add(store)
        return both
      }

      it('is paid once where two payments of it come at once', async () => {
        const [one, other] = await openBoth()
        for (let round = 0; round < ROUNDS; round += 1) {
          const order = `live ${round}`
          const first = await open(one, ordered({ order }))
          const second = await open(other, ordered({ order, likeness: 'other' }))
          await Promise.all([
            one.settle(report(`ref_${first}`), AT),
            other.settle(report(`ref_${second}`), AT),
          ])
          const ends = await Promise.all([first, second].map((id) => one.findSession(id)))
          const stands = ends.map((session) => `${session?.status} ${session?.exception}`)
          expect(stands.toSorted()).toEqual(['paid null', 'pending duplicate'])
        }
      })

      it('gets one session where both are asked for just the same', async () => {
        const [one, other] = await openBoth()
        for (let round = 0; round < ROUNDS; round += 1) {
          const order = `live ${round}`
          const claims = [one, other, one, other].map((store) =>
            store.claim(newIntent(), ordered({ order }), AT),
          )
          const kinds = (await Promise.all(claims)).map(({ kind }) => kind).toSorted()
          expect(kinds).toEqual(['claimed', 'in_progress', 'in_progress', 'in_progress'])
        }
      })

      it('is paid, asked for and changed at once without a wait for one another', async () => {
        const [one, other] = await openBoth()
        for (let round = 0; round < ROUNDS; round += 1) {
          const order = `live ${round}`
          const id = await open(one, ordered({ order }))
          await Promise.all([
            one.settle(report(`ref_${id}`), AT),
            other.claim(newIntent(), ordered({ order }), AT),
            one.claim(newIntent(), ordered({ order, likeness: 'other' }), AT),
            other.claim(newIntent(), id, AT),
          ])
          expect(await one.findSession(id)).toMatchObject({ status: 'paid', exception: null })
        }
      })
    })
  })
}

/** What every store must do; one is done when this suite passes over it. */
import { afterEach, describe, expect, it } from 'vitest'
import type { PaymentReport } from '../../../server/settlement/settle.ts'
import type { SessionRecord } from '../../../server/session.ts'
import {
  ReferenceTaken,
  type Intent,
  type Lease,
  type Store,
  type StoredAnswer,
} from '../../../server/store/store.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const intent: Intent = {
  scope: 'POST /v1/sessions',
  key: 'key-0123456789abcdef',
  fingerprint: 'f1',
}
const answer = (session: SessionRecord): StoredAnswer => ({
  status: 201,
  headers: { Location: `/v1/sessions/${session.id}` },
  body: `{"id":"${session.id}"}`,
})
const opened = {
  reference: 'ref_1',
  redirectUrl: 'https://pay.example/ref_1',
  failure: null,
} as const
const seconds = (count: number) => new Date(AT.getTime() + count * 1000)

const paid: PaymentReport = {
  provider: 'sandbox',
  eventId: 'evt_1',
  reference: 'ref_1',
  status: 'paid',
  amount: 2500n,
  currency: 'USD',
}

export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`the ${name} store`, () => {
    let store: Store | undefined
    afterEach(() => store?.close())

    async function openStore(): Promise<Store> {
      store = await open()
      return store
    }

    async function claim(store: Store, session = sessionRecord(), now = AT): Promise<Lease> {
      const outcome = await store.claim(intent, session, now)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      return outcome.lease
    }

    it('keeps nothing of a session whose key was used for something else', async () => {
      const store = await openStore()
      await claim(store)
      const other = sessionRecord()
      const outcome = await store.claim({ ...intent, fingerprint: 'f2' }, other, AT)
      expect(outcome).toEqual({ kind: 'reused' })
      expect(await store.findSession(other.id)).toBeUndefined()
    })

    it('lets one of many equal intents at once go on', async () => {
      const store = await openStore()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => store.claim(intent, sessionRecord(), AT)),
      )
      const kinds = outcomes.map(({ kind }) => kind).toSorted()
      expect(kinds).toEqual(['claimed', ...Array<string>(19).fill('in_progress')])
    })

    it('keeps a session as it was given, amounts and times exactly', async () => {
      const store = await openStore()
      const session = sessionRecord({
        amount: 999_999_999_999_999n,
        currency: 'KWD',
        clientReferenceId: 'Ünïcode \'"; drop table sessions; --',
      })
      await claim(store, session)
      expect(await store.findSession(session.id)).toEqual(session)
    })

    it('knows nothing of a session that was never there', async () => {
      const store = await openStore()
      expect(await store.findSession('cs_none')).toBeUndefined()
      expect(await store.findPrior(intent.scope, intent.key)).toBeUndefined()
    })

    it('gives a kept answer again, to the same intent only', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, answer, AT)
      const kept = answer(lease.session)
      expect(await store.claim(intent, sessionRecord(), AT)).toEqual({
        kind: 'replay',
        answer: kept,
      })
      expect(await store.findPrior(intent.scope, intent.key)).toEqual({
        fingerprint: 'f1',
        sessionId: lease.session.id,
        answer: kept,
      })
      const elsewhere = { ...intent, scope: 'POST /v1/sessions https://other.example' }
      expect((await store.claim(elsewhere, sessionRecord(), AT)).kind).toBe('claimed')
    })

    it('goes on with the same session after a failure that may be tried again', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, { failure: 'provider_timeout' }, () => null, AT)
      expect(await store.findSession(first.session.id)).toMatchObject({
        status: 'pending',
        failure: 'provider_timeout',
      })
      const second = await claim(store)
      expect(second.session.id).toBe(first.session.id)
      await store.release(intent, second, opened, answer, AT)
      const session = await store.findSession(second.session.id)
      expect(session).toMatchObject({ reference: 'ref_1', failure: null })
    })

    it('ends a session that the provider will not have', async () => {
      const store = await openStore()
      const lease = await claim(store)
      const result = { failure: 'provider_rejected', failed: true } as const
      await store.release(intent, lease, result, answer, AT)
      const session = await store.findSession(lease.session.id)
      expect(session).toMatchObject({ status: 'failed', failure: 'provider_rejected' })
    })

    it('lets another take over after 15 s, and keeps nothing of the one who was too slow', async () => {
      const store = await openStore()
      const slow = await claim(store)
      expect((await store.claim(intent, sessionRecord(), seconds(14))).kind).toBe('in_progress')
      const quick = await claim(store, sessionRecord(), seconds(15))
      expect(quick.session.id).toBe(slow.session.id)

      const stale = { ...opened, reference: 'ref_slow' }
      expect(await store.release(intent, slow, stale, answer, seconds(16))).toBeUndefined()
      await store.release(intent, quick, opened, answer, seconds(17))
      expect(await store.findSession(quick.session.id)).toMatchObject({ reference: 'ref_1' })
    })

    it('works on a session for one change at a time', async () => {
      const store = await openStore()
      const lease = await claim(store)
      const { id } = lease.session
      const change = { ...intent, scope: `PATCH /v1/sessions/${id}` }
      expect(await store.claim(change, id, AT)).toEqual({ kind: 'in_progress' })
      // Nothing of the attempt stays, so that the same key may be sent again.
      expect(await store.findPrior(change.scope, change.key)).toBeUndefined()
      await store.release(intent, lease, opened, answer, AT)
      expect((await store.claim(change, id, AT)).kind).toBe('claimed')
    })

    it('settles a report once, however often it is told', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, answer, AT)
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.settle(paid, AT)))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await store.findSession(lease.session.id)).toMatchObject({
        status: 'paid',
        exception: null,
      })
    })

    it('keeps a report of a session that it does not know yet, and settles it when it does', async () => {
      const store = await openStore()
      const lease = await claim(store)
      expect(await store.settle(paid, AT)).toBeUndefined()
      await store.release(intent, lease, opened, answer, AT)
      const session = await store.findSession(lease.session.id)
      expect(session?.status).toBe('paid')
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'paid' })
    })

    it('does not let a late refusal of the provider undo what was settled', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, () => null, AT)
      const again = await claim(store)
      await store.settle(paid, AT)
      const result = { failure: 'provider_rejected', failed: true } as const
      await store.release(intent, again, result, answer, AT)
      const session = await store.findSession(again.session.id)
      expect(session?.status).toBe('paid')
    })

    it('calls it paid when the new amount was paid before the change of it was known here', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, () => null, AT)
      const change = await claim(store)
      await store.settle({ ...paid, amount: 3000n }, AT)
      expect(await store.findSession(change.session.id)).toMatchObject({ exception: 'overpaid' })
      await store.release(intent, change, { ...opened, amount: 3000n }, () => null, AT)
      expect(await store.findSession(change.session.id)).toMatchObject({
        status: 'paid',
        exception: null,
        amount: 3000n,
      })
    })

    it('keeps the amount that was paid when a change of it comes too late', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, () => null, AT)
      const change = await claim(store)
      await store.settle(paid, AT)
      const result = { ...opened, amount: 500_000n }
      await store.release(intent, change, result, () => null, AT)
      const session = await store.findSession(change.session.id)
      expect(session).toMatchObject({ status: 'paid', amount: 2500n })
    })

    it('never gives two sessions the same provider session', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, answer, AT)
      const second = { ...intent, key: 'key-fedcba9876543210' }
      const outcome = await store.claim(second, sessionRecord(), AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await expect(store.release(second, outcome.lease, opened, answer, AT)).rejects.toThrow(
        ReferenceTaken,
      )
    })

    it('forgets the intents of before, and keeps their sessions', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, answer, AT)
      await store.forgetIntents(AT)
      expect(await store.findPrior(intent.scope, intent.key)).toBeDefined()
      await store.forgetIntents(seconds(1))
      expect(await store.findPrior(intent.scope, intent.key)).toBeUndefined()
      expect(await store.findSession(lease.session.id)).toBeDefined()
    })

    it('says that it can be used until it is closed', async () => {
      const store = await open()
      await expect(store.ping()).resolves.toBeUndefined()
      await store.close()
      await expect(store.ping()).rejects.toThrow()
    })
  })
}

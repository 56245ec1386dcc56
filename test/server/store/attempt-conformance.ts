/** What every store must do with attempts: lose sight of no provider session. Part of the suite of `store-conformance.ts`. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Ending } from '../../../server/answer.ts'
import type { PaymentReport } from '../../../server/settlement/settle.ts'
import {
  ReferenceTaken,
  type ClaimOptions,
  type Intent,
  type Lease,
  type SessionResult,
  type Store,
} from '../../../server/store/store.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import type { StoreSubject } from './store-conformance.ts'

const intent: Intent = { scope: 'POST /v1/sessions', key: 'key-of-attempts', fingerprint: 'f1' }
const seconds = (count: number) => new Date(AT.getTime() + count * 1000)

const ending: Ending = { kind: 'opened', requestId: 'req_1' }

const unknown = { failure: 'provider_timeout', attempt: 'unknown' } as const
const failed = { failure: 'provider_unavailable', attempt: 'failed' } as const
const opened = (reference: string): SessionResult => ({
  reference,
  redirectUrl: `https://pay.example/${reference}`,
  failure: null,
})

function report(reference: string, change: Partial<PaymentReport> = {}): PaymentReport {
  return {
    provider: 'sandbox',
    eventId: `evt ${reference} ${change.status ?? 'paid'}`,
    reference,
    status: 'paid',
    amount: 2500n,
    currency: 'USD',
    ...change,
  }
}

export function describeAttempts({ name, open }: StoreSubject): void {
  describe(`attempts in the ${name} store`, () => {
    const stores = new Set<Store>()
    afterEach(async () => {
      for (const store of stores) await store.close()
      stores.clear()
    })

    async function openStore(): Promise<Store> {
      const store = await open()
      stores.add(store)
      return store
    }

    async function claim(store: Store, at = 0, options: ClaimOptions = {}): Promise<Lease> {
      const outcome = await store.claim(intent, sessionRecord(), seconds(at), options)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      return outcome.lease
    }

    const fail = (store: Store, lease: Lease, result: SessionResult) =>
      store.release(intent, lease, result, null, AT)

    const states = async (store: Store, { session }: Lease) =>
      (await store.findAttempts(session.id)).map(({ state, reference }) => reference ?? state)

    const tell = (store: Store, { session }: Lease, told: PaymentReport, at = 0) =>
      store.settle({ ...told, sessionId: session.id }, seconds(at))

    /** A session whose first attempt nobody knows the end of, and whose second one was opened. */
    async function openTwice(store: Store): Promise<Lease> {
      await fail(store, await claim(store), unknown)
      const lease = await claim(store)
      await store.release(intent, lease, opened('ref_2'), ending, AT)
      return lease
    }

    it('are there before the provider is called', async () => {
      const store = await openStore()
      const { session } = await claim(store)
      expect(await store.findAttempts(session.id)).toEqual([
        { number: 1, state: 'calling', reference: null },
      ])
      expect(await store.findAttempts('cs_none')).toEqual([])
    })

    it.each([
      ['was refused', failed],
      ['is known by another reference', opened('ref_1')],
    ])('take no report that only names their session where the attempt %s', async (_, result) => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, result, null, AT)
      expect(await tell(store, lease, report('ref_of_another'))).toBeUndefined()
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'pending' })
    })

    it('take no report of another provider that names their session', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await fail(store, lease, unknown)
      const told = report('ref_1', { provider: 'sprintcheckout' })
      expect(await tell(store, lease, told)).toBeUndefined()
      expect(await states(store, lease)).toEqual(['unknown'])
    })

    it('never give a reference of theirs to another session, whichever of them has it', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      await tell(store, lease, report('ref_1', { status: 'pending' }))
      for (const reference of ['ref_1', 'ref_2']) {
        const other = { ...intent, key: `key-of-another-${reference}` }
        const outcome = await store.claim(other, sessionRecord(), AT)
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
        const releasing = store.release(other, outcome.lease, opened(reference), ending, AT)
        await expect(releasing).rejects.toThrow(ReferenceTaken)
      }
    })

    it('begin one beside another of which nobody knows the end', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      expect(await states(store, lease)).toEqual(['unknown', 'ref_2'])
    })

    it('begin one beside another whose holder went away in the middle', async () => {
      const store = await openStore()
      await claim(store)
      const lease = await claim(store, 15)
      expect(await states(store, lease)).toEqual(['unknown', 'calling'])
    })

    it('leave nothing of one by which the provider was not reached', async () => {
      const store = await openStore()
      await fail(store, await claim(store), failed)
      expect(await states(store, await claim(store))).toEqual(['calling'])
    })

    it('are made again where the provider opens one session however often it is told to', async () => {
      const store = await openStore()
      const repeatable = { repeatable: true }
      await fail(store, await claim(store, 0, repeatable), unknown)
      const again = await claim(store, 0, repeatable)
      // Not reached this time; the time before, perhaps.
      await fail(store, again, failed)
      expect(await states(store, again)).toEqual(['unknown'])
      const last = await claim(store, 0, repeatable)
      await store.release(intent, last, opened('ref_1'), ending, AT)
      expect(await states(store, last)).toEqual(['ref_1'])
    })

    it('count when an earlier one is paid, and flag the payment of another', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      const { id } = lease.session
      expect(await tell(store, lease, report('ref_1'))).toMatchObject({ status: 'paid' })
      expect(await store.findSession(id)).toMatchObject({ status: 'paid', reference: 'ref_1' })
      await store.settle(report('ref_2'), AT)
      expect(await store.findSession(id)).toMatchObject({ status: 'paid', exception: 'duplicate' })
      const told = await store.findMessages('url', id)
      expect(told.map(({ type }) => type)).toEqual(['session.paid', 'session.flagged'])
    })

    it('flag the payment of an earlier one, once the last one is paid', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      await store.settle(report('ref_2'), AT)
      await tell(store, lease, report('ref_1'))
      await tell(store, lease, report('ref_1'))
      const { id } = lease.session
      expect(await store.findSession(id)).toMatchObject({
        status: 'paid',
        exception: 'duplicate',
        reference: 'ref_2',
      })
      expect(await store.findMessages('url', id)).toHaveLength(2)
    })

    it.each(['failed', 'canceled', 'expired', 'processing'] as const)(
      'let the session go on where an earlier one is %s',
      async (status) => {
        const store = await openStore()
        const lease = await openTwice(store)
        expect(await tell(store, lease, report('ref_1', { status }))).toBeUndefined()
        expect(await states(store, lease)).toEqual(['ref_1', 'ref_2'])
        expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'pending' })
      },
    )

    it.each([
      ['the one that was paid too much', 'ref_2', 'paid'],
      ['the one that counts', 'ref_1', 'refunded'],
    ])('give money back for %s', async (_, reference, status) => {
      const store = await openStore()
      const lease = await openTwice(store)
      await tell(store, lease, report('ref_1'))
      await store.settle(report('ref_2'), AT)
      await store.settle(report(reference, { status: 'refunded' }), AT)
      expect(await store.findSession(lease.session.id)).toMatchObject({ status })
    })

    it('flag the money of another one after that of the session was given back', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      await store.settle(report('ref_2'), AT)
      await store.settle(report('ref_2', { status: 'refunded' }), AT)
      await tell(store, lease, report('ref_1'))
      expect(await store.findSession(lease.session.id)).toMatchObject({
        status: 'refunded',
        exception: 'duplicate',
      })
    })

    it.each([
      ['before', true],
      ['after', false],
    ])(
      'keep the reference that a holder brings too late, %s it was paid, and never show it',
      async (_, isPaidBefore) => {
        const store = await openStore()
        const slow = await claim(store)
        const quick = await claim(store, 15)
        await store.release(intent, quick, opened('ref_2'), ending, AT)
        if (isPaidBefore) await store.settle(report('ref_1'), AT)
        expect(await store.release(intent, slow, opened('ref_1'), ending, AT)).toBeUndefined()
        expect(await states(store, slow)).toEqual(['ref_1', 'ref_2'])
        if (!isPaidBefore) await store.settle(report('ref_1'), AT)
        expect(await store.findSession(slow.session.id)).toMatchObject({
          status: 'paid',
          reference: 'ref_1',
          redirectUrl: 'https://pay.example/ref_2',
        })
      },
    )

    it('keep it when a holder says too late that there is none', async () => {
      const store = await openStore()
      const slow = await claim(store)
      const quick = await claim(store, 15)
      await store.release(intent, slow, { ...failed, failed: true }, ending, AT)
      expect(await states(store, quick)).toEqual(['failed', 'calling'])
      expect(await store.findSession(slow.session.id)).toMatchObject({ status: 'pending' })
    })

    it('are one where the provider gives both holders the same', async () => {
      const store = await openStore()
      const slow = await claim(store)
      const quick = await claim(store, 15)
      await store.release(intent, quick, opened('ref_1'), ending, AT)
      await store.release(intent, slow, opened('ref_1'), ending, AT)
      expect(await states(store, quick)).toEqual(['ref_1'])
    })

    it('take a report that overtakes the answer for one of the attempt under way', async () => {
      const store = await openStore()
      const lease = await claim(store)
      expect(await tell(store, lease, report('ref_1'))).toBeUndefined()
      expect(await states(store, lease)).toEqual(['calling'])
      await store.release(intent, lease, opened('ref_1'), ending, AT)
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'paid' })
    })

    it('are answered by a session that has ended where its time was over while they were under way', async () => {
      const store = await openStore()
      const lease = await claim(store)
      const { expiresAt } = lease.session
      expect(await store.expire(lease.session, expiresAt)).toMatchObject({ status: 'expired' })
      const answer = await store.release(intent, lease, opened('ref_1'), ending, expiresAt)
      expect(JSON.parse(answer!.body)).toMatchObject({ status: 'expired' })
      expect(await states(store, lease)).toEqual(['ref_1'])
    })

    it('give a reference back that was taken for that of an earlier one', async () => {
      const store = await openStore()
      await fail(store, await claim(store), unknown)
      const lease = await claim(store)
      expect(await tell(store, lease, report('ref_2', { status: 'failed' }))).toBeUndefined()
      expect(await states(store, lease)).toEqual(['ref_2', 'calling'])
      await store.release(intent, lease, opened('ref_2'), ending, AT)
      expect(await states(store, lease)).toEqual(['unknown', 'ref_2'])
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'failed' })
    })

    it('settle what waited for one whose holder never came back', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await tell(store, lease, report('ref_1', { status: 'processing' }))
      await tell(store, lease, report('ref_1'))
      const { id } = lease.session
      expect(await store.settleWaiting(id, seconds(14))).toBe(false)
      expect(await store.settleWaiting(id, seconds(15))).toBe(true)
      expect(await store.findSession(id)).toMatchObject({ status: 'paid', exception: null })
      expect(await store.settleWaiting(id, seconds(16))).toBe(false)
    })

    it('call for no other one where what waited says that the session is paid', async () => {
      const store = await openStore()
      await tell(store, await claim(store), report('ref_1'))
      const again = await claim(store, 15)
      expect(again.session).toMatchObject({ status: 'paid', reference: 'ref_1' })
    })

    it('let a new amount be paid by the last one, with what an earlier one was paid still flagged', async () => {
      const store = await openStore()
      const lease = await openTwice(store)
      const { id } = lease.session
      await tell(store, lease, report('ref_1', { amount: 100n }))
      const change = { ...intent, scope: `PATCH /v1/sessions/${id}` }
      const outcome = await store.claim(change, id, AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await store.release(change, outcome.lease, { ...opened('ref_2'), amount: 3000n }, null, AT)
      expect(await store.findSession(id)).toMatchObject({ exception: 'underpaid', amount: 3000n })
      await store.settle(report('ref_2', { amount: 3000n }), AT)
      expect(await store.findSession(id)).toMatchObject({ status: 'paid' })
    })

    it('write no answer to a key that was forgotten and used anew while they were under way', async () => {
      const store = await openStore()
      const frozen = await claim(store)
      await store.forgetIntents(seconds(1))
      const other = await claim(store, 86_400)
      await store.release(intent, frozen, opened('ref_1'), ending, seconds(86_401))
      const prior = await store.findPrior(intent.scope, intent.key)
      expect(prior).toMatchObject({ sessionId: other.session.id, answer: null })
    })
  })
}

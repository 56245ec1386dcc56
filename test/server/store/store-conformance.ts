/** What every store must do; one is done when this suite passes over it. */
import { afterEach, describe, expect, it } from 'vitest'
import { answerTo, type Ending } from '../../../server/answer.ts'
import type { PaymentReport } from '../../../server/settlement/settle.ts'
import { ReferenceTaken, type Intent, type Lease, type Store } from '../../../server/store/store.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import { describeAttempts } from './attempt-conformance.ts'
import { describeListing } from './listing-conformance.ts'
import { describeOrders } from './order-conformance.ts'

const intent: Intent = {
  scope: 'POST /v1/sessions',
  key: 'key-0123456789abcdef',
  fingerprint: 'f1',
}
const ending: Ending = { kind: 'opened', requestId: 'req_1' }
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

/** A store, as the suite needs to know it; each is new, and tells both destinations. */
export interface StoreSubject {
  readonly name: string
  open(): Promise<Store>
  /** The stores of two servers beside one another; one twice where one process cannot have two. */
  openTwo(): Promise<readonly [Store, Store]>
}

export function describeStore(subject: StoreSubject): void {
  const { name, open, openTwo } = subject
  describeAttempts(subject)
  describeOrders(subject)
  describeListing(subject)
  describe(`the ${name} store`, () => {
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

    it('is closed when all is done that was asked of it, however many steps that takes', async () => {
      const store = await open()
      const other = { ...intent, key: `${intent.key}-2` }
      const lease = await claim(store)
      await store.settle(paid, AT)
      const asked = [
        store.claim(other, sessionRecord(), AT),
        store.claim(other, sessionRecord(), AT),
        store.release(intent, lease, opened, ending, AT),
      ] as const
      await store.close()
      const [one, another, answer] = await Promise.all(asked)
      expect([one.kind, another.kind].toSorted()).toEqual(['claimed', 'in_progress'])
      expect(JSON.parse(answer!.body)).toMatchObject({ status: 'paid' })
    })

    it.each<[string, (store: Store, lease: Lease) => Promise<unknown>]>([
      ['a claim', (store) => store.claim({ ...intent, key: 'another' }, sessionRecord(), AT)],
      ['a release', (store, lease) => store.release(intent, lease, opened, ending, AT)],
      ['a report', (store) => store.settle(paid, AT)],
      ['a look-up', (store) => store.findPrior(intent.scope, intent.key)],
    ])('lets %s end that is alone under way when it is closed', async (_, ask) => {
      const store = await open()
      const asked = ask(store, await claim(store))
      await store.close()
      await expect(asked).resolves.not.toThrow()
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
      await store.release(intent, lease, opened, ending, AT)
      const kept = answerTo(ending, { ...lease.session, ...opened })
      expect(await store.claim(intent, sessionRecord(), AT)).toEqual({
        kind: 'replay',
        answer: kept,
      })
      expect(await store.findPrior(intent.scope, intent.key)).toEqual({
        fingerprint: 'f1',
        sessionId: lease.session.id,
        answer: kept,
        leaseUntil: null,
      })
      const elsewhere = { ...intent, scope: 'POST /v1/sessions https://other.example' }
      expect((await store.claim(elsewhere, sessionRecord(), AT)).kind).toBe('claimed')
    })

    it('tells until when an intent is worked on', async () => {
      const store = await openStore()
      const { until } = await claim(store)
      expect(await store.findPrior(intent.scope, intent.key)).toMatchObject({
        answer: null,
        leaseUntil: until,
      })
    })

    it('goes on with the same session after a failure that may be tried again', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, { failure: 'provider_timeout' }, null, AT)
      expect(await store.findSession(first.session.id)).toMatchObject({
        status: 'pending',
        failure: 'provider_timeout',
      })
      const second = await claim(store)
      expect(second.session.id).toBe(first.session.id)
      await store.release(intent, second, opened, ending, AT)
      const session = await store.findSession(second.session.id)
      expect(session).toMatchObject({ reference: 'ref_1', failure: null })
    })

    it('ends a session that the provider will not have', async () => {
      const store = await openStore()
      const lease = await claim(store)
      const result = { failure: 'provider_rejected', failed: true } as const
      await store.release(intent, lease, result, ending, AT)
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
      expect(await store.release(intent, slow, stale, ending, seconds(16))).toBeUndefined()
      await store.release(intent, quick, opened, ending, seconds(17))
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
      await store.release(intent, lease, opened, ending, AT)
      expect((await store.claim(change, id, AT)).kind).toBe('claimed')
    })

    it('settles a report once, however often it is told', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, ending, AT)
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
      await store.release(intent, lease, opened, ending, AT)
      const session = await store.findSession(lease.session.id)
      expect(session?.status).toBe('paid')
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'paid' })
    })

    it('does not let a late refusal of the provider undo what was settled', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, null, AT)
      const again = await claim(store)
      await store.settle(paid, AT)
      const result = { failure: 'provider_rejected', failed: true } as const
      await store.release(intent, again, result, ending, AT)
      const session = await store.findSession(again.session.id)
      expect(session?.status).toBe('paid')
    })

    it('calls it paid when the new amount was paid before the change of it was known here', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, null, AT)
      const change = await claim(store)
      await store.settle({ ...paid, amount: 3000n }, AT)
      expect(await store.findSession(change.session.id)).toMatchObject({ exception: 'overpaid' })
      await store.release(intent, change, { ...opened, amount: 3000n }, null, AT)
      expect(await store.findSession(change.session.id)).toMatchObject({
        status: 'paid',
        exception: null,
        amount: 3000n,
      })
    })

    it('tells of money that fits neither amount once, however often the amount is changed', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, null, AT)
      await store.settle({ ...paid, amount: 100n }, AT)
      for (const amount of [3000n, 2500n, 3000n]) {
        const change = await claim(store)
        await store.release(intent, change, { ...opened, amount }, null, AT)
      }
      const { id } = first.session
      expect(await store.findSession(id)).toMatchObject({ amount: 3000n, exception: 'underpaid' })
      const told = await store.findMessages('url', id)
      expect(told.map(({ type }) => type)).toEqual(['session.flagged'])
    })

    it('keeps the amount that was paid when a change of it comes too late', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, null, AT)
      const change = await claim(store)
      await store.settle(paid, AT)
      const result = { ...opened, amount: 500_000n }
      await store.release(intent, change, result, null, AT)
      const session = await store.findSession(change.session.id)
      expect(session).toMatchObject({ status: 'paid', amount: 2500n })
    })

    it('never gives two sessions the same provider session', async () => {
      const store = await openStore()
      const first = await claim(store)
      await store.release(intent, first, opened, ending, AT)
      const second = { ...intent, key: 'key-fedcba9876543210' }
      const outcome = await store.claim(second, sessionRecord(), AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await expect(store.release(second, outcome.lease, opened, ending, AT)).rejects.toThrow(
        ReferenceTaken,
      )
    })

    const DAY_S = 24 * 60 * 60

    it.each([
      ['before its time is over', opened, DAY_S - 1],
      ['whose end was moved', { ...opened, expiresAt: seconds(DAY_S + 60) }, DAY_S],
      ['that has got a reference since', opened, DAY_S],
    ])('does not expire a session %s', async (_, result, at) => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, result, ending, AT)
      const read = at === DAY_S ? lease.session : await store.findSession(lease.session.id)
      expect(await store.expire(read ?? lease.session, seconds(at))).toBeUndefined()
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'pending' })
    })

    it('does not expire a session while it is worked on, only once its lease has ended', async () => {
      const store = await openStore()
      const { session } = await claim(store, sessionRecord(), seconds(DAY_S - 5))
      expect(await store.expire(session, seconds(DAY_S + 9))).toBeUndefined()
      expect(await store.expire(session, seconds(DAY_S + 10))).toMatchObject({ status: 'expired' })
    })

    it.each(['processing', 'paid', 'failed'] as const)(
      'does not expire a session that is %s',
      async (status) => {
        const store = await openStore()
        const lease = await claim(store)
        await store.release(intent, lease, opened, ending, AT)
        const session = { ...lease.session, reference: 'ref_1' }
        await store.settle({ ...paid, status }, AT)
        expect(await store.expire(session, seconds(DAY_S))).toBeUndefined()
        expect(await store.findSession(session.id)).toMatchObject({ status })
      },
    )

    it('expires a session once, and flags the money that comes afterwards', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, ending, AT)
      const session = { ...lease.session, reference: 'ref_1' }
      const ends = await Promise.all([
        store.expire(session, seconds(DAY_S)),
        store.expire(session, seconds(DAY_S)),
      ])
      expect(ends.filter(Boolean)).toMatchObject([{ id: session.id, status: 'expired' }])
      await store.settle(paid, seconds(DAY_S + 1))
      expect(await store.findSession(session.id)).toMatchObject({
        status: 'expired',
        exception: 'late',
      })
    })

    it('gives a session out to be asked about after a minute, to one who asks, and later again', async () => {
      const store = await openStore()
      const { session } = await claim(store)
      const take = (at: number) => store.takeDue(10, seconds(at))
      expect(await take(59)).toEqual([])
      const takes = await Promise.all([take(60), take(60), take(60)])
      expect(takes.flat().map(({ id }) => id)).toEqual([session.id])
      expect(await take(119)).toEqual([])
      expect(await take(120)).toHaveLength(1)
    })

    it.each([
      ['', {}, {}, DAY_S],
      [' of an order', { order: 'order-1' }, {}, DAY_S],
      [' with an end that the provider set', {}, { expiresAt: seconds(900) }, 900],
    ])(
      'gives out a session%s whose provider cannot be asked when it ends, and not before',
      async (_, change, told, end) => {
        const store = await openStore()
        const lease = await claim(store, sessionRecord(change))
        await store.release(intent, lease, { ...opened, ...told, isAskable: false }, ending, AT)
        expect(await store.takeDue(10, seconds(end - 1))).toEqual([])
        expect(await store.takeDue(10, seconds(end))).toMatchObject([{ id: lease.session.id }])
      },
    )

    it.each([
      ['', {}],
      [' of an order', { order: 'order-1' }],
    ])(
      'gives out a session%s at its end, where the provider has set that within the first minute',
      async (_, change) => {
        const store = await openStore()
        const lease = await claim(store, sessionRecord(change))
        await store.release(intent, lease, { ...opened, expiresAt: seconds(30) }, ending, AT)
        expect(await store.takeDue(10, seconds(29))).toEqual([])
        expect(await store.takeDue(10, seconds(30))).toMatchObject([{ id: lease.session.id }])
      },
    )

    it('gives it out at its end, too, where that has come nearer', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, { ...opened, isAskable: false }, ending, AT)
      const change = { ...intent, key: 'key-0123456789-change' }
      const again = await store.claim(change, lease.session.id, seconds(1))
      if (again.kind !== 'claimed') throw new Error(again.kind)
      const result = { ...opened, isAskable: false, expiresAt: seconds(900) }
      await store.release(change, again.lease, result, null, seconds(1))
      expect(await store.takeDue(10, seconds(899))).toEqual([])
      expect(await store.takeDue(10, seconds(900))).toMatchObject([{ id: lease.session.id }])
    })

    it('gives out as any other a session of which an earlier attempt is in doubt', async () => {
      const store = await openStore()
      const { session } = await claim(store)
      const again = await claim(store, session, seconds(15))
      await store.release(intent, again, { ...opened, isAskable: false }, ending, seconds(15))
      expect(await store.takeDue(10, seconds(60))).toMatchObject([{ id: session.id }])
    })

    it('gives out those first that have waited longest, and none that has ended', async () => {
      const store = await openStore()
      const ids: string[] = []
      for (const age of [3, 1, 2]) {
        const session = sessionRecord({ createdAt: seconds(-age) })
        const key = `key-0123456789-age-${age}`
        const outcome = await store.claim({ ...intent, key }, session, AT)
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
        const result = { failure: null, reference: `ref_${age}`, failed: age === 3 }
        await store.release({ ...intent, key }, outcome.lease, result, ending, AT)
        ids[age] = session.id
      }
      const taken = await store.takeDue(1, seconds(600))
      expect(taken.map(({ id }) => id)).toEqual([ids[2]])
      const rest = await store.takeDue(10, seconds(600))
      expect(rest.map(({ id }) => id)).toEqual([ids[1]])
    })

    it('gives out those that have expired, too, for as long as they are to be asked about', async () => {
      const store = await openStore()
      const { session } = await claim(store)
      await store.expire(session, seconds(DAY_S))
      const taken = await store.takeDue(10, seconds(DAY_S))
      expect(taken).toMatchObject([{ id: session.id, status: 'expired' }])
      expect(await store.takeDue(10, seconds(DAY_S + 599))).toEqual([])
    })

    it('lists every open session once, page by page', async () => {
      const store = await openStore()
      const statuses = ['pending', 'processing', 'paid', 'pending', 'failed', 'pending'] as const
      for (const [index, status] of statuses.entries()) {
        const session = sessionRecord({ id: `cs_${index}`, status })
        await store.claim({ ...intent, key: `key-0123456789-${index}` }, session, AT)
      }
      const first = await store.findOpen(2)
      const second = await store.findOpen(2, first.at(-1)?.id)
      expect([...first, ...second].map(({ id }) => id)).toEqual(['cs_5', 'cs_3', 'cs_1', 'cs_0'])
      expect(await store.findOpen(2, 'cs_0')).toEqual([])
    })

    it('forgets the intents of before, and keeps their sessions', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.release(intent, lease, opened, ending, AT)
      await store.forgetIntents(AT)
      expect(await store.findPrior(intent.scope, intent.key)).toBeDefined()
      await store.forgetIntents(seconds(1))
      expect(await store.findPrior(intent.scope, intent.key)).toBeUndefined()
      expect(await store.findSession(lease.session.id)).toBeDefined()
    })

    it.each(['paid', 'processing', 'failed', 'canceled', 'expired'] as const)(
      'forgets what the provider handed over when the session is %s',
      async (status) => {
        const store = await openStore()
        const lease = await claim(store)
        await store.release(intent, lease, { ...opened, handoff: 'sealed' }, ending, AT)
        expect(await store.findHandoff(lease.session.id)).toBe('sealed')
        await store.settle({ ...paid, status, amount: 2400n }, AT)
        if (status === 'paid') {
          // It was less than was asked for: flagged, and open still.
          expect(await store.findHandoff(lease.session.id)).toBe('sealed')
          await store.settle({ ...paid, eventId: 'evt_2' }, AT)
        }
        expect(await store.findHandoff(lease.session.id)).toBeUndefined()
      },
    )

    it('keeps nothing that is handed over when the session is not pending any more', async () => {
      const store = await openStore()
      const lease = await claim(store)
      await store.settle(paid, AT)
      await store.release(intent, lease, { ...opened, handoff: 'sealed' }, ending, AT)
      expect(await store.findSession(lease.session.id)).toMatchObject({ status: 'paid' })
      expect(await store.findHandoff(lease.session.id)).toBeUndefined()
      expect(await store.findHandoff('cs_none')).toBeUndefined()
    })

    describe('in its outbox', () => {
      /** A session that has changed once for each of these statuses. */
      async function change(
        store: Store,
        statuses: readonly PaymentReport['status'][],
        reference = 'ref_1',
      ): Promise<string> {
        const key = `key-of-${reference}`
        const outcome = await store.claim({ ...intent, key }, sessionRecord(), AT)
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
        const result = { ...opened, reference }
        await store.release({ ...intent, key }, outcome.lease, result, ending, AT)
        for (const status of statuses) {
          await store.settle({ ...paid, eventId: `${reference} ${status}`, reference, status }, AT)
        }
        return outcome.lease.session.id
      }

      it('has nothing of a change that was not kept', async () => {
        const store = await openStore()
        const lease = await claim(store)
        await store.settle(paid, AT)
        const fail = {
          get kind(): never {
            throw new Error('the answer could not be made')
          },
        } as unknown as Ending
        await expect(store.release(intent, lease, opened, fail, AT)).rejects.toThrow('the answer')
        expect((await store.findSession(lease.session.id))?.status).toBe('pending')
        expect(await store.takeMessages('url', 9, AT)).toEqual([])

        await store.release(intent, lease, opened, ending, AT)
        expect(await store.takeMessages('url', 9, AT)).toMatchObject([{ type: 'session.paid' }])
      })

      it('has nothing of a report that changed nothing', async () => {
        const store = await openStore()
        await change(store, ['paid'])
        await store.settle({ ...paid, eventId: 'ref_1 paid' }, AT)
        await store.settle({ ...paid, eventId: 'evt_2', status: 'canceled' }, AT)
        const [message] = await store.takeMessages('url', 9, AT)
        if (!message) throw new Error('there is no message')
        await store.keepDelivery(message, 'delivered', AT)
        expect(await store.takeMessages('url', 9, seconds(3_600))).toEqual([])
      })

      it('has what each destination is told, under one id and in the same bytes', async () => {
        const store = await openStore()
        const sessionId = await change(store, ['paid'])
        const [url] = await store.takeMessages('url', 9, AT)
        const [listener] = await store.takeMessages('listener', 9, AT)
        expect(url).toMatchObject({
          destination: 'url',
          type: 'session.paid',
          sessionId,
          attempt: 1,
          createdAt: AT,
        })
        expect(listener).toEqual({ ...url, destination: 'listener' })
        expect(JSON.parse(url?.body ?? '')).toMatchObject({
          type: 'session.paid',
          timestamp: AT.toISOString(),
          data: { id: sessionId, status: 'paid', amount: '25.00' },
        })
      })

      it('gives out the messages of a session one after the other, those of others beside it', async () => {
        const store = await openStore()
        await change(store, ['processing', 'paid', 'refunded'])
        await change(store, ['failed'], 'ref_2')
        const first = await store.takeMessages('url', 9, AT)
        const types = first.map(({ type }) => type)
        expect(types.toSorted()).toEqual(['session.failed', 'session.processing'])
        const processing = first.find(({ type }) => type === 'session.processing')
        if (!processing) throw new Error('there is no message')

        await store.keepDelivery(processing, { againAt: seconds(5) }, AT)
        expect(await store.takeMessages('url', 9, seconds(4))).toEqual([])
        const [again] = await store.takeMessages('url', 9, seconds(5))
        expect(again).toEqual({ ...processing, attempt: 2 })
        if (!again) throw new Error('there is no message')
        await store.keepDelivery(again, 'never', seconds(5))
        const [next] = await store.takeMessages('url', 9, seconds(5))
        expect(next?.type).toBe('session.paid')
      })

      it('shows what one destination was told of one session, done with or not, in its order', async () => {
        const store = await openStore()
        await change(store, ['processing', 'paid', 'refunded'])
        await change(store, ['failed'], 'ref_2')
        const taken = await store.takeMessages('url', 9, AT)
        const first = taken.find(({ type }) => type === 'session.processing')
        if (!first) throw new Error('there is no message')
        await store.keepDelivery(first, 'delivered', AT)
        const told = ['session.processing', 'session.paid', 'session.refunded']
        for (const destination of ['url', 'listener'] as const) {
          const messages = await store.findMessages(destination, first.sessionId)
          expect(messages.map(({ type }) => type)).toEqual(told)
          expect(new Set(messages.map((message) => message.destination))).toEqual(
            new Set([destination]),
          )
        }
        expect(await store.findMessages('url', 'cs_unknown')).toEqual([])
      })

      it('gives out no more messages at once than are asked for', async () => {
        const store = await openStore()
        await change(store, ['paid'])
        await change(store, ['paid'], 'ref_2')
        expect(await store.takeMessages('url', 1, AT)).toHaveLength(1)
        expect(await store.takeMessages('url', 9, AT)).toHaveLength(1)
      })

      it('gives a message to one of many who ask at once, and to another after a minute', async () => {
        const store = await openStore()
        await change(store, ['paid'])
        const taken = await Promise.all(
          Array.from({ length: 20 }, () => store.takeMessages('url', 9, AT)),
        )
        expect(taken.flat()).toHaveLength(1)
        expect(await store.takeMessages('url', 9, seconds(59))).toEqual([])
        const [again] = await store.takeMessages('url', 9, seconds(60))
        expect(again).toEqual({ ...taken.flat()[0], attempt: 2 })
      })

      it('keeps nothing of an attempt that somebody else has taken over', async () => {
        const store = await openStore()
        await change(store, ['paid'])
        const [slow] = await store.takeMessages('url', 9, AT)
        const [quick] = await store.takeMessages('url', 9, seconds(60))
        if (!slow || !quick) throw new Error('there is no message')
        await store.keepDelivery(slow, 'never', seconds(61))
        await store.keepDelivery(slow, { againAt: seconds(62) }, seconds(61))
        expect(await store.takeMessages('url', 9, seconds(119))).toEqual([])
        await store.keepDelivery(quick, 'delivered', seconds(119))
        await store.keepDelivery(quick, { againAt: seconds(120) }, seconds(120))
        expect(await store.takeMessages('url', 9, seconds(3_600))).toEqual([])
      })

      it('has one id for one change, also where it comes again to a store that was restored', async () => {
        const session = sessionRecord()
        const idOf = async (report: PaymentReport, now: Date) => {
          const store = await openStore()
          await store.release(intent, await claim(store, session), opened, ending, AT)
          await store.settle(report, now)
          return (await store.takeMessages('url', 9, now)).map(({ id }) => id)
        }
        const told = await idOf(paid, AT)
        expect(told).toEqual([expect.stringMatching(/^msg_[\w-]{24}$/)])
        expect(await idOf(paid, seconds(60))).toEqual(told)
        expect(await idOf({ ...paid, eventId: 'evt_2' }, AT)).not.toEqual(told)
      })

      it('forgets the messages of before, for both destinations', async () => {
        const store = await openStore()
        await change(store, ['paid'])
        await store.forgetMessages(AT)
        expect(await store.takeMessages('url', 9, AT)).toHaveLength(1)
        await store.forgetMessages(seconds(1))
        expect(await store.takeMessages('listener', 9, AT)).toEqual([])
        expect(await store.takeMessages('url', 9, seconds(3_600))).toEqual([])
      })
    })

    describe('of two servers', () => {
      const ROUNDS = 30

      async function openBoth(): Promise<readonly [Store, Store]> {
        const both = await openTwo()
        for (const store of both) stores.add(store)
        return both
      }

      /** A session under an intent and a reference of its own. */
      async function begin(store: Store, round: number) {
        const own = { ...intent, key: `key-of-the-round-${round}` }
        const outcome = await store.claim(own, sessionRecord(), AT)
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
        const reference = `ref_of_${round}`
        const { lease } = outcome
        return {
          lease,
          id: lease.session.id,
          report: { ...paid, eventId: `evt_of_${round}`, reference },
          intent: own,
          result: { ...opened, reference },
        }
      }

      async function open(store: Store, round: number) {
        const begun = await begin(store, round)
        await store.release(begun.intent, begun.lease, begun.result, ending, AT)
        return begun
      }

      async function inRounds(work: (round: number) => Promise<void>): Promise<void> {
        for (let round = 0; round < ROUNDS; round += 1) await work(round)
      }

      it('loses no report that comes while its reference is being kept', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { intent, lease, result, report, id } = await begin(one, round)
          await Promise.all([
            one.release(intent, lease, result, ending, AT),
            other.settle(report, AT),
          ])
          expect(await one.findSession(id)).toMatchObject({ status: 'paid' })
        })
      })

      it('calls it paid when the new amount is paid while the change of it is being kept', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { report, id } = await open(one, round)
          const change = { ...intent, scope: `PATCH /v1/sessions/${id}` }
          const outcome = await one.claim(change, id, AT)
          if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
          const result = { failure: null, amount: 3000n }
          await Promise.all([
            one.release(change, outcome.lease, result, ending, AT),
            other.settle({ ...report, amount: 3000n }, AT),
          ])
          const session = await one.findSession(id)
          expect(session).toMatchObject({ status: 'paid', exception: null, amount: 3000n })
        })
      })

      it('gives one provider session to one of two that get it at once', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const first = await begin(one, round)
          const second = await begin(other, round + ROUNDS)
          const ends = await Promise.allSettled([
            one.release(first.intent, first.lease, first.result, ending, AT),
            other.release(second.intent, second.lease, first.result, ending, AT),
          ])
          const refused = ends.filter((end) => end.status === 'rejected')
          expect(refused.map(({ reason }) => (reason as Error).name)).toEqual(['ReferenceTaken'])
        })
      })

      it('keeps an end and a payment that come at once in one of their orders', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { lease, result, report, id } = await open(one, round)
          const read = { ...lease.session, reference: result.reference }
          await Promise.all([
            one.expire(read, seconds(DAY_S)),
            other.settle(report, seconds(DAY_S)),
          ])
          const { status, exception } = (await one.findSession(id)) ?? {}
          expect(['paid null', 'expired late']).toContain(`${status} ${exception}`)
        })
      })

      it('does not expire a session that is taken to be worked on at that moment', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { lease, result, id } = await open(one, round)
          const read = { ...lease.session, reference: result.reference }
          const change = { ...intent, scope: `PATCH /v1/sessions/${id}` }
          const [expired, outcome] = await Promise.all([
            one.expire(read, seconds(DAY_S)),
            other.claim(change, id, seconds(DAY_S)),
          ])
          const worked = outcome.kind === 'claimed' ? outcome.lease.session.status : 'expired'
          expect(worked).toBe(expired ? 'expired' : 'pending')
        })
      })

      it('settles different reports of one session one after the other', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { report, id } = await open(one, round)
          const processing = {
            ...report,
            eventId: `${report.eventId}-0`,
            status: 'processing',
          } as const
          await Promise.all([one.settle(report, AT), other.settle(processing, AT)])
          expect(await one.findSession(id)).toMatchObject({ status: 'paid' })
          const told = await one.findMessages('url', id)
          expect(
            told.map(({ type }) => type).filter((type) => type === 'session.paid'),
          ).toHaveLength(1)
        })
      })

      it('settles a report once that both are told', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { report, id } = await open(one, round)
          const ends = await Promise.all([one.settle(report, AT), other.settle(report, AT)])
          expect(ends.filter(Boolean)).toHaveLength(1)
          expect(await one.findMessages('listener', id)).toHaveLength(1)
        })
      })

      it('lets one of equal intents at both go on', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const own = { ...intent, key: `key-of-the-round-${round}` }
          const claims = [one, other, one, other].map((store) =>
            store.claim(own, sessionRecord(), AT),
          )
          const kinds = (await Promise.all(claims)).map(({ kind }) => kind).toSorted()
          expect(kinds).toEqual(['claimed', 'in_progress', 'in_progress', 'in_progress'])
        })
      })

      it('works on an intent once, also where it comes again while its answer is being kept', async () => {
        const [one, other] = await openBoth()
        await inRounds(async (round) => {
          const { intent, lease, result } = await begin(one, round)
          const [, ...claims] = await Promise.all([
            one.release(intent, lease, result, ending, AT),
            ...[other, one, other, other].map((store) => store.claim(intent, sessionRecord(), AT)),
          ])
          expect(claims.map(({ kind }) => kind)).not.toContain('claimed')
        })
      })

      it('gives each session that is due to one of them, and each message', async () => {
        const [one, other] = await openBoth()
        const ids: string[] = []
        await inRounds(async (round) => {
          const { id, report } = await open(one, round)
          ids.push(id)
          await one.settle({ ...report, status: 'processing' }, AT)
        })
        const takes = Array.from({ length: 12 }, (_, index) => (index % 2 ? one : other))
        const due = await Promise.all(takes.map((store) => store.takeDue(5, seconds(60))))
        const messages = await Promise.all(takes.map((store) => store.takeMessages('url', 5, AT)))
        const dueIds = due.flat().map(({ id }) => id)
        const messageIds = messages.flat().map(({ id }) => id)
        expect(new Set(dueIds).size).toBe(dueIds.length)
        expect(new Set(messageIds).size).toBe(messageIds.length)
        // Whoever finds that others are at it takes none; nothing stays behind for it.
        dueIds.push(...(await one.takeDue(99, seconds(60))).map(({ id }) => id))
        messageIds.push(...(await one.takeMessages('url', 99, AT)).map(({ id }) => id))
        expect(dueIds.toSorted()).toEqual(ids.toSorted())
        expect(new Set(messageIds).size).toBe(ids.length)
      })
    })

    it('says that it can be used until it is closed', async () => {
      const store = await openStore()
      await expect(store.ping()).resolves.toBeUndefined()
      await store.close()
      await expect(store.ping()).rejects.toThrow()
    })
  })
}

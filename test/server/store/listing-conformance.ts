/** What a person looks up in a store: lists of sessions, page by page, and what became of one. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Ending } from '../../../server/answer.ts'
import { idForLog, type SessionRecord } from '../../../server/session.ts'
import type { SessionFilter, Store } from '../../../server/store/store.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import type { StoreSubject } from './store-conformance.ts'

const seconds = (count: number) => new Date(AT.getTime() + count * 1000)
const ending: Ending = { kind: 'opened', requestId: 'req_1' }
const ids = (sessions: readonly SessionRecord[]) => sessions.map(({ id }) => id)

export function describeListing({ name, open }: StoreSubject): void {
  describe(`what a person looks up in the ${name} store`, () => {
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

    async function add(store: Store, change: Partial<SessionRecord>): Promise<SessionRecord> {
      const session = sessionRecord(change)
      const intent = { scope: 's', key: session.id, fingerprint: 'f' }
      const outcome = await store.claim(intent, session, session.createdAt)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      const result = { reference: `ref_${session.id}`, failure: null }
      await store.release(intent, outcome.lease, result, ending, session.createdAt)
      return session
    }

    /** Money that is reported of a session: 25.00 are due. */
    const pay = (store: Store, { id }: SessionRecord, amount = 2500n) =>
      store.settle(
        {
          provider: 'sandbox',
          eventId: `evt_${id}_${amount}`,
          reference: `ref_${id}`,
          status: 'paid',
          amount,
          currency: 'USD',
        },
        seconds(100),
      )

    async function readAll(store: Store, filter: SessionFilter, size: number) {
      const all: SessionRecord[] = []
      for (;;) {
        const page = await store.listSessions(filter, size, all.at(-1))
        expect(page.length).toBeLessThanOrEqual(size)
        all.push(...page)
        if (page.length < size) return all
      }
    }

    it('has no page where there is no session', async () => {
      const store = await openStore()
      expect(await store.listSessions({}, 10)).toEqual([])
      expect(await store.findReports('cs_none')).toEqual([])
      expect(await store.findDeliveries('cs_none')).toEqual([])
    })

    it('lists each session once, the newest first, also where many are of one moment', async () => {
      const store = await openStore()
      const added: SessionRecord[] = []
      for (const at of [0, 5, 5, 5, 5, 1, 9])
        added.push(await add(store, { createdAt: seconds(at) }))
      const listed = await readAll(store, {}, 2)
      expect(ids(listed).toSorted()).toEqual(ids(added).toSorted())
      expect(listed.map(({ createdAt }) => createdAt)).toEqual(
        [9, 5, 5, 5, 5, 1, 0].map((at) => seconds(at)),
      )
    })

    it('moves none from one page to another while sessions come and change', async () => {
      const store = await openStore()
      const added: SessionRecord[] = []
      for (const at of [1, 2, 3, 4]) added.push(await add(store, { createdAt: seconds(at) }))
      const first = await store.listSessions({}, 2)
      await add(store, { createdAt: seconds(10) })
      await pay(store, added[0]!)
      const second = await store.listSessions({}, 2, first[1])
      expect(ids([...first, ...second])).toEqual(ids(added.toReversed()))
    })

    it('lists those alone that a filter means', async () => {
      const store = await openStore()
      const old = await add(store, { createdAt: seconds(0) })
      const paid = await add(store, { createdAt: seconds(1) })
      const flagged = await add(store, { createdAt: seconds(2) })
      await pay(store, paid)
      await pay(store, flagged, 100n)
      const list = async (filter: SessionFilter) => ids(await store.listSessions(filter, 10))
      expect(await list({ isFlagged: true })).toEqual([flagged.id])
      expect(await list({ status: 'paid' })).toEqual([paid.id])
      expect(await list({ status: 'paid', isFlagged: true })).toEqual([])
      expect(await list({ since: seconds(1) })).toEqual([flagged.id, paid.id])
      expect(await list({ idStart: idForLog(old.id) })).toEqual([old.id])
    })

    it('takes the beginning of an id as it is written, not as a pattern', async () => {
      const store = await openStore()
      await add(store, {})
      for (const idStart of ['cs%', '%', 'cs-', 'CS_', "cs_' or '1'='1"]) {
        expect(await store.listSessions({ idStart }, 10)).toEqual([])
      }
      expect(await store.listSessions({ idStart: 'cs_' }, 10)).toHaveLength(1)
    })

    it('knows what was reported of a session and of no other, and what it came to', async () => {
      const store = await openStore()
      const session = await add(store, {})
      await pay(store, await add(store, {}))
      await pay(store, session, 100n)
      await pay(store, session)
      const reports = await store.findReports(session.id)
      expect(reports).toMatchObject([
        { report: { status: 'paid', amount: 100n }, receivedAt: seconds(100), isSettled: true },
        { report: { status: 'paid', amount: 2500n }, receivedAt: seconds(100), isSettled: true },
      ])
    })

    it('knows a report that waits, because it names the session, and its provider session is not ours', async () => {
      const store = await openStore()
      const session = await add(store, {})
      await store.settle(
        {
          provider: 'sandbox',
          eventId: 'evt_told',
          reference: 'ref_unknown',
          sessionId: session.id,
          status: 'paid',
        },
        AT,
      )
      const [kept, ...others] = await store.findReports(session.id)
      expect(kept).toMatchObject({ report: { eventId: 'evt_told' }, isSettled: false })
      expect(others).toEqual([])
    })

    it('finds payments that no session is known for, of the time that is asked for', async () => {
      const store = await openStore()
      const stray = { provider: 'sandbox', reference: 'ref_of_nobody', status: 'paid' } as const
      await pay(store, await add(store, {}))
      await store.settle({ ...stray, eventId: 'evt_failed', status: 'failed' }, seconds(20))
      for (const at of [10, 20, 30])
        await store.settle({ ...stray, eventId: `evt_${at}` }, seconds(at))
      expect(await store.findStrayPayments(seconds(10), seconds(20))).toEqual([
        { provider: 'sandbox', eventId: 'evt_20' },
      ])
      expect(await store.findStrayPayments(AT, seconds(200))).toHaveLength(3)
    })

    it('knows what of the notifications was delivered, given up, and is still due', async () => {
      const store = await openStore()
      const session = await add(store, {})
      await pay(store, session, 100n)
      await pay(store, session, 5000n)
      const [told] = await store.takeMessages('url', 1, seconds(100))
      await store.keepDelivery(told!, 'delivered', seconds(101))
      const [unheard] = await store.takeMessages('listener', 1, seconds(100))
      await store.keepDelivery(unheard!, 'never', seconds(102))
      const kept = await store.findDeliveries(session.id)
      const brief = kept.map(({ message, deliveredAt, dueAt }) => ({
        to: message.destination,
        attempts: message.attempt,
        deliveredAt,
        dueAt,
      }))
      expect(brief.slice(0, 2)).toEqual([
        { to: 'listener', attempts: 1, deliveredAt: null, dueAt: null },
        { to: 'url', attempts: 1, deliveredAt: seconds(101), dueAt: null },
      ])
      for (const later of brief.slice(2)) {
        expect(later).toMatchObject({ attempts: 0, deliveredAt: null, dueAt: seconds(100) })
      }
    })
  })
}

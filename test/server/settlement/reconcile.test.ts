/** Passes over the open sessions, with providers that say what the test has them say. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { ProviderRejected, ProviderTimeout, ProviderUnavailable } from '../../../server/errors.ts'
import type { PaymentProvider } from '../../../server/providers/provider.ts'
import { newSessionId, type SessionRecord } from '../../../server/session.ts'
import { nextAsk } from '../../../server/settlement/next-ask.ts'
import { createReconciler } from '../../../server/settlement/reconcile.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { createSettlement } from '../../../server/settlement/settlement.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
import type { SessionResult } from '../../../server/store/store.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import { AT, sessionRecord } from '../session-fixture.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const after = (ms: number) => new Date(AT.getTime() + ms)

/** What a provider says of each of its sessions when it is asked, or how it fails. */
type Word = SessionStatus | Error | 'no such question' | 'SETTLED'

interface Fake {
  readonly adapter: PaymentProvider
  /** The references that it was asked about, in order. */
  readonly asked: string[]
  /** The most calls that were under way at once. */
  readonly mostAtOnce: () => number
  say(word: Word): void
  /** What it says of one of its sessions alone. */
  sayOf(reference: string, word: Word): void
  /** The session that it made by a call which it did not answer. */
  find(reference: string): void
}

function fakeProvider(id: string, canBeAsked = true): Fake {
  const asked: string[] = []
  const words = new Map<string, Word>()
  let found: string | undefined
  let usual: Word = 'pending'
  let atOnce = 0
  let mostAtOnce = 0

  async function fetchReport(reference: string) {
    asked.push(reference)
    mostAtOnce = Math.max(mostAtOnce, (atOnce += 1))
    await new Promise((resolve) => setImmediate(resolve))
    atOnce -= 1
    const word = words.get(reference) ?? usual
    if (word instanceof Error) throw word
    if (word === 'no such question') return undefined
    const eventId = `${reference}-${word}`
    if (word === 'SETTLED') {
      return { provider: id, eventId, reference, status: 'pending' as const, unknownStatus: word }
    }
    return { provider: id, eventId, reference, status: word, amount: 2500n, currency: 'USD' }
  }

  const never = () => Promise.reject(new Error('not called here'))
  return {
    adapter: {
      id,
      capabilities: { update: false, status: canBeAsked, idempotent: true, staticOrders: true },
      createSession: never,
      readWebhook: never,
      ...(canBeAsked && { fetchReport, findSession: async () => found }),
    },
    asked,
    mostAtOnce: () => mostAtOnce,
    say: (next) => (usual = next),
    sayOf: (reference, next) => void words.set(reference, next),
    find: (reference) => (found = reference),
  }
}

async function start() {
  let time = AT
  const now = () => time
  const logs: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line: string) => void logs.push(JSON.parse(line)) })
  const store = createSqlStore(await openSqlite(':memory:'), { settle, destinations: ['url'] })
  onTestFinished(() => store.close())
  const fakes = {
    bank: fakeProvider('bank'),
    card: fakeProvider('card'),
    coin: fakeProvider('coin', false),
  }
  const providers = new Map(
    Object.values(fakes).map(({ adapter }) => [
      adapter.id,
      { adapter, test: false, redirectHosts: [] },
    ]),
  )
  const settlement = createSettlement({ providers, store, log, now })
  let sessions = 0

  return {
    ...createReconciler({ store, settlement, log, now }),
    ...fakes,
    store,
    logs,
    at: (ms: number) => (time = after(ms)),
    async open(provider: string, change: Partial<SessionRecord> = {}): Promise<SessionRecord> {
      sessions += 1
      const reference = `${provider}_${sessions}`
      const session = sessionRecord({ provider, reference, ...change })
      const intent = { scope: 'POST', key: `key-${sessions}`, fingerprint: 'f' }
      const outcome = await store.claim(intent, session, AT)
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
      await store.release(intent, outcome.lease, { failure: null }, null, AT)
      return session
    },
    /** A session whose first attempt came to this, and whose second one to `card_2`, where it is made. */
    async openTwice(reference: string | undefined, isOpened = true): Promise<SessionRecord> {
      const session = sessionRecord({ provider: 'card' })
      const intent = { scope: 'POST', key: 'key-of-two', fingerprint: 'f' }
      const attempt = async (result: SessionResult, at: number) => {
        const outcome = await store.claim(intent, session, after(at))
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
        return () => store.release(intent, outcome.lease, result, null, after(at))
      }
      const late = await attempt({ failure: null, ...(reference && { reference }) }, 0)
      if (!isOpened) return session
      const url = { redirectUrl: 'https://card.example/2', reference: 'card_2' }
      const second = await attempt({ failure: null, ...url }, 15_000)
      await second()
      await late()
      return session
    },
    statusOf: async ({ id }: SessionRecord) => (await store.findSession(id))?.status,
    told: async () =>
      (await store.takeMessages('url', 1000, after(400 * DAY))).map(({ type }) => type),
  }
}

describe('a pass over all open sessions', () => {
  it('comes to its end, though one is opened for each that is asked about', async () => {
    const { open, store } = await start()
    let time = AT.getTime()
    const openNext = () => open('bank', { id: newSessionId(new Date((time += 1))) })
    // Its server's clock was ahead.
    const ahead = await open('bank', { id: newSessionId(after(DAY)), createdAt: after(DAY) })
    const asked = new Set<string>()
    const ask = async ({ id }: SessionRecord) => {
      asked.add(id)
      if (asked.size < 1_000) await openNext()
      return 'unchanged' as const
    }
    const log = pino({ level: 'silent' })
    const { reconcileAll } = createReconciler({ store, settlement: { ask }, log, now: () => AT })
    const before = [ahead]
    for (let count = 0; count < 150; count += 1) before.push(await openNext())
    await reconcileAll()
    expect([...asked].toSorted()).toEqual(before.map(({ id }) => id).toSorted())
  })
})

describe('nextAsk', () => {
  const session = { createdAt: AT, expiresAt: after(DAY), status: 'pending' as const }

  it.each([
    ['after a minute while it is new', MINUTE, 2 * MINUTE],
    ['after half its age', 10 * MINUTE, 15 * MINUTE],
    ['after an hour at the most', 5 * HOUR, 6 * HOUR],
    ['at its end, not later', DAY - 10, DAY],
    ['after a minute once its end has come', DAY, DAY + MINUTE],
    ['after half the time since its end', DAY + 10 * MINUTE, DAY + 15 * MINUTE],
    ['after an hour when its end was long ago', 9 * DAY, 9 * DAY + HOUR],
  ])('asks again %s', (_, now, next) => {
    expect(nextAsk(session, after(now))).toEqual(after(next))
  })

  it.each([
    ['after ten minutes once it has expired', DAY + 1, DAY + 10 * MINUTE + 1],
    ['after as long as it has been expired', DAY + 3 * HOUR, DAY + 6 * HOUR],
  ])('asks again %s', (_, now, next) => {
    expect(nextAsk({ ...session, status: 'expired' }, after(now))).toEqual(after(next))
  })

  it('asks no more about what expired more than a day ago', () => {
    const next = nextAsk({ ...session, status: 'expired' }, after(2 * DAY + 1))
    expect(next.getTime()).toBeGreaterThan(after(1_000_000 * DAY).getTime())
  })

  it('is later than now, always', () => {
    for (let now = 0; now < 2 * DAY; now += 7 * MINUTE + 1) {
      expect(nextAsk(session, after(now)).getTime()).toBeGreaterThan(after(now).getTime())
    }
  })
})

describe('a session past its time', () => {
  it('is not ended while its provider does not answer, and heals when it does', async () => {
    const { open, at, bank, reconcileDue, statusOf, told } = await start()
    const session = await open('bank')
    bank.say(new ProviderUnavailable('down'))
    at(DAY)
    await reconcileDue()
    expect(await statusOf(session)).toBe('pending')
    bank.say('paid')
    at(DAY + MINUTE)
    expect(await reconcileDue()).toMatchObject({ asked: 1, settled: 1, expired: 0 })
    expect(await statusOf(session)).toBe('paid')
    expect(await told()).toEqual(['session.paid'])
  })

  it('is paid and not expired where it is paid at its provider', async () => {
    const { open, at, bank, reconcileDue, statusOf, told } = await start()
    const session = await open('bank')
    bank.say('paid')
    at(9 * DAY)
    expect(await reconcileDue()).toMatchObject({ asked: 1, settled: 1, expired: 0 })
    expect(await statusOf(session)).toBe('paid')
    expect(await told()).toEqual(['session.paid'])
  })

  it('stays while its money is on its way', async () => {
    const { open, at, bank, reconcileDue, reconcileAll, statusOf } = await start()
    const session = await open('bank')
    bank.say('processing')
    at(9 * DAY)
    await reconcileDue()
    await reconcileAll()
    expect(await statusOf(session)).toBe('processing')
    bank.say('paid')
    await reconcileAll()
    expect(await statusOf(session)).toBe('paid')
  })

  it('stays where it is a static order', async () => {
    const { open, at, reconcileDue, reconcileAll, statusOf } = await start()
    const { checkout } = sessionRecord()
    const session = await open('coin', { checkout: { ...checkout, orderType: 'STATIC' } })
    at(400 * DAY)
    await reconcileDue()
    await reconcileAll()
    expect(await statusOf(session)).toBe('pending')
  })

  it('stays while it is worked on', async () => {
    const { open, at, reconcileAll, statusOf, store } = await start()
    const session = await open('coin')
    const change = { scope: 'PATCH', key: 'key-of-the-change', fingerprint: 'f' }
    await store.claim(change, session.id, after(DAY - 1000))
    at(DAY)
    await reconcileAll()
    expect(await statusOf(session)).toBe('pending')
    at(DAY + MINUTE)
    await reconcileAll()
    expect(await statusOf(session)).toBe('expired')
  })

  it.each([
    ['its provider says that it is still open', 'bank', {}],
    ['its provider cannot be asked', 'coin', {}],
    ['its provider never gave it a reference', 'bank', { reference: null }],
    ['its provider was taken out of the configuration', 'gone', {}],
  ])('is expired once where %s', async (_, provider, change) => {
    const { open, at, reconcileDue, reconcileAll, statusOf, told } = await start()
    const session = await open(provider, change)
    at(DAY - 1)
    await reconcileDue()
    await reconcileAll()
    expect(await statusOf(session)).toBe('pending')
    at(DAY)
    expect(await reconcileDue()).toMatchObject({ expired: 1 })
    expect(await reconcileAll()).toMatchObject({ expired: 0 })
    expect(await statusOf(session)).toBe('expired')
    expect(await told()).toEqual(['session.expired'])
  })

  it.each([0, 5 * MINUTE, 23 * HOUR])(
    'is flagged when its money arrives %i ms after it has expired, and the webhook is lost',
    async (late) => {
      const { open, at, bank, reconcileDue, store } = await start()
      const { id } = await open('bank')
      at(DAY)
      expect(await reconcileDue()).toMatchObject({ expired: 1 })
      for (let now = MINUTE; now <= 10 * DAY; now += MINUTE * 10) {
        if (now > late) bank.say('paid')
        at(DAY + now)
        await reconcileDue()
      }
      expect(await store.findSession(id)).toMatchObject({ status: 'expired', exception: 'late' })
      const told = await store.findMessages('url', id)
      expect(told.map(({ type }) => type)).toEqual(['session.expired', 'session.flagged'])
      expect(bank.asked.length).toBeLessThan(15)
    },
  )

  it('is not ended while its provider tells a status that nobody knows, which is logged', async () => {
    const { open, at, bank, reconcileDue, statusOf, logs } = await start()
    const session = await open('bank')
    bank.say('SETTLED')
    at(DAY)
    expect(await reconcileDue()).toMatchObject({ asked: 1, settled: 0, expired: 0 })
    expect(await statusOf(session)).toBe('pending')
    expect(logs).toMatchObject([{ level: 40, provider: 'bank', status: 'SETTLED' }])
    bank.say('paid')
    at(DAY + HOUR)
    await reconcileDue()
    expect(await statusOf(session)).toBe('paid')
  })

  it('is expired where its provider does not answer this question after all', async () => {
    const { open, at, bank, reconcileDue, statusOf } = await start()
    const session = await open('bank')
    bank.say('no such question')
    at(DAY)
    expect(await reconcileDue()).toMatchObject({ asked: 0, expired: 1 })
    expect(await statusOf(session)).toBe('expired')
  })
})

describe('a pass', () => {
  it('heals a webhook that never came', async () => {
    const { open, at, bank, reconcileDue, statusOf } = await start()
    const session = await open('bank')
    bank.say('paid')
    at(MINUTE - 1)
    expect(await reconcileDue()).toMatchObject({ asked: 0 })
    at(MINUTE)
    expect(await reconcileDue()).toMatchObject({ asked: 1, settled: 1 })
    expect(await statusOf(session)).toBe('paid')
    at(9 * DAY)
    expect(await reconcileDue()).toMatchObject({ asked: 0, expired: 0 })
  })

  it('asks each provider about no more than 8 sessions at once, and about every one', async () => {
    const { open, at, bank, reconcileDue } = await start()
    for (let count = 0; count < 250; count += 1) await open('bank')
    at(MINUTE)
    expect(await reconcileDue()).toMatchObject({ asked: 250 })
    expect(new Set(bank.asked).size).toBe(250)
    expect(bank.mostAtOnce()).toBe(8)
    expect(await reconcileDue()).toMatchObject({ asked: 0 })
  })

  it('asks about no more of them than that in one turn, though the answers are there at once', async () => {
    const { open, store } = await start()
    for (let count = 0; count < 100; count += 1) await open('coin')
    let thisTurn = 0
    const inTurns: number[] = []
    const ask = async () => {
      if (thisTurn === 0) setImmediate(() => inTurns.push(thisTurn) && (thisTurn = 0))
      thisTurn += 1
      return 'not_askable' as const
    }
    const log = pino({ level: 'silent' })
    const now = () => after(MINUTE)
    await createReconciler({ store, settlement: { ask }, log, now }).reconcileDue()
    await nextTurn()
    expect(inTurns.reduce((sum, asks) => sum + asks)).toBe(100)
    expect(Math.max(...inTurns)).toBe(8)
  })

  it('goes over every open session, due or not, in as many pages as it takes', async () => {
    const { open, bank, reconcileAll } = await start()
    for (let count = 0; count < 250; count += 1) await open('bank')
    bank.say('paid')
    expect(await reconcileAll()).toMatchObject({ asked: 250, settled: 250, expired: 0 })
    expect(await reconcileAll()).toMatchObject({ asked: 0 })
  })

  it('lets a provider alone that fails again and again, says so once, and goes on with the others', async () => {
    const { open, at, bank, card, logs, reconcileDue, statusOf } = await start()
    for (let count = 0; count < 40; count += 1) await open('bank')
    const other = await open('card')
    bank.say(new ProviderTimeout('slow', {}, { cause: new Error('bank: GET took too long') }))
    card.say('paid')
    at(MINUTE)
    const { unanswered } = await reconcileDue()
    expect(unanswered).toEqual(new Map([['bank', 40]]))
    // Those that were under way when the eighth failure came are not called back.
    expect(bank.asked.length).toBeLessThan(16)
    expect(await statusOf(other)).toBe('paid')
    const warnings = logs.filter(({ level }) => level === 40)
    expect(warnings).toMatchObject([{ provider: 'bank', sessions: 40 }])
  })

  it('gives others a turn with each page, also while nobody is asked', async () => {
    const { open, bank, reconcileAll } = await start()
    for (let count = 0; count < 640; count += 1) await open('bank')
    bank.say(new ProviderTimeout('slow', {}, { cause: new Error('bank: GET took too long') }))
    const others = { turns: 0, timer: setImmediate(takeTurn) }
    function takeTurn() {
      others.turns += 1
      others.timer = setImmediate(takeTurn)
    }
    const { unanswered } = await reconcileAll()
    clearImmediate(others.timer)
    expect(unanswered).toEqual(new Map([['bank', 640]]))
    expect(others.turns).toBeGreaterThanOrEqual(640 / 32)
  })

  it('does not let a provider alone because it refuses some sessions', async () => {
    const { open, at, bank, reconcileDue } = await start()
    for (let count = 0; count < 40; count += 1) await open('bank')
    bank.say(new ProviderRejected('no such session'))
    at(MINUTE)
    expect((await reconcileDue()).unanswered).toEqual(new Map([['bank', 40]]))
    expect(bank.asked).toHaveLength(40)
  })

  it('ends soon after it was told to', async () => {
    const { open, at, bank, reconcileDue } = await start()
    for (let count = 0; count < 150; count += 1) await open('bank')
    at(MINUTE)
    const stopping = new AbortController()
    stopping.abort()
    await reconcileDue(stopping.signal)
    expect(bank.asked).toEqual([])
  })
})

describe('a session of several attempts', () => {
  it('is asked about at each of them, and paid by the one that was never shown', async () => {
    const { openTwice, at, card, reconcileDue, store } = await start()
    const { id } = await openTwice('card_1')
    card.sayOf('card_1', 'paid')
    at(MINUTE)
    expect(await reconcileDue()).toMatchObject({ asked: 1, settled: 1 })
    expect(card.asked.toSorted()).toEqual(['card_1', 'card_2'])
    expect(await store.findSession(id)).toMatchObject({ status: 'paid', reference: 'card_1' })
  })

  it('is flagged where both are paid', async () => {
    const { openTwice, at, card, reconcileDue, store } = await start()
    const { id } = await openTwice('card_1')
    card.say('paid')
    at(MINUTE)
    await reconcileDue()
    expect(await store.findSession(id)).toMatchObject({ status: 'paid', exception: 'duplicate' })
  })

  it('is paid by the one that answers, also while the other one cannot be asked about', async () => {
    const { openTwice, at, card, reconcileDue, statusOf } = await start()
    const session = await openTwice('card_1')
    card.sayOf('card_1', new ProviderUnavailable('down'))
    card.sayOf('card_2', 'paid')
    at(MINUTE)
    expect((await reconcileDue()).unanswered).toEqual(new Map([['card', 1]]))
    expect(await statusOf(session)).toBe('paid')
  })

  it.each([
    ['cannot be asked about', new ProviderUnavailable('down')],
    ['has money on its way', 'processing'],
    ['stands at a status that nobody knows', 'SETTLED'],
  ] as const)('is not ended while the other one %s', async (_, word) => {
    const { openTwice, at, card, reconcileAll, statusOf } = await start()
    const session = await openTwice('card_1')
    card.sayOf('card_1', word)
    at(DAY)
    expect(await reconcileAll()).toMatchObject({ expired: 0 })
    expect(await statusOf(session)).toBe('pending')
    card.sayOf('card_1', 'failed')
    expect(await reconcileAll()).toMatchObject({ expired: 1 })
  })

  it.each([
    ['an attempt of before', true],
    ['the only one, whose holder went away', false],
  ])('is paid by %s that only the provider can find', async (_, isOpened) => {
    const { openTwice, at, card, reconcileDue, statusOf } = await start()
    const session = await openTwice(undefined, isOpened)
    card.find('card_lost')
    card.sayOf('card_lost', 'paid')
    at(MINUTE)
    await reconcileDue()
    expect(await statusOf(session)).toBe('paid')
  })

  it('is paid by what was told of it while its only attempt was under way', async () => {
    const { openTwice, at, store, reconcileDue, statusOf } = await start()
    const session = await openTwice(undefined, false)
    await store.settle(
      {
        provider: 'card',
        eventId: 'evt_1',
        reference: 'card_lost',
        sessionId: session.id,
        status: 'paid',
        amount: 2500n,
        currency: 'USD',
      },
      AT,
    )
    expect(await statusOf(session)).toBe('pending')
    at(MINUTE)
    expect(await reconcileDue()).toMatchObject({ settled: 1 })
    expect(await statusOf(session)).toBe('paid')
  })
})

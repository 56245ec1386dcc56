/** What settlement promises over every provider, whatever becomes of its webhooks; the provider's ledger is the judge. */
import { expect, describe, it, onTestFinished } from 'vitest'
import {
  notificationSchema,
  type Session,
  type SessionStatus,
} from '../../../server/contract/schemas.ts'
import type { NotificationEvent } from '../../../server/notifications/listeners.ts'
import type { Customer } from '../../../server/contract/customer.ts'
import { idForLog } from '../../../server/session.ts'
import { createTransport, type Transport } from '../../../server/transport.ts'
import { readSession, type Harness, type RequestOptions } from '../coinslot-harness.ts'
import { openSink, SECRET } from '../notifications/sink.ts'

/** One provider, as the suite needs to know it. */
export interface SettlementSubject {
  readonly provider: string
  /** Its sessions can be asked for: webhooks are only a reason to ask, in whichever order they come. */
  readonly canAsk: boolean
  /**
   * What becomes of a payment, in its order, each told by a webhook; `pending` is that one was made.
   * The webhooks of each are tried in every order.
   */
  readonly histories: readonly (readonly Told[])[]
  start(options: StandOptions): Promise<ProviderStand>
}

export type Told = Extract<
  SessionStatus,
  'pending' | 'processing' | 'paid' | 'failed' | 'expired' | 'refunded'
>

export interface StandOptions {
  /** Goes around everything that the server sends to the provider. */
  readonly wrap: (transport: Transport) => Transport
  /** What is configured beside providers and checkouts. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** What the environment has beside the provider's secrets. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** A Coinslot whose checkout `donation` (25.00 USD) is paid at the provider's fake; the fake sends no webhook by itself. */
export interface ProviderStand {
  readonly harness: Harness
  /** Who pays, where the provider must know. */
  readonly customer?: Customer
  /** The references of the fake's sessions, in the order in which they were made. */
  references(): Promise<readonly string[]>
  /**
   * Something becomes of a payment in the fake's ledger, as far as it still can: `paid` is that the whole
   * sum comes in, which leaves a payment that has expired as it is; one that was paid does not expire.
   */
  happen(reference: string, what: Exclude<Told, 'pending'>): Promise<void>
  /** The body and the headers of a genuine webhook that tells this of a payment. */
  webhook(reference: string, told: Told): RequestOptions
  /** What the fake's ledger says. */
  ledger(reference: string): Promise<LedgerWord>
  close(): Promise<void>
}

/** The truth about one payment. */
export interface LedgerWord {
  readonly status: SessionStatus
  /** Exactly the sum that was asked for came in, once, before the payment had ended. */
  readonly isPaid: boolean
  /** Any money came in. */
  readonly hasMoney: boolean
}

/** A stand, and what the merchant was told. */
type Stand = ProviderStand & { readonly told: readonly NotificationEvent[] }

interface Opened {
  readonly id: string
  readonly reference: string
}

const PAIRS = 1000

export function describeSettlement(subject: SettlementSubject): void {
  const { provider, canAsk, histories } = subject

  async function start(options: Partial<StandOptions> = {}): Promise<Stand> {
    const stand = await subject.start({ wrap: (transport) => transport, ...options })
    onTestFinished(() => stand.close())
    const told: NotificationEvent[] = []
    for (const type of notificationSchema.shape.type.options) {
      stand.harness.coinslot.on(type, (event) => void told.push(event))
    }
    return { ...stand, told }
  }

  async function open({ harness, references, customer }: ProviderStand): Promise<Opened> {
    const answer = await harness.createSession({ checkout: 'donation', customer })
    const { id } = await readSession(answer)
    return { id, reference: (await references()).at(-1) ?? '' }
  }

  function deliver({ harness, webhook }: ProviderStand, reference: string, told: Told) {
    return harness.request('POST', `/v1/webhooks/${provider}`, webhook(reference, told))
  }

  async function read({ harness }: ProviderStand, id: string): Promise<Session> {
    return readSession(await harness.request('GET', `/v1/sessions/${id}`))
  }

  /** Nothing is paid but what the ledger has, and nothing that the ledger has is silently unpaid. */
  async function judge(stand: ProviderStand, { id, reference }: Opened): Promise<Session> {
    const session = await read(stand, id)
    const { status, isPaid, hasMoney } = await stand.ledger(reference)
    const saysPaid = session.status === 'paid' || session.status === 'refunded'
    if (saysPaid) expect(isPaid).toBe(true)
    if (hasMoney && !saysPaid) expect(session.exception).not.toBeNull()
    if (isPaid && !saysPaid) expect(session.exception).toBe('late')
    if (canAsk) expect(session.status).toBe(status)
    return session
  }

  describe(`settlement over ${provider}`, () => {
    it('goes from a POST to paid, and to a signed notification at the merchant’s own server', async () => {
      const sink = await openSink((end) => onTestFinished(end))
      const toSink = createTransport()
      const stand = await start({
        settings: { notifications: { url: sink.url, allowPrivateAddress: true } },
        environment: { COINSLOT_NOTIFICATION_SECRET: SECRET },
        wrap: (transport) => (request) =>
          request.url === sink.url ? toSink(request) : transport(request),
      })
      const session = await open(stand)
      expect((await read(stand, session.id)).redirectUrl).toMatch(/^https?:/)
      await stand.happen(session.reference, 'paid')
      expect((await deliver(stand, session.reference, 'paid')).status).toBe(200)
      const paid = await judge(stand, session)
      expect(paid).toMatchObject({ status: 'paid', amount: '25.00', currency: 'USD' })
      await expect
        .poll(() => sink.received.map(({ event }) => event))
        .toMatchObject([{ type: 'session.paid', data: paid }])
      expect(sink.rejected).toEqual([])
    })

    it('moves once when a webhook comes a hundred times at once, and takes each (R12)', async () => {
      const stand = await start()
      const session = await open(stand)
      await stand.happen(session.reference, 'paid')
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => deliver(stand, session.reference, 'paid')),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(await judge(stand, session)).toMatchObject({ status: 'paid', exception: null })
      expect(changes(stand, session.id)).toEqual(['paid'])
      await expectTold(stand, [session])
    })

    it.each(histories.map((history) => [history.join(', '), history] as const))(
      'ends as the ledger says, when %s are told in every order (R13)',
      async (_, history) => {
        const stand = await start()
        const sessions: Opened[] = []
        for (const order of permutations(history)) {
          const session = await open(stand)
          sessions.push(session)
          // Told in time, as it happens, or long after: whatever is told has happened before.
          const happened = happenedBefore(history)
          for (const told of order) {
            for (const what of happened(told)) await stand.happen(session.reference, what)
            expect((await deliver(stand, session.reference, told)).status).toBe(200)
          }
          const end = await judge(stand, session)
          const moves = changes(stand, session.id)
          expect(new Set(moves).size, `${order.join(', ')}: ${moves.join(', ')}`).toBe(moves.length)
          expect(moves.at(-1)).toBe(end.exception ?? end.status)
        }
        await expectTold(stand, sessions)
      },
      60_000,
    )

    it('takes a webhook that overtakes the answer which names its session (R14)', async () => {
      const answers: Promise<Response>[] = []
      const stand = await start({
        wrap: (transport) => async (request) => {
          const answer = await transport(request)
          if (request.method !== 'POST' || answers.length > 0) return answer
          const reference = (await stand.references()).at(-1) ?? ''
          await stand.happen(reference, 'paid')
          answers.push(deliver(stand, reference, 'paid'))
          expect((await answers[0])?.status).toBe(200)
          return answer
        },
      })
      const session = await open(stand)
      expect(answers).toHaveLength(1)
      expect(await judge(stand, session)).toMatchObject({ status: 'paid' })
      expect(changes(stand, session.id)).toEqual(['paid'])
      await expectTold(stand, [session])
    })

    it.skipIf(!canAsk)('finds a payment whose webhook is lost for ever (R15)', async () => {
      const stand = await start()
      const session = await open(stand)
      await stand.happen(session.reference, 'paid')
      expect(await read(stand, session.id)).toMatchObject({ status: 'pending' })
      for (let count = 0; count < 3; count += 1) await stand.harness.coinslot.reconcile()
      expect(await judge(stand, session)).toMatchObject({ status: 'paid' })
      await expectTold(stand, [session])
    })

    it(`moves once when the webhook and the reading page come at once, ${PAIRS} times (R16)`, async () => {
      const stand = await start({ settings: { rateLimits: { perCheckout: PAIRS } } })
      const seen = new Set<SessionStatus>()
      const sessions: Opened[] = []
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const session = await open(stand)
        sessions.push(session)
        await stand.happen(session.reference, 'paid')
        const all = [
          () => deliver(stand, session.reference, 'paid'),
          () => read(stand, session.id).then(({ status }) => seen.add(status)),
          () => (pair % 2 ? stand.harness.coinslot.reconcile() : undefined),
        ]
        await Promise.all((pair % 4 < 2 ? all : all.toReversed()).map((act) => act()))
        expect(await judge(stand, session)).toMatchObject({ status: 'paid', exception: null })
        expect(changes(stand, session.id)).toEqual(['paid'])
      }
      expect([...seen].filter((status) => status !== 'pending' && status !== 'paid')).toEqual([])
      await expectTold(stand, sessions)
    }, 120_000)
  })
}

/** The merchant is told of every change of every session, in its order, under one id each. */
async function expectTold(stand: Stand, sessions: readonly Opened[]): Promise<void> {
  for (const { id } of sessions) {
    const told = () => {
      const events = stand.told.filter(({ data }) => data.id === id)
      return [...new Map(events.map((event) => [event.id, event])).values()].map(nameOf)
    }
    await expect.poll(told, { timeout: 10_000 }).toEqual(changes(stand, id))
  }
}

function nameOf({ type, data }: NotificationEvent): string {
  return type === 'session.flagged' ? String(data.exception) : type.slice('session.'.length)
}

/** Every change of a session that was committed, in its order: its new status, or what is wrong with it. */
function changes({ harness }: ProviderStand, id: string): string[] {
  return harness.logs
    .filter((line) => line.includes(idForLog(id)))
    .map((line) => JSON.parse(line) as Record<string, string | null>)
    .filter(({ session, status }) => session === idForLog(id) && status !== undefined)
    .map(({ status, exception }) => exception ?? status ?? '')
}

/** What has to happen before something is told: all that comes before it in the ledger, once. */
function happenedBefore(history: readonly Told[]) {
  const done = new Set<Told>()
  return (told: Told) => {
    const due = history.slice(0, history.indexOf(told) + 1).filter((what) => !done.has(what))
    for (const what of due) done.add(what)
    return due.filter((what) => what !== 'pending')
  }
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item].concat(rest)),
  )
}

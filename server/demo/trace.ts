/** What the demo's server sees of a payment, for the page that made it: requests, webhooks, changes, notifications. */
import type { Notification, Session } from '../contract/schemas.ts'
import { SessionNotFound } from '../errors.ts'
import { createFollowers } from '../followers.ts'
import { toPublicSession, type SessionRecord } from '../session.ts'
import type { OutboxMessage, Store } from '../store/store.ts'

/** One thing that happened; nothing in it is secret, or about the buyer. */
export type TraceEntry = { readonly at: string } & (
  | {
      readonly kind: 'request'
      readonly method: string
      readonly path: string
      readonly status: number
      readonly requestId: string
      readonly body: Readonly<Record<string, unknown>>
    }
  | {
      readonly kind: 'webhook'
      readonly provider: string
      readonly status: number
      readonly type: string
      readonly amount: string
      readonly currency: string
    }
  | ({ readonly kind: 'session' } & Pick<Session, 'status' | 'exception' | 'amount' | 'currency'>)
  | ({ readonly kind: 'notification'; readonly id: string } & Pick<Notification, 'type'> &
      Pick<Session, 'status' | 'exception'>)
)

export interface TraceDeps {
  readonly store: Pick<Store, 'findMessages'>
  readonly now: () => Date
}

/** An entry with its number, or a sign of life. */
export type TraceNews = { readonly number: number; readonly entry: TraceEntry } | undefined

export interface DemoTrace {
  /** The time, as entries have it. */
  at(): string
  /** A session was opened: what is told of its provider session from now on is told of it. */
  open(session: Session, request: TraceEntry): void
  note(sessionId: string, entry: TraceEntry): void
  /** The session whose payment has this reference at the provider. */
  sessionOf(reference: string): string | undefined
  /** A session was changed, and what its merchant is told of that is in the outbox. */
  tell(session: SessionRecord): Promise<void>
  /**
   * Follows what happens to a session, from the entry after this number on.
   * @throws SessionNotFound, TooManyStreams
   */
  follow(
    sessionId: string,
    after: number,
    address: string | undefined,
  ): { readonly news: AsyncIterable<readonly [TraceNews]>; stop(): void }
  beat(): void
  close(): void
}

interface Trace {
  readonly entries: TraceEntry[]
  readonly told: Set<string>
  readonly reference: string
}

/** The memory of a demo: its last payments, and of each no more than a person would read. */
const MOST_TRACES = 500
const MOST_ENTRIES = 100
const LIMITS = { limit: 200, limitPerAddress: 20 }

export function createDemoTrace({ store, now }: TraceDeps): DemoTrace {
  const traces = new Map<string, Trace>()
  const sessions = new Map<string, string>()
  const followers = createFollowers<TraceNews>({ now, ...LIMITS })

  function forgetOldest(): void {
    const [oldest] = traces
    if (!oldest || traces.size <= MOST_TRACES) return
    traces.delete(oldest[0])
    sessions.delete(oldest[1].reference)
  }

  function note(id: string, entry: TraceEntry): void {
    const entries = traces.get(id)?.entries
    if (!entries || entries.length >= MOST_ENTRIES) return
    const number = entries.push(entry)
    for (const follower of followers.of(id)) follower.tell({ number, entry })
  }

  function noteTold(id: string, message: OutboxMessage): void {
    const told = traces.get(id)?.told
    if (!told || told.has(message.id)) return
    told.add(message.id)
    const { type, data } = JSON.parse(message.body) as Notification
    const { status, exception } = data
    note(id, { kind: 'notification', at: at(), id: message.id, type, status, exception })
  }

  const at = () => now().toISOString()

  return {
    at,

    open(session, request) {
      // The same answer again, to the same key, or the session of an order that was begun before.
      if (traces.has(session.id)) return note(session.id, request)
      const reference = session.redirectUrl?.split('/').at(-1) ?? ''
      traces.set(session.id, { entries: [], told: new Set(), reference })
      sessions.set(reference, session.id)
      forgetOldest()
      note(session.id, request)
      note(session.id, { at: at(), ...standOf(session) })
    },

    note,
    sessionOf: (reference) => sessions.get(reference),

    async tell(session) {
      if (!traces.has(session.id)) return
      note(session.id, { at: at(), ...standOf(toPublicSession(session)) })
      for (const message of await store.findMessages('listener', session.id)) {
        noteTold(session.id, message)
      }
    },

    follow(id, after, address) {
      const trace = traces.get(id)
      if (!trace) throw new SessionNotFound()
      const follower = followers.add(id, address)
      trace.entries.forEach((entry, index) => {
        if (index >= after) follower.tell({ number: index + 1, entry })
      })
      return { news: follower.news, stop: () => followers.remove(follower) }
    },

    beat: () => followers.beat(undefined),
    close: () => followers.close(),
  }
}

function standOf({ status, exception, amount, currency }: Session) {
  return { kind: 'session', status, exception, amount, currency } as const
}

/** Tells those who follow a session of each change of it, whichever server made the change. */
import { EventEmitter, on } from 'node:events'
import { SessionNotFound, TooManyStreams } from './errors.ts'
import { canMove, isOpen, toPublicSession, type SessionRecord } from './session.ts'
import type { Store } from './store/store.ts'

export interface SessionFeedDeps {
  readonly store: Pick<Store, 'findSession'>
  readonly now: () => Date
  /** How many may follow at once; 1,000 by default. */
  readonly limit?: number
  /** How many of these from one address; 100 by default. */
  readonly limitPerAddress?: number
}

export interface SessionFeed {
  /**
   * Follows a session until its status is final, five minutes are over, or `stop` is called.
   * @param address who follows it; undefined where nothing tells it
   * @throws SessionNotFound, TooManyStreams
   */
  follow(id: string, address?: string): Promise<Following>
  /** A session was changed by this server. */
  tell(session: SessionRecord): void
  /** Another server may have changed a session: reads it again, if it is followed. */
  lookAt(id: string): Promise<void>
  /** Reads every followed session again, once however many follow it: others may have changed it. */
  look(signal?: AbortSignal): Promise<void>
  /** Shows everyone that the feed is alive, and ends what has lived long enough. */
  beat(): void
  /** Ends everything that is followed; nothing is followed from then on. */
  close(): void
}

export interface Following {
  /** The session as it is now, then at each change; nothing new in between. */
  readonly news: AsyncIterable<readonly [News]>
  stop(): void
}

export type News =
  | { readonly kind: 'session'; /** The public session. */ readonly json: string }
  | { readonly kind: 'nothing' }

interface Follower {
  readonly id: string
  readonly address: string | undefined
  readonly since: number
  readonly emitter: EventEmitter
  shown: { readonly json: string; readonly status: SessionRecord['status'] } | undefined
}

const LIMIT = 1000
/** Many buyers may have one address; whoever has one is not to take all the places. */
const LIMIT_PER_ADDRESS = 100
const LIFE_MS = 5 * 60_000

export function createSessionFeed({
  store,
  now,
  limit = LIMIT,
  limitPerAddress = LIMIT_PER_ADDRESS,
}: SessionFeedDeps): SessionFeed {
  const followers = new Map<string, Set<Follower>>()
  const countByAddress = new Map<string, number>()
  let count = 0
  let isClosed = false

  function add(id: string, address: string | undefined): Follower {
    if (isClosed || count >= limit) throw new TooManyStreams('all')
    if (countOf(address) >= limitPerAddress) throw new TooManyStreams('address')
    const since = now().getTime()
    const follower = { id, address, since, emitter: new EventEmitter(), shown: undefined }
    const others = followers.get(id)
    if (others) others.add(follower)
    else followers.set(id, new Set([follower]))
    count += 1
    setCountOf(address, countOf(address) + 1)
    return follower
  }

  function countOf(address: string | undefined): number {
    return address === undefined ? 0 : (countByAddress.get(address) ?? 0)
  }

  function setCountOf(address: string | undefined, next: number): void {
    if (address === undefined) return
    if (next > 0) countByAddress.set(address, next)
    else countByAddress.delete(address)
  }

  function remove(follower: Follower): void {
    const group = followers.get(follower.id)
    if (!group?.delete(follower)) return
    if (group.size === 0) followers.delete(follower.id)
    count -= 1
    setCountOf(follower.address, countOf(follower.address) - 1)
    follower.emitter.emit('end')
  }

  function tell(session: SessionRecord): void {
    const group = followers.get(session.id)
    if (!group) return
    const json = JSON.stringify(toPublicSession(session))
    const { status } = session
    for (const follower of group) {
      const { shown } = follower
      // What was read before a change may arrive after it.
      if (shown && (shown.json === json || canMove(status, shown.status))) continue
      follower.shown = { json, status }
      follower.emitter.emit('news', { kind: 'session', json } satisfies News)
      if (!isOpen(status)) remove(follower)
    }
  }

  async function lookAt(id: string): Promise<void> {
    const session = followers.has(id) ? await store.findSession(id) : undefined
    if (session) tell(session)
  }

  function* all(): Generator<Follower> {
    for (const group of followers.values()) yield* group
  }

  return {
    async follow(id, address) {
      // Before it is read, so that no change falls between.
      const follower = add(id, address)
      const { emitter } = follower
      const news = on(emitter, 'news', { close: ['end'] }) as AsyncIterable<readonly [News]>
      try {
        const session = await store.findSession(id)
        if (!session) throw new SessionNotFound()
        tell(session)
      } catch (error) {
        remove(follower)
        throw error
      }
      return { news, stop: () => remove(follower) }
    },

    tell,
    lookAt,

    async look(signal) {
      for (const id of followers.keys()) {
        if (signal?.aborted) return
        await lookAt(id)
      }
    },

    beat() {
      const bornBefore = now().getTime() - LIFE_MS
      for (const follower of all()) {
        if (follower.since <= bornBefore) remove(follower)
        else follower.emitter.emit('news', { kind: 'nothing' } satisfies News)
      }
    },

    close() {
      isClosed = true
      for (const follower of all()) remove(follower)
    },
  }
}

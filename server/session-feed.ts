/** Tells those who follow a session of each change of it, whichever server made the change. */
import { SessionNotFound } from './errors.ts'
import { createFollowers, type Follower } from './followers.ts'
import { findShown } from './shown-session.ts'
import { canMove, isOpen, toPublicSession, type SessionRecord } from './session.ts'
import type { Store } from './store/store.ts'

export interface SessionFeedDeps {
  readonly store: Pick<Store, 'findSession' | 'findPayment'>
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
  /** How many follow a session now. */
  count(): number
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

/** What a follower was shown last. */
interface Shown {
  readonly json: string
  readonly status: SessionRecord['status']
}

const LIMIT = 1000
/** Many buyers may have one address; whoever has one is not to take all the places. */
const LIMIT_PER_ADDRESS = 100

export function createSessionFeed({
  store,
  now,
  limit = LIMIT,
  limitPerAddress = LIMIT_PER_ADDRESS,
}: SessionFeedDeps): SessionFeed {
  const followers = createFollowers<News>({ now, limit, limitPerAddress })
  const lastShown = new WeakMap<Follower<News>, Shown>()

  function tell(session: SessionRecord): void {
    const group = followers.of(session.id)
    if (group.length === 0) return
    const json = JSON.stringify(toPublicSession(session))
    const { status } = session
    for (const follower of group) {
      const shown = lastShown.get(follower)
      // What was read before a change may arrive after it.
      if (shown && (shown.json === json || canMove(status, shown.status))) continue
      lastShown.set(follower, { json, status })
      follower.tell({ kind: 'session', json })
      if (!isOpen(status)) followers.remove(follower)
    }
  }

  async function lookAt(id: string): Promise<void> {
    const isFollowed = followers.of(id).length > 0
    const session = isFollowed ? await findShown(store, id) : undefined
    if (session) tell(session)
  }

  return {
    async follow(id, address) {
      // Before it is read, so that no change falls between.
      const follower = followers.add(id, address)
      const stop = () => followers.remove(follower)
      try {
        const session = await findShown(store, id)
        if (!session) throw new SessionNotFound()
        tell(session)
      } catch (error) {
        stop()
        throw error
      }
      return { news: follower.news, stop }
    },

    tell(session) {
      if (session.status !== 'pending' || session.order === null) return tell(session)
      // Its order may be paid by another, which is to be looked up; the next look does it else.
      lookAt(session.id).catch(() => {})
    },
    lookAt,

    async look(signal) {
      for (const id of followers.ids()) {
        if (signal?.aborted) return
        await lookAt(id)
      }
    },

    beat: () => followers.beat({ kind: 'nothing' }),
    count: () => followers.count(),
    close: () => followers.close(),
  }
}

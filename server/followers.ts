/** Who follows what: so many at once, so many of one address, and none for ever. */
import { EventEmitter, on } from 'node:events'
import { TooManyStreams } from './errors.ts'

export interface FollowersOptions {
  readonly now: () => Date
  /** How many may follow at once. */
  readonly limit: number
  /** How many of these from one address. */
  readonly limitPerAddress: number
}

export interface Follower<News> {
  /** What it follows. */
  readonly id: string
  /** All that it is told from now on, until it is removed. */
  readonly news: AsyncIterable<readonly [News]>
  tell(news: News): void
}

export interface Followers<News> {
  /**
   * Begins to follow.
   * @param address who follows; undefined where nothing tells it
   * @throws TooManyStreams
   */
  add(id: string, address: string | undefined): Follower<News>
  /** Ends what it is told. */
  remove(follower: Follower<News>): void
  of(id: string): readonly Follower<News>[]
  /** All that is followed, each once. */
  ids(): Iterable<string>
  /** How many follow something now. */
  count(): number
  /** Tells this to everyone, and ends what has lived long enough. */
  beat(news: News): void
  /** Ends everything that is followed; nothing is followed from then on. */
  close(): void
}

interface Place {
  readonly address: string | undefined
  readonly since: number
  end(): void
}

const LIFE_MS = 5 * 60_000

export function createFollowers<News>(options: FollowersOptions): Followers<News> {
  const { now, limit, limitPerAddress } = options
  const followers = new Map<string, Set<Follower<News>>>()
  const places = new Map<Follower<News>, Place>()
  const countByAddress = new Map<string, number>()
  let isClosed = false

  function countOf(address: string | undefined): number {
    return address === undefined ? 0 : (countByAddress.get(address) ?? 0)
  }

  function setCountOf(address: string | undefined, next: number): void {
    if (address === undefined) return
    if (next > 0) countByAddress.set(address, next)
    else countByAddress.delete(address)
  }

  function remove(follower: Follower<News>): void {
    const place = places.get(follower)
    if (!place) return
    places.delete(follower)
    const group = followers.get(follower.id)
    group?.delete(follower)
    if (group?.size === 0) followers.delete(follower.id)
    setCountOf(place.address, countOf(place.address) - 1)
    place.end()
  }

  return {
    add(id, address) {
      if (isClosed || places.size >= limit) throw new TooManyStreams('all')
      if (countOf(address) >= limitPerAddress) throw new TooManyStreams('address')
      const emitter = new EventEmitter()
      const follower: Follower<News> = {
        id,
        // Listens from here on, so that nothing is missed before somebody reads.
        news: on(emitter, 'news', { close: ['end'] }) as AsyncIterable<readonly [News]>,
        tell: (news) => void emitter.emit('news', news),
      }
      const group = followers.get(id)
      if (group) group.add(follower)
      else followers.set(id, new Set([follower]))
      const end = () => void emitter.emit('end')
      places.set(follower, { address, since: now().getTime(), end })
      setCountOf(address, countOf(address) + 1)
      return follower
    },

    remove,
    of: (id) => [...(followers.get(id) ?? [])],
    ids: () => followers.keys(),
    count: () => places.size,

    beat(news) {
      const bornBefore = now().getTime() - LIFE_MS
      for (const [follower, { since }] of places) {
        if (since <= bornBefore) remove(follower)
        else follower.tell(news)
      }
    },

    close() {
      isClosed = true
      for (const follower of places.keys()) remove(follower)
    },
  }
}

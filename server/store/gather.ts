/** Gathers what is asked for at one time, so that the database is asked once for all of it. */
import { setImmediate as nextTurn } from 'node:timers/promises'

export interface Gathered<Item, Outcome> {
  /** Does it for all of them at once; tells the outcomes in their order. */
  readonly together: (items: readonly Item[]) => Promise<readonly Outcome[]>
  /** Does it for one, where it failed for all of them and that may be the fault of another. */
  readonly alone?: (item: Item) => Promise<Outcome>
  /** Whether a failure may be the fault of one; else all of them have failed with it. */
  readonly mayBeOfOne?: (error: unknown) => boolean
}

interface Waiting<Item, Outcome> {
  readonly item: Item
  resolve(outcome: Outcome | Promise<Outcome>): void
  reject(error: unknown): void
}

/** So that one statement stays a short one. */
const MOST_AT_ONCE = 100

/**
 * What took longer to fail is the failure of all who wait by then, also of who came a moment ago: the database
 * would hardly do better for them, and they may ask again.
 */
const PATIENCE_MS = 1_000

/**
 * Gathers for as long as each turn of the event loop brings more, and while what was gathered before is under
 * way: who is alone waits for one turn, and the more there is to do, the more is done at once.
 */
export function gather<Item, Outcome>({
  together,
  alone,
  mayBeOfOne,
}: Gathered<Item, Outcome>): (item: Item) => Promise<Outcome> {
  const waiting: Waiting<Item, Outcome>[] = []
  let isUnderWay = false

  async function doAll(): Promise<void> {
    while (waiting.length > 0) {
      await untilNoMoreCome()
      await doSome(waiting.splice(0, MOST_AT_ONCE))
    }
    isUnderWay = false
  }

  async function untilNoMoreCome(): Promise<void> {
    let seen = 0
    while (seen < waiting.length && seen < MOST_AT_ONCE) {
      seen = waiting.length
      await nextTurn()
    }
  }

  async function doSome(some: readonly Waiting<Item, Outcome>[]): Promise<void> {
    const begunAt = performance.now()
    try {
      const outcomes = await together(some.map(({ item }) => item))
      for (const [index, { resolve }] of some.entries()) resolve(outcomes[index]!)
    } catch (error) {
      if (alone && mayBeOfOne?.(error)) {
        for (const { item, resolve } of some) resolve(alone(item))
      } else {
        const tired = performance.now() - begunAt > PATIENCE_MS ? waiting.splice(0) : []
        for (const { reject } of [...some, ...tired]) reject(error)
      }
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (isUnderWay) return
      isUnderWay = true
      void doAll()
    })
}

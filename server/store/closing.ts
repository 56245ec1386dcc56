/** Closing a store: what was asked of it before is done first. */
import type { Store } from './store.ts'

/** A store that is closed when all is done that was asked of it, however many steps that takes. */
export function closedAtTheEnd({ close, ...store }: Store): Store {
  const underWay = new Set<Promise<unknown>>()

  function toTheEnd(work: Promise<unknown>): Promise<unknown> {
    const forget = () => underWay.delete(work)
    underWay.add(work)
    work.then(forget, forget)
    return work
  }

  const asked = Object.entries(store).map(([name, ask]) => [
    name,
    (...args: unknown[]) => toTheEnd((ask as (...args: unknown[]) => Promise<unknown>)(...args)),
  ])
  return {
    ...(Object.fromEntries(asked) as typeof store),
    async close() {
      await Promise.allSettled(underWay)
      await close()
    },
  }
}

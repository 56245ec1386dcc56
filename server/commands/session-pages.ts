/** All sessions of a store in the order in which a person wants them, page by page. */
import type { SessionRecord } from '../session.ts'
import type { SessionFilter, Store } from '../store/store.ts'

type Listing = Pick<Store, 'listSessions'>

const PAGE = 500

/**
 * Each session once: first those that are flagged, then the others, each part the newest first. One that
 * is flagged meanwhile comes in its turn; one that is made meanwhile does not.
 */
export async function* listFlaggedFirst(
  store: Listing,
  filter: SessionFilter,
): AsyncGenerator<SessionRecord> {
  const told = new Set<string>()
  for await (const session of list(store, { ...filter, isFlagged: true })) {
    told.add(session.id)
    yield session
  }
  if (filter.isFlagged) return
  // Not those without a flag alone: who gets one in between would be in neither part.
  for await (const session of list(store, filter)) if (!told.has(session.id)) yield session
}

async function* list(store: Listing, filter: SessionFilter): AsyncGenerator<SessionRecord> {
  let last: SessionRecord | undefined
  for (;;) {
    const page = await store.listSessions(filter, PAGE, last)
    yield* page
    last = page.at(-1)
    if (page.length < PAGE) return
  }
}

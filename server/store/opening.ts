/** The short way to open a session, which is most of what a store does: for one that nothing else happens to. */
import { answerTo, type Ending } from '../answer.ts'
import { FIRST_FENCE, firstAskAt, toIntentRow, toPrior, withLease } from './opening-queries.ts'
import type { OpenedSession, Together } from './sql-database.ts'
import type { Intent, Kept, Lease, SessionResult, Store, StoredAnswer } from './store.ts'

/** A store that goes the short way where it can, and the one given where that is not all there is to it. */
export function withShortWay(store: Store, together: Together): Store {
  const claim: Store['claim'] = async (intent, session, now, options) => {
    // Where no order is to be looked at, all that a new session needs is that its key is free.
    if (typeof session !== 'string' && session.order === null) {
      const { row, lease } = withLease(session, now)
      if (await together.addSession(row, toIntentRow(intent, session.id, now))) {
        return { kind: 'claimed', lease }
      }
    }
    return store.claim(intent, session, now, options)
  }

  async function release<E extends Ending | null>(
    intent: Intent,
    lease: Lease,
    result: SessionResult,
    ending: E,
    now: Date,
  ): Promise<Kept<E> | undefined> {
    const foreseen = foresee(intent, lease, result, ending, now)
    if (foreseen && (await together.keepOpened(foreseen.opened))) return foreseen.answer as Kept<E>
    return store.release(intent, lease, result, ending, now)
  }

  return {
    ...store,
    findPrior: async (scope, key) => toPrior(await together.findPrior({ scope, key })),
    claim,
    release,
  }
}

/** What the first attempt to open a session comes to where nothing else has happened to it meanwhile. */
function foresee(
  { scope, key }: Intent,
  { session, fence }: Lease,
  { reference, redirectUrl, expiresAt, isAskable, handoff, ...others }: SessionResult,
  ending: Ending | null,
  now: Date,
): { opened: OpenedSession; answer: StoredAnswer } | undefined {
  if (ending?.kind !== 'opened' || fence !== FIRST_FENCE || session.order !== null) return undefined
  if (reference === undefined || redirectUrl === undefined) return undefined
  if (others.amount !== undefined || others.failure !== null || others.failed) return undefined
  const end = expiresAt ?? session.expiresAt
  const isNear = expiresAt !== undefined && expiresAt < firstAskAt(session)
  const answer = answerTo(ending, {
    ...session,
    reference,
    redirectUrl,
    failure: null,
    expiresAt: end,
    updatedAt: now,
  })
  const opened = {
    scope,
    key,
    id: session.id,
    provider: session.provider,
    reference,
    redirect_url: redirectUrl,
    expires_at: expiresAt?.toISOString() ?? null,
    ...((isAskable === false || isNear) && { ask_at: end.toISOString() }),
    handoff: handoff ?? null,
    updated_at: now.toISOString(),
    answer: JSON.stringify(answer),
  }
  return { opened, answer }
}

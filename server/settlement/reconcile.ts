/** Reconciliation: asks how open sessions stand at their providers, so that a lost webhook heals, and ends those past their time. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleType,
  wrap,
  type IPolicy,
} from 'cockatiel'
import { ProviderTimeout, ProviderUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SessionRecord } from '../session.ts'
import type { Store } from '../store/store.ts'
import type { AskOutcome, Settlement } from './settlement.ts'

export interface ReconcilerDeps {
  readonly store: Pick<Store, 'takeDue' | 'findOpen' | 'expire'>
  readonly settlement: Pick<Settlement, 'ask'>
  readonly log: Log
  readonly now: () => Date
}

/** What one pass came to, in numbers of sessions. */
export interface Reconciliation {
  readonly asked: number
  /** Those that an answer changed. */
  readonly settled: number
  readonly expired: number
  /** By provider: those that it could not be asked about just now. */
  readonly unanswered: ReadonlyMap<string, number>
}

export interface Reconciler {
  /** One pass over the sessions that are to be asked about now; of several servers one takes each. */
  reconcileDue(signal?: AbortSignal): Promise<Reconciliation>
  /** One pass over every session that is open when it begins. */
  reconcileAll(signal?: AbortSignal): Promise<Reconciliation>
}

/** So few that no buyer waits long while they are taken, or expired together. */
const PAGE = 32
const CALLS_AT_ONCE = 8
/** After so many failures in a row a provider is let alone until the next pass. */
const GIVE_UP_AFTER = 8

export function createReconciler({ store, settlement, log, now }: ReconcilerDeps): Reconciler {
  async function reconcile(session: SessionRecord, pass: Pass): Promise<void> {
    const outcome = await ask(session, pass)
    // Its present state decides before a session is ended; it is asked for again.
    if (outcome === 'unanswered' || outcome === 'unclear' || session.expiresAt > now()) return
    if (session.status === 'expired') return
    // As long as it lives, a static order may be paid.
    if (session.checkout.orderType === 'STATIC') return
    if (await store.expire(session, now())) pass.expired += 1
  }

  async function ask(session: SessionRecord, pass: Pass): Promise<AskOutcome | 'unanswered'> {
    const { policy, failures } = pass.of(session.provider)
    try {
      const outcome = await policy.execute(async () => {
        // Others have their turn, also where the store and the provider answer at once.
        await nextTurn()
        return settlement.ask(session)
      })
      if (outcome !== 'not_askable') pass.asked += 1
      if (outcome === 'changed') pass.settled += 1
      return outcome
    } catch (error) {
      failures.push(error)
      return 'unanswered'
    }
  }

  async function reconcilePages(
    nextPage: (last: SessionRecord | undefined) => Promise<readonly SessionRecord[]>,
    signal: AbortSignal | undefined,
  ): Promise<Reconciliation> {
    const pass = createPass()
    let page: readonly SessionRecord[] = []
    do {
      // The calls give others theirs, but of a provider that is let alone there are none.
      await nextTurn()
      page = signal?.aborted ? [] : await nextPage(page.at(-1))
      const ends = await Promise.allSettled(
        page.map((session) => (signal?.aborted ? undefined : reconcile(session, pass))),
      )
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    } while (page.length === PAGE)
    return summarize(pass, log)
  }

  return {
    reconcileDue: (signal) => reconcilePages(() => store.takeDue(PAGE, now()), signal),
    reconcileAll: (signal) => reconcilePages((last) => store.findOpen(PAGE, last?.id), signal),
  }
}

/** What is known of one pass while it goes on. */
interface Pass {
  asked: number
  settled: number
  expired: number
  readonly providers: ReadonlyMap<string, PassProvider>
  of(provider: string): PassProvider
}

interface PassProvider {
  readonly policy: IPolicy
  readonly failures: unknown[]
}

function createPass(): Pass {
  const providers = new Map<string, PassProvider>()
  return {
    asked: 0,
    settled: 0,
    expired: 0,
    providers,
    of(id) {
      const provider = providers.get(id) ?? { policy: createPolicy(), failures: [] }
      providers.set(id, provider)
      return provider
    },
  }
}

/** Each provider has its own, so that one that hangs holds up no other. */
function createPolicy(): IPolicy {
  return wrap(
    bulkhead(CALLS_AT_ONCE, Infinity),
    // Not a refusal, which says something of one session only.
    circuitBreaker(handleType(ProviderUnavailable).orType(ProviderTimeout), {
      breaker: new ConsecutiveBreaker(GIVE_UP_AFTER),
      halfOpenAfter: Infinity,
    }),
  )
}

/** One line for each provider that failed, however often it did. */
function summarize({ asked, settled, expired, providers }: Pass, log: Log): Reconciliation {
  const failed = [...providers].filter(([, { failures }]) => failures.length > 0)
  for (const [provider, { failures }] of failed) {
    const entry = { provider, sessions: failures.length, err: failures[0] }
    log.warn(entry, 'the provider could not be asked how sessions stand')
  }
  return {
    asked,
    settled,
    expired,
    unanswered: new Map(failed.map(([provider, { failures }]) => [provider, failures.length])),
  }
}

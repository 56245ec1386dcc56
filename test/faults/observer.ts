/** Gathers what one run leaves to judge, without what a restored backup cannot know. */
import { CUSTOMER, type Client } from './client.ts'
import type { Clock } from './clock.ts'
import type { RunDatabase } from './database.ts'
import { SECRET, type Merchant } from './merchant.ts'
import type { Observed, Opening, Rows, Span } from './observed.ts'
import type { ProviderProcess } from './provider-process.ts'
import { KEYS } from './provider-words.ts'

/** May be in nothing that leaves a server. */
const SECRETS = [...Object.values(KEYS), SECRET.slice('whsec_'.length), ...Object.values(CUSTOMER)]

export interface Observer {
  observe(): Promise<Observed>
  /** @see Stage.forget */
  forget(span: Span): void
  /** @see Stage.lost */
  lost(): Promise<ReadonlySet<string>>
}

export interface ObserverOptions {
  readonly client: Client
  readonly merchant: Merchant
  readonly database: RunDatabase
  readonly providers: ProviderProcess
  readonly clock: Clock
  readonly logs: readonly (() => string)[]
  readonly freezes: readonly Span[]
}

export async function createObserver(options: ObserverOptions): Promise<Observer> {
  const { client, merchant, database, providers, clock, logs, freezes } = options
  // The providers' process may have served runs before this one.
  const earlier = new Set((await providers.ledger()).map(({ order }) => order))
  let restored: Span | undefined

  /** Answered while the backup was taken, or between that and its restoration. */
  function isForgotten({ endedAt }: Opening): boolean {
    return restored !== undefined && endedAt > restored.startedAt && endedAt < restored.endedAt
  }

  function findLost({ sessions }: Rows): ReadonlySet<string> {
    const known = new Set(sessions.flatMap(({ id, reference }) => (reference === null ? [] : id)))
    const answered = client.openings.filter(
      (opening) => opening.status === 201 && isForgotten(opening),
    )
    const ids = answered.map(({ body }) => (JSON.parse(body) as { id: string }).id)
    return new Set(ids.filter((id) => !known.has(id)))
  }

  return {
    async observe() {
      // In this order: what is known later may only be more than what it is compared with.
      const openings = client.openings.filter((opening) => !isForgotten(opening))
      const looks = [...client.looks]
      const deliveries = [...client.deliveries]
      const frozen = [...freezes]
      const told = [...merchant.told]
      const rows = await database.read()
      const lost = findLost(rows)
      const ledger = await providers.ledger()
      const heard = merchant.told.map(({ body }) => body)
      const said = logs.map((log) => log())
      return {
        openings,
        looks: looks.filter(({ session }) => !lost.has(session)),
        deliveries,
        freezes: frozen,
        rows,
        ledger: ledger.filter(({ order }) => !earlier.has(order) && !lost.has(order)),
        told: told.filter(({ session }) => !lost.has(session)),
        words: [...said, ...client.answers, ...heard, await database.text()],
        secrets: SECRETS,
        isRestored: restored !== undefined,
        at: clock.now(),
      }
    },
    forget: (span) => void (restored = span),
    lost: async () => findLost(await database.read()),
  }
}

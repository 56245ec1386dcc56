/** Buyers at work: they open sessions, some pay, providers tell of it; and the time afterwards, when all comes to rest. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Order } from './client.ts'
import type { Opening } from './observed.ts'
import type { Happening, ProviderId, ProviderWebhook } from './provider-words.ts'
import type { Stage } from './stage.ts'

export interface Traffic {
  /** What every buyer does, one after another; resolves when he can do no more. */
  buy(options?: BuyOptions): Promise<void>
  /** So many buyers, some at once. */
  load(buyers: number, atOnce: number, options?: BuyOptions): Promise<void>
  /** Resolves when so many more operations have ended, or when nothing seems to go on any more. */
  progress(operations: number): Promise<void>
  /** Asks for a session until there is an answer that counts, or `tries` are used up. */
  open(order: Order, tries?: number): Promise<Opening>
  /** Something becomes of a session at its provider, who tells of it as often as wished. */
  happen(order: Order, what: Happening, copies?: number): Promise<void>
  /** Something becomes of it; what would be told, and nobody sends it. */
  happenSilently(order: Order, what: Happening): Promise<ProviderWebhook>
  /** Until it is acknowledged, in `rest` at the latest. */
  deliver(webhook: ProviderWebhook): Promise<void>
  /** Ends the faults, and gives everything that they held up its time. */
  rest(options?: RestOptions): Promise<void>
  operations(): number
}

export interface BuyOptions {
  readonly provider?: ProviderId
  /** How many of the buyers pay; 0.7 by default. */
  readonly paying?: number
  /** How often a webhook comes twice, and is lost. */
  readonly duplicates?: number
  readonly losses?: number
  /** When aborted, no more buyers come. */
  readonly signal?: AbortSignal
}

export interface RestOptions {
  /** Whether providers are asked how sessions stand; they are by default. */
  readonly reconcile?: boolean
}

const PAGE = {
  kadosei: /cs_test_([\w-]+)/,
  sprintcheckout: /uid=(sc_\d+)/,
} as const

const TRY_AGAIN: ReadonlySet<number | undefined> = new Set([
  undefined,
  409,
  429,
  500,
  502,
  503,
  504,
])

/** Longer than a lease, and than a message is taken for. */
const STEP_MS = 70_000
const MAX_STEPS = 25

const NO_PROGRESS_MS = 10_000

export function createTraffic(stage: Stage): Traffic {
  const { client, random, providers } = stage
  const undecided = new Map<string, Order>()
  const references = new Map<string, string>()
  const untold = new Set<ProviderWebhook>()

  async function openOnce(order: Order): Promise<Opening> {
    undecided.set(order.key, order)
    const opening = await client.open(order)
    if (isDecided(opening)) undecided.delete(order.key)
    const reference = referenceIn(order, opening)
    if (reference !== undefined) references.set(order.key, reference)
    return opening
  }

  async function open(order: Order, tries = 4): Promise<Opening> {
    const opening = await openOnce(order)
    if (!undecided.has(order.key) || tries <= 1) return opening
    await sleep(random.between(20, 200))
    return open(order, tries - 1)
  }

  async function happenSilently({ key, provider }: Order, what: Happening) {
    const reference = references.get(key)
    if (reference === undefined) throw new Error('nobody has seen a page to pay on')
    return providers.happen(provider, reference, what)
  }

  async function deliver(webhook: ProviderWebhook): Promise<void> {
    untold.add(webhook)
    if (await client.deliver(webhook)) untold.delete(webhook)
  }

  async function happen(order: Order, what: Happening, copies = 1): Promise<void> {
    const webhook = await happenSilently(order, what)
    await Promise.all(Array.from({ length: copies }, () => deliver(webhook)))
  }

  async function buy({ provider, paying = 0.7, duplicates = 0.2, losses = 0 }: BuyOptions = {}) {
    const order = client.newOrder(provider)
    const opening = await open(order)
    if (opening.status !== 201) return
    const { id } = JSON.parse(opening.body) as { id: string }
    await client.look(id)
    if (!random.chance(paying)) return
    const webhook = await happenSilently(order, 'paid')
    // Only where the provider can be asked does a lost webhook heal.
    const isLost = order.provider === 'kadosei' && random.chance(losses)
    const copies = isLost ? 0 : random.chance(duplicates) ? 2 : 1
    await Promise.all([...Array.from({ length: copies }, () => deliver(webhook)), client.look(id)])
    await client.look(id)
  }

  async function load(buyers: number, atOnce: number, options?: BuyOptions): Promise<void> {
    let left = buyers
    const work = async () => {
      while (left > 0 && !options?.signal?.aborted) {
        left -= 1
        await buy(options)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  async function progress(operations: number): Promise<void> {
    const enough = countOperations() + operations
    const endsAt = performance.now() + NO_PROGRESS_MS
    while (countOperations() < enough && performance.now() < endsAt) await sleep(2)
  }

  function countOperations(): number {
    return client.openings.length + client.looks.length + client.deliveries.length
  }

  async function revive(): Promise<void> {
    for (const server of stage.servers) {
      server.thaw()
      if (!server.isRunning()) await server.start()
    }
  }

  /** What waits for a lease, a schedule or a look has its time; what was refused is sent again. */
  async function step(): Promise<boolean> {
    await Promise.all([...undecided.values()].map(openOnce))
    await Promise.all([...untold].map(deliver))
    const { outbox } = await stage.database.read()
    const waiting = outbox.filter(({ destination, due_at }) => destination === 'url' && due_at)
    return undecided.size === 0 && untold.size === 0 && waiting.length === 0
  }

  async function rest({ reconcile = true }: RestOptions = {}): Promise<void> {
    await stage.heal()
    await revive()
    for (let steps = 0; !(await step()); steps += 1) {
      if (steps === MAX_STEPS) {
        stage.expect(undecided.size === 0, `${undecided.size} buyers never had an answer`)
        stage.expect(untold.size === 0, `${untold.size} webhooks were never acknowledged`)
        break
      }
      await sleep(400)
      await stage.moveClock(STEP_MS)
    }
    if (reconcile) {
      await stage.reconcile()
      await settleOutbox()
    }
    await stage.audit('atRest')
  }

  async function settleOutbox(): Promise<void> {
    for (let steps = 0; steps < MAX_STEPS && !(await step()); steps += 1) await sleep(300)
  }

  return {
    buy,
    load,
    open,
    happen,
    happenSilently,
    deliver,
    rest,
    progress,
    operations: countOperations,
  }
}

/** Whether a page would not send the same key again. */
function isDecided({ status, body }: Opening): boolean {
  return !TRY_AGAIN.has(status) || body.includes('"retryable":false')
}

function referenceIn({ provider }: Order, { status, body }: Opening): string | undefined {
  return status === 201 ? PAGE[provider].exec(body)?.[1] : undefined
}

/** Buyers and providers as they come to the servers; keeps a history of what was asked, answered and when. */
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'undici'
import type { Delivery, Look, Opening } from './observed.ts'
import type { ProviderId, ProviderWebhook } from './provider-words.ts'
import type { Random } from './random.ts'

/** What one buyer wants; however often he asks for it, it is the same. */
export interface Order {
  readonly key: string
  readonly provider: ProviderId
  readonly amount: string
}

export interface Client {
  readonly openings: readonly Opening[]
  readonly looks: readonly Look[]
  readonly deliveries: readonly Delivery[]
  /** Every answer as it came. */
  readonly answers: readonly string[]
  newOrder(provider?: ProviderId): Order
  /** Asks once for an order's session. */
  open(order: Order, port?: number): Promise<Opening>
  look(session: string): Promise<Look | undefined>
  /** Sends a webhook once; true where it was acknowledged. */
  deliver(webhook: ProviderWebhook): Promise<boolean>
  /** Only these servers from now on. */
  use(ports: readonly number[]): void
  /** Gives its connections up, as whoever goes away does. */
  hangUp(): Promise<void>
}

/** Longer than any answer may take. */
const PATIENCE_MS = 30_000

/** Passed on to the provider, and to be found nowhere else. */
export const CUSTOMER = {
  firstName: 'Canaryjane',
  lastName: 'Canarysmith',
  email: 'canary@shop.example',
}

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answered {
  readonly status: number
  readonly body: string
}

/** @param all where servers are reached */
export function createClient(all: readonly number[], random: Random): Client {
  let ports = all
  const openings: Opening[] = []
  const looks: Look[] = []
  const deliveries: Delivery[] = []
  const answers: string[] = []
  let agent = newAgent()
  let orders = 0
  // The providers' process may have served runs before this one, and knows their keys.
  const run = randomBytes(6).toString('hex')

  async function send(asked: Asked, port = random.pick(ports)): Promise<Answered | undefined> {
    try {
      const { path, ...options } = asked
      const answer = await request(`http://127.0.0.1:${port}${path}`, {
        ...options,
        dispatcher: agent,
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      const body = await answer.body.text()
      answers.push(body)
      return { status: answer.statusCode, body }
    } catch {
      return undefined
    }
  }

  return {
    openings,
    looks,
    deliveries,
    answers,

    newOrder(provider = random.pick(['kadosei', 'sprintcheckout'] as const)) {
      orders += 1
      const amount = `${random.between(1, 5000)}.${random.between(10, 100)}`
      return { key: `${run}-${String(orders).padStart(6, '0')}`, provider, amount }
    },

    async open({ key, provider, amount }, port) {
      const startedAt = performance.now()
      const body = { checkout: provider, amount, clientReferenceId: key, customer: CUSTOMER }
      const answer = await send(
        {
          method: 'POST',
          path: '/v1/sessions',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify(body),
        },
        port,
      )
      const opening = {
        key,
        provider,
        amount,
        startedAt,
        endedAt: performance.now(),
        status: answer?.status,
        body: answer?.body ?? '',
      }
      openings.push(opening)
      return opening
    },

    async look(session) {
      const startedAt = performance.now()
      const answer = await send({ method: 'GET', path: `/v1/sessions/${session}` })
      if (answer?.status !== 200) return undefined
      const { status } = JSON.parse(answer.body) as { status: string }
      const look = { session, status, startedAt, endedAt: performance.now() }
      looks.push(look)
      return look
    },

    async deliver(webhook) {
      const { provider, headers, body } = webhook
      const path = `/v1/webhooks/${provider}`
      const answer = await send({ method: 'POST', path, headers, body })
      deliveries.push({ webhook, status: answer?.status })
      return answer !== undefined && answer.status < 300
    },

    use: (some) => void (ports = some),

    async hangUp() {
      const before = agent
      agent = newAgent()
      await before.destroy()
    },
  }
}

function newAgent(): Agent {
  return new Agent({ keepAliveTimeout: 10_000, pipelining: 1 })
}

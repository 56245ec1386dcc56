/** Rows in which a provider fails: not there, silent, answering by halves, or with something else. */
import { CONTROLS } from '../control.ts'
import type { Row } from '../row.ts'
import { answerWith, type Fault as ProviderFault } from '../../server/providers/fake-provider.ts'
import type { Stage } from '../stage.ts'

const BOTH = ['sqlite', 'postgres'] as const
const PROVIDERS = ['kadosei', 'sprintcheckout'] as const

/** What a call may take, and a little for the way. */
const DEADLINE_MS = 11_000

export const refused: Row = {
  id: 'R7',
  fault: 'providers refuse connections',
  on: BOTH,
  control: CONTROLS.keptFailures,
  async play(stage, traffic) {
    for (const proxy of proxies(stage)) proxy.refuse()
    await traffic.load(20, 8)
    const { openings } = stage.client
    const wrong = openings.filter(({ status }) => status !== 502)
    stage.expect(wrong.length === 0, `${wrong.length} requests were not answered by 502`)
    await traffic.rest()
  },
}

export const silent: Row = {
  id: 'R8',
  fault: 'providers take requests and never answer',
  on: BOTH,
  control: CONTROLS.noDeadline,
  async play(stage, traffic) {
    for (const proxy of proxies(stage)) {
      proxy.follow((direction) => (direction === 'answer' ? { kind: 'hang' } : undefined))
    }
    const { client } = stage
    const orders = Array.from({ length: 12 }, () => client.newOrder())
    await Promise.all(orders.map((order) => traffic.open(order, 1)))
    const slow = client.openings.filter(
      ({ startedAt, endedAt }) => endedAt - startedAt > DEADLINE_MS,
    )
    stage.expect(slow.length === 0, `${slow.length} answers took over ${DEADLINE_MS} ms`)
    await traffic.rest()
  },
}

export const answersLost: Row = {
  id: 'R9',
  fault: 'providers do it, and their answers are cut or halved',
  on: BOTH,
  isShort: true,
  control: CONTROLS.newProviderKeys,
  async play(stage, traffic) {
    const { random } = stage
    for (const proxy of proxies(stage)) {
      proxy.follow((direction) =>
        direction === 'answer' && random.chance(0.4)
          ? { kind: random.pick(['reset', 'half'] as const) }
          : undefined,
      )
    }
    await traffic.load(60, 8)
    await traffic.rest()
  },
}

const STRANGE: readonly ProviderFault[] = [
  // Carried out, and told to have failed.
  { ...answerWith({ error: 'internal' }), status: 500 } as ProviderFault,
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 408 },
  { kind: 'truncated' },
  { kind: 'endless' },
  { kind: 'answer', body: '<html>maintenance</html>' },
  answerWith(null),
  answerWith([]),
  { kind: 'redirect', status: 307 },
]

export const strangeAnswers: Row = {
  id: 'R10 R11',
  fault: 'providers answer 5xx (done or not), 429, 408, halves, without end, no JSON',
  on: BOTH,
  control: CONTROLS.newProviderKeys,
  async play(stage, traffic) {
    const { random, providers } = stage
    for (const provider of PROVIDERS) {
      const faults = Array.from({ length: 40 }, () => random.pick(STRANGE))
      await providers.next(provider, faults)
      stage.count(faults.length)
    }
    await traffic.load(60, 8)
    await traffic.rest()
  },
}

function proxies({ toProvider }: Stage) {
  return PROVIDERS.map((provider) => toProvider[provider])
}

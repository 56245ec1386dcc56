/** Rows in which servers end: by kill -9 at any moment and at named ones, by SIGTERM, or frozen in the middle. */
import { CONTROLS } from '../control.ts'
import type { FaultProxy, Held } from '../fault-proxy.ts'
import type { Row } from '../row.ts'
import type { Stage } from '../stage.ts'

const BOTH = ['sqlite', 'postgres'] as const

export const killedAtRandom: Row = {
  id: 'R1',
  fault: 'kill -9 at any moment, under load',
  on: BOTH,
  isShort: true,
  control: CONTROLS.acknowledgeEarly,
  async play(stage, traffic) {
    const { random, server, toProvider } = stage
    toProvider.kadosei.follow((direction) =>
      direction === 'answer' ? { kind: 'slow', ms: random.between(0, 80) } : undefined,
    )
    for (let kills = 0; kills < 3; kills += 1) {
      const load = traffic.load(40, 8)
      await traffic.progress(random.between(5, 100))
      await kill(stage)
      await server.start()
      await load
    }
    await traffic.rest()
  },
}

type Point = readonly [name: string, trap: (stage: Stage) => Promise<Held>]

const PROVIDERS = ['kadosei', 'sprintcheckout'] as const

const POINTS: readonly Point[] = [
  ...PROVIDERS.flatMap((provider): Point[] => [
    [
      `a session is kept, ${provider} not called`,
      ({ toProvider }) => toProvider[provider].trap('request', isPost),
    ],
    [
      `${provider} has made it, the answer is on its way`,
      ({ toProvider }) => toProvider[provider].trap('answer', is(201)),
    ],
  ]),
  ['all is kept, the buyer not answered', ({ server }) => server.proxy.trap('answer', is(201))],
  [
    'a webhook came, the provider is being asked',
    ({ toProvider }) => toProvider.kadosei.trap('request', (text) => text.startsWith('GET')),
  ],
  ['a webhook is kept, not acknowledged', ({ server }) => server.proxy.trap('answer', is(200))],
  ['the merchant is about to be told', ({ toMerchant }) => toMerchant.trap('request')],
  ['the merchant was told, that is not kept', ({ toMerchant }) => toMerchant.trap('answer')],
]

const POSTGRES_POINTS: readonly Point[] = [
  [
    'sessions are added, not heard of',
    ({ database }) => isThere(database.proxy).trap('answer', areAdded),
  ],
  [
    'answers are on their way to be kept',
    ({ database }) => isThere(database.proxy).trap('request', areAnswers),
  ],
  ['a commit is on its way', ({ database }) => isThere(database.proxy).trap('request', isCommit)],
  [
    'a commit is done, not heard of',
    ({ database }) => isThere(database.proxy).trap('answer', isCommitted),
  ],
]

export const killedAtPoints: Row = {
  id: 'R2',
  fault: 'kill -9 at named points, under load',
  on: BOTH,
  control: CONTROLS.newProviderKeys,
  async play(stage, traffic) {
    const { server, database } = stage
    const points = [...POINTS, ...(database.proxy ? POSTGRES_POINTS : [])]
    for (const [name, trap] of stage.random.shuffle(points)) {
      const trapped = trap(stage)
      const load = traffic.load(12, 4, { paying: 1 })
      const held = await Promise.race([trapped, load])
      stage.expect(held !== undefined, `nothing came by where ${name}`)
      await kill(stage)
      await server.start()
      // What was held up is answered by resets: whoever waits there is dead.
      held?.drop()
      await load
    }
    await traffic.rest()
  },
}

/** Ends the server, and looks whether all that it has promised is there. */
async function kill(stage: Stage): Promise<void> {
  await stage.server.stop('SIGKILL')
  stage.count()
  await stage.audit('anytime')
}

function isPost(text: string): boolean {
  return text.startsWith('POST')
}

function is(status: number): (text: string) => boolean {
  return (text) => text.startsWith(`HTTP/1.1 ${status}`)
}

function isCommit(text: string): boolean {
  return /commit/i.test(text)
}

/** PostgreSQL's CommandComplete. */
function isCommitted(text: string): boolean {
  return text.includes('COMMIT\0')
}

function areAdded(text: string): boolean {
  return text.includes('cs_') && /INSERT 0 [1-9]/.test(text)
}

/** What is kept for several sessions at once is JSON, and their answers are text in it. */
function areAnswers(text: string): boolean {
  return text.includes('"answer":"')
}

function isThere(proxy: FaultProxy | undefined): FaultProxy {
  if (!proxy) throw new Error('SQLite has nothing in between')
  return proxy
}

export const rollingRestart: Row = {
  id: 'R20',
  fault: 'two servers restarted one after the other, under load',
  on: BOTH,
  servers: 2,
  control: CONTROLS.noDrain,
  async play(stage, traffic) {
    const { servers, client, toProvider, random } = stage
    for (const proxy of Object.values(toProvider)) {
      proxy.follow((direction) =>
        direction === 'answer' ? { kind: 'slow', ms: random.between(0, 150) } : undefined,
      )
    }
    const ports = servers.map(({ proxy }) => proxy.port)
    const load = traffic.load(200, 8)
    for (const { proxy, stop, start } of servers) {
      await traffic.progress(random.between(20, 100))
      // As a load balancer does: nothing new, and what is under way ends.
      client.use(ports.filter((port) => port !== proxy.port))
      await stop('SIGTERM')
      stage.count()
      await start()
      client.use(ports)
    }
    await load
    const unanswered = client.openings.filter(({ status }) => status === undefined)
    stage.expect(unanswered.length === 0, `${unanswered.length} requests were cut off`)
    await traffic.rest()
  },
}

/** Longer than a lease. */
const PAST_THE_LEASE_MS = 20_000

export const frozenHolder: Row = {
  id: 'R21',
  fault: 'a server frozen with a lease; another takes over; it thaws',
  on: BOTH,
  isShort: true,
  servers: 2,
  control: CONTROLS.noFence,
  async play(stage, traffic) {
    const { servers, client, toProvider } = stage
    const [frozen, other] = servers
    if (!frozen || !other) throw new Error('this needs two servers')
    for (const provider of ['sprintcheckout', 'kadosei', 'sprintcheckout'] as const) {
      const order = client.newOrder(provider)
      const trapped = toProvider[provider].trap('answer')
      const first = client.open(order, frozen.proxy.port)
      const held = await trapped
      frozen.freeze()
      stage.count()
      held.release()
      await stage.moveClock(PAST_THE_LEASE_MS)
      client.use([other.proxy.port])
      const second = await traffic.open(order)
      stage.expect(second.status === 201, `the other server answered ${second.status}`)
      await traffic.happen(order, 'paid')
      frozen.thaw()
      await first
      client.use(servers.map(({ proxy }) => proxy.port))
    }
    await traffic.rest()
  },
}

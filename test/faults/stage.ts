/** Everything that one run needs: servers, proxies in between, providers, the merchant, and what sees it all. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, MAIN } from '../e2e/server-process.ts'
import { check } from './checker.ts'
import { createClient, type Client } from './client.ts'
import { createClock, type Clock } from './clock.ts'
import type { RunDatabase } from './database.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { acknowledge, SECRET, startMerchant, type Merchant } from './merchant.ts'
import { createObserver } from './observer.ts'
import type { Span } from './observed.ts'
import type { ProviderProcess } from './provider-process.ts'
import { KEYS, type ProviderId } from './provider-words.ts'
import type { Random } from './random.ts'
import { createServer, type Server } from './server.ts'

const run = promisify(execFile)

/** A minute: everybody comes from one address here. */
const NO_LIMIT = 1_000_000

export interface Stage {
  readonly random: Random
  readonly database: RunDatabase
  readonly servers: readonly Server[]
  readonly server: Server
  readonly providers: ProviderProcess
  readonly toProvider: Readonly<Record<ProviderId, FaultProxy>>
  readonly merchant: Merchant
  readonly toMerchant: FaultProxy
  readonly client: Client
  readonly clock: Clock
  /** The main file that the row's servers are started with. */
  readonly main: string
  /** Moves the clock of every server. */
  moveClock(ms: number): Promise<void>
  /** Ends every fault that a proxy, a provider or the merchant makes. */
  heal(): Promise<void>
  /** Runs `coinslot reconcile` beside the servers. */
  reconcile(): Promise<void>
  /**
   * From now on nobody is asked for what a restored backup cannot know.
   * @param span from when it was taken to when it was restored
   */
  forget(span: Span): void
  /** The sessions that buyers were sent to in that time, and that are not known with their provider session. */
  lost(): Promise<ReadonlySet<string>>
  /** Whether a server has said this in its log. */
  said(text: string): boolean
  /** Counts a fault that no proxy has made. */
  count(faults?: number): void
  faults(): number
  /** What is broken now; the same thing is told once. */
  audit(when: 'anytime' | 'atRest'): Promise<void>
  /** What the row itself has promised, and was not so. */
  expect(isSo: boolean, told: string): void
  readonly violations: readonly string[]
  close(): Promise<void>
}

export interface StageOptions {
  readonly random: Random
  readonly database: RunDatabase
  readonly providers: ProviderProcess
  readonly servers: number
  /** Sessions that may be opened at a provider in a minute; any number by default. */
  readonly perProvider?: number | undefined
  /** The main file of the servers; that of the build by default. */
  readonly main?: string | undefined
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { random, database, providers, main, perProvider = NO_LIMIT } = options
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-stage-'))
  const clock = await createClock(join(folder, 'clock'))
  const closing: (() => Promise<void>)[] = []
  const merchant = await startMerchant()
  closing.push(merchant.close)
  const toMerchant = await proxyTo(merchant.port)
  const ports = await providers.addresses()
  const toProvider = {
    kadosei: await proxyTo(ports.kadosei),
    sprintcheckout: await proxyTo(ports.sprintcheckout),
  }
  const violations = new Set<string>()
  const logs: (() => string)[] = []
  const freezes: Span[] = []
  let counted = 0

  async function proxyTo(port: number): Promise<FaultProxy> {
    const proxy = await startFaultProxy({ port, host: '127.0.0.1' })
    closing.push(proxy.close)
    return proxy
  }

  const configuration = configurationFor({
    kadosei: toProvider.kadosei.port,
    merchant: toMerchant.port,
    perProvider,
  })
  const environment = {
    ...KEYS,
    ...clock.environment,
    COINSLOT_NOTIFICATION_SECRET: SECRET,
    DATABASE_URL: database.url,
    SPRINTCHECKOUT_BASE_URL: `http://127.0.0.1:${toProvider.sprintcheckout.port}`,
  }

  async function addServer(): Promise<Server> {
    const port = await freePort()
    const proxy = await proxyTo(port)
    const server = createServer({
      port,
      proxy,
      main,
      configuration,
      environment,
      clock,
      logs,
      freezes,
    })
    closing.push(() => server.stop())
    return server
  }

  const servers = await Promise.all(Array.from({ length: options.servers }, addServer))
  // One after another: the first makes the tables.
  for (const server of servers) await server.start()
  const client = createClient(
    servers.map(({ proxy }) => proxy.port),
    random,
  )
  const [server] = servers
  if (!server) throw new Error('a stage needs a server')
  const proxies = [
    ...servers.map(({ proxy }) => proxy),
    ...Object.values(toProvider),
    toMerchant,
    ...(database.proxy ? [database.proxy] : []),
  ]

  const observer = await createObserver({
    client,
    merchant,
    database,
    providers,
    clock,
    logs,
    freezes,
  })

  return {
    random,
    database,
    servers,
    server,
    providers,
    toProvider,
    merchant,
    toMerchant,
    client,
    clock,
    main: main ?? MAIN,
    async moveClock(ms) {
      await clock.move(ms)
      await Promise.all(servers.map((server) => server.readClock()))
    },
    async heal() {
      for (const proxy of proxies) proxy.heal()
      await providers.heal()
      merchant.answer(acknowledge)
    },
    async reconcile() {
      const file = join(folder, 'coinslot.config.json')
      await writeFile(file, JSON.stringify(configuration))
      const line = [main ?? MAIN, 'reconcile', '--config', file]
      // It ends with 1 where a provider could not be asked; the checker sees what came of it.
      await run(process.execPath, line, { env: environment }).catch(() => {})
    },
    forget: observer.forget,
    lost: observer.lost,
    said: (text) => logs.some((log) => log().includes(text)),
    count: (faults = 1) => void (counted += faults),
    faults: () => counted + proxies.reduce((sum, { fired }) => sum + fired(), 0),
    async audit(when) {
      for (const { invariant, told } of check(await observer.observe(), when)) {
        violations.add(`${invariant}: ${told}`)
      }
    },
    expect(isSo, told) {
      if (!isSo) violations.add(`promise: ${told}`)
    },
    get violations() {
      return [...violations]
    },
    async close() {
      for (const server of servers) server.thaw()
      await client.hangUp()
      for (const close of closing.toReversed()) await close()
      await rm(folder, { recursive: true })
    },
  }
}

interface Surroundings {
  /** The ports that the provider and the merchant are reached by. */
  readonly kadosei: number
  readonly merchant: number
  readonly perProvider: number
}

function configurationFor({ kadosei, merchant, perProvider }: Surroundings) {
  const terms = { currency: 'USD', editable: true, minAmount: '1.00', maxAmount: '5000.00' }
  return {
    rateLimits: { perAddress: NO_LIMIT, perCheckout: NO_LIMIT, perProvider },
    reconcileEvery: 5,
    providers: {
      kadosei: {
        baseUrl: `http://127.0.0.1:${kadosei}`,
        redirectHosts: ['checkout.stripe.com'],
      },
      sprintcheckout: { redirectHosts: ['app.sprintcheckout.com'] },
    },
    checkouts: {
      kadosei: { provider: 'kadosei', ...terms },
      sprintcheckout: { provider: 'sprintcheckout', ...terms },
    },
    notifications: {
      url: `http://127.0.0.1:${merchant}/hooks/coinslot`,
      allowPrivateAddress: true,
    },
  }
}

/** Puts a whole Coinslot together from a configuration and an environment. */
import { createHmac, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { DestinationStream } from 'pino'
import { createApp } from './app.ts'
import { sourceOf, type ServerSource } from './client-address.ts'
import { parseConfig, type Config, type Environment } from './config.ts'
import type { NotificationType } from './contract/schemas.ts'
import { toText } from './log-text.ts'
import { createDemoOffers, newDemoSecret } from './demo/offers.ts'
import { createDemoTrace } from './demo/trace.ts'
import { createLog, type Log } from './log.ts'
import type { NotificationListener } from './notifications/listeners.ts'
import { createNotifications } from './notifications/notifications.ts'
import { createProviders, type ProviderTiming } from './configured-providers.ts'
import { createNodeHandler, type NodeHandler } from './node-handler.ts'
import { isPublicAddress } from './public-address.ts'
import { createRateLimits } from './rate-limits.ts'
import { createRepeat, type Repeat } from './repeat.ts'
import { createSandboxApp } from './sandbox/app.ts'
import { createSandboxReporter } from './sandbox/reporter.ts'
import { idForLog, type SessionRecord } from './session.ts'
import { createReconciler, type Reconciliation } from './settlement/reconcile.ts'
import { createSessionFeed } from './session-feed.ts'
import { createSettlement } from './settlement/settlement.ts'
import { createStrayPayments } from './settlement/stray-payments.ts'
import { openStores, type Stores, type StoresOptions } from './store/stores.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { readWidgetFiles } from './widget-files.ts'
import { createTransport, type Transport } from './transport.ts'
import { withinProcess, WITHIN } from './within-process.ts'

export interface CoinslotOptions {
  /** What `coinslot.config.json` holds; left out: demo mode. */
  readonly configuration?: unknown
  /** Secrets and settings of the process, such as `process.env`. */
  readonly environment: Environment
  /** Where this process reaches itself by HTTP, for the sandbox; by default it is reached within the process. */
  readonly selfUrl?: string
  /** Where log lines go; standard error by default. */
  readonly logTo?: DestinationStream
  /**
   * The built `store-thread.js`, for a SQLite file to be written in a thread of its own, so that waiting for the disk
   * keeps no request waiting; without it this thread writes.
   */
  readonly storeThread?: URL
  /** The folder with the built widget and demo. */
  readonly assets?: URL
  /**
   * Sends to providers and to the notification URL; one over undici by default. One of your own has
   * to refuse by itself to connect to private addresses for `notifications.url`.
   */
  readonly transport?: Transport
  /** Deadline, waits and circuit of the calls to providers; as configured and exponential by default. */
  readonly providerTiming?: ProviderTiming
  readonly now?: () => Date
  /** How work beside the requests is done again and again; by timers by default. */
  readonly repeat?: Repeat
}

export interface Coinslot {
  readonly config: Config
  readonly log: Log
  /**
   * Answers a request; what any fetch server can call, at the root of its addresses or beneath the path of
   * `publicUrl`, which may be there or taken away.
   * @param source whose request it is: what Deno, Bun and `@hono/node-server` pass on, or an address; without one,
   * sessions are limited by checkout and provider alone
   */
  fetch(request: Request, source?: ServerSource): Response | Promise<Response>
  /**
   * The same for Node's HTTP server, and for Express and Fastify on it. Nothing before it may have read the
   * body, unless its bytes are kept as `rawBody`.
   */
  readonly handler: NodeHandler
  /** Answers `/metrics` alone, where it is configured to be at a port of its own. */
  readonly metrics: { fetch(request: Request): Response | Promise<Response> } | undefined
  /**
   * Calls a listener with each notification of a type until what is returned is called; register all
   * of them right after this was created. It is told at least once (the event's `id` stays the same)
   * and again on the schedule of the webhooks where it throws, rejects or takes more than 20 s.
   */
  on(type: NotificationType, listener: NotificationListener): () => void
  /**
   * Asks how every open session stands at its provider, where that can be asked, and ends those past
   * their time. The server looks by itself at those that are due.
   */
  reconcile(): Promise<Reconciliation>
  /**
   * Ends the event streams and begins no more; call it when no new connection is taken any more,
   * because a stream would be waited for like any request.
   */
  endStreams(): void
  /**
   * Stops all work beside the requests, waits for the notifications that are being sent, then closes the
   * store; call it when no request is being answered any more. Nothing of it would keep the process running.
   */
  close(): Promise<void>
}

const INTENT_LIFE_MS = 24 * 60 * 60 * 1000
const MESSAGE_LIFE_MS = 30 * 24 * 60 * 60 * 1000
/** Past the payment's own end. */
const SANDBOX_LIFE_MS = 30 * 24 * 60 * 60 * 1000
/** As late as a change that another server made may be shown here. */
const LOOK_EVERY_MS = 2_000
/** Shorter than proxies take to give a silent connection up. */
const BEAT_EVERY_MS = 15_000
const SWEEP_EVERY_MS = 60 * 60 * 1000

/** @throws ConfigurationError with all problems at once */
export async function createCoinslot(options: CoinslotOptions): Promise<Coinslot> {
  const {
    assets = new URL('../', import.meta.url),
    now = () => new Date(),
    transport = createTransport(),
    providerTiming: timing,
  } = options
  const written = parseConfig(options.configuration, options.environment)
  const demoSecret = newDemoSecret()
  // The demo's offers are taken by the demo alone.
  const config = written.demo
    ? { ...written, offerSecrets: [...written.offerSecrets, demoSecret] }
    : written
  const log = createLog(config.logLevel, chooseLog(config, options.logTo))
  const repeat = options.repeat ?? createRepeat(log)

  const widget = await readWidgetFiles(assets)
  const telemetry = await createTelemetry(config, {
    countStreams: () => feed.count(),
    countMessages: () => stores.countMessages(),
  })
  const changes: StoresOptions = {
    destinations: config.notifications ? ['url', 'listener'] : ['listener'],
    onChange(session) {
      tell(log, session)
      feed.tell(session)
      notifications.wake()
      for (const observer of telemetry.observers) observer.changed?.(session)
      trace.tell(session).catch((error: unknown) => log.debug({ err: error }, 'no trace'))
    },
  }
  const stores = await openStores(config.databaseUrl, changes, options.storeThread)
  const { store } = stores
  const feed = createSessionFeed({ store, now })
  const trace = createDemoTrace({ store, now })
  const selfUrl = options.selfUrl ?? WITHIN
  const reach = withinProcess(transport, (request) => app.fetch(request, {}))
  const sandboxSecret = makeSandboxSecret(config)
  const providers = createProviders(config, {
    transport: reach,
    timing,
    log,
    selfUrl,
    sandboxSecret,
    now,
    observers: telemetry.observers,
  })
  const settlement = createSettlement({ providers, store, log, now })
  const { reconcileDue, reconcileAll } = createReconciler({ store, settlement, log, now })
  const sandbox = createSandboxApp({
    ledger: stores.sandboxLedger,
    report: createSandboxReporter({
      secret: sandboxSecret,
      transport: reach,
      now,
      onFailure: (payment) => log.error({ payment }, 'sandbox: nobody took the webhook'),
    }),
    apiKey: sandboxSecret,
    publicUrl: `${config.publicUrl}/sandbox`,
    now,
  })
  const demo = {
    root: fileURLToPath(new URL('demo', assets)),
    offers: createDemoOffers({ rules: config, secret: demoSecret, now }),
    trace,
  }
  const app = createApp({
    config,
    store,
    providers,
    count: createRateLimits(config.rateLimits, stores.createRateLimiter),
    settlement,
    feed,
    log,
    now,
    telemetry,
    widget,
    demo: config.demo ? demo : undefined,
    sandbox: config.providers.has('sandbox') ? sandbox : undefined,
  })
  const notifications = createNotifications({
    webhook: config.notifications,
    transport: options.transport ?? createNotificationTransport(config),
    store,
    log,
    now,
    repeat,
  })
  const beat = () => [feed, trace].forEach((stream) => stream.beat())
  const endStreams = () => [feed, trace].forEach((stream) => stream.close())
  const everyMs = config.reconcileEvery * 1000
  const stops = [
    repeat({ name: 'reconcile', everyMs, run: reconcileDue }),
    repeat({ name: 'strays', everyMs, run: createStrayPayments({ store, log, now }) }),
    repeat({ name: 'look', everyMs: LOOK_EVERY_MS, run: feed.look }),
    repeat({ name: 'beat', everyMs: BEAT_EVERY_MS, run: async () => beat() }),
  ]
  const stopSweeping = sweep(stores, log, now)
  const stopListening = stores.listen((id) => {
    // Where it cannot be read now, the next look will.
    feed.lookAt(id).catch((error: unknown) => log.debug({ err: error }, 'a change was not read'))
  })

  const fetch: Coinslot['fetch'] = (request, source) =>
    app.fetch(request, sourceOf(request, source))

  const { metrics } = telemetry

  return {
    config,
    log,
    fetch,
    handler: createNodeHandler(fetch),
    metrics: metrics && { fetch: (request) => metrics.fetch(request) },
    on: (type, listener) => notifications.on(type, listener),
    reconcile: () => reconcileAll(),
    endStreams,
    async close() {
      endStreams()
      await stopSweeping()
      await stopListening()
      await Promise.all(stops.map((stop) => stop()))
      await notifications.stop()
      await store.close()
    },
  }
}

/** A person reads a terminal, a machine everything else. */
function chooseLog({ logFormat }: Config, logTo: DestinationStream | undefined): DestinationStream {
  const { stderr } = process
  const format = logFormat ?? (!logTo && stderr.isTTY ? 'text' : 'json')
  if (format === 'json') return logTo ?? stderr
  return toText(logTo ?? stderr, { hasColors: !logTo && stderr.isTTY && stderr.hasColors() })
}

function tell(log: Log, { id, status, exception }: SessionRecord): void {
  const entry = { session: idForLog(id), status, exception }
  if (exception) log.warn(entry, 'a payment needs a person to look at it')
  else log.info(entry, 'session settled')
}

/** What the merchant has named is only trusted with public addresses, unless he says otherwise. */
function createNotificationTransport({ notifications }: Config): Transport {
  return createTransport(
    notifications?.allowPrivateAddress ? {} : { mayConnectTo: isPublicAddress },
  )
}

/**
 * Forgets old idempotency keys, notifications and payments in the sandbox, now and every hour.
 * @returns what stops it; resolves when nothing of it is under way
 */
function sweep({ store, sandboxLedger }: Stores, log: Log, now: () => Date): () => Promise<void> {
  let running: Promise<unknown>
  const forget = () => {
    const before = (life: number) => new Date(now().getTime() - life)
    running = Promise.all([
      store.forgetIntents(before(INTENT_LIFE_MS)),
      store.forgetMessages(before(MESSAGE_LIFE_MS)),
      sandboxLedger.forgetPayments(before(SANDBOX_LIFE_MS)),
    ]).catch((error: unknown) => log.error({ err: error }, 'what is old was not removed'))
  }
  forget()
  const timer = setInterval(forget, SWEEP_EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** Both ends of the sandbox are in this server; servers beside one another derive the same secret. */
function makeSandboxSecret({ offerSecrets: [secret] }: Config): string {
  const bytes = secret ? createHmac('sha256', secret).update('sandbox').digest() : randomBytes(32)
  return `whsec_${bytes.toString('base64')}`
}

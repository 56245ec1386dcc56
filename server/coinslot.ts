/** Puts a whole Coinslot together from a configuration and an environment. */
import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { DestinationStream } from 'pino'
import { createApp } from './app.ts'
import { parseConfig, type Config, type Environment } from './config.ts'
import { createLog, type Log } from './log.ts'
import { createProviders, type ProviderTiming } from './configured-providers.ts'
import { createSandboxApp } from './sandbox/app.ts'
import { createSandboxReporter } from './sandbox/reporter.ts'
import { idForLog, type SessionRecord } from './session.ts'
import { settle } from './settlement/settle.ts'
import { createSettlement } from './settlement/settlement.ts'
import { createSandboxLedger } from './store/sandbox-ledger.ts'
import { createSqlStore } from './store/sql-store.ts'
import { openSqlite } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { createTransport, type Transport } from './transport.ts'

export interface CoinslotOptions {
  /** What `coinslot.config.json` holds; left out: demo mode. */
  readonly configuration?: unknown
  /** Secrets and settings of the process, such as `process.env`. */
  readonly environment: Environment
  /** Where this process can reach itself; `http://127.0.0.1:{PORT}` by default. */
  readonly selfUrl?: string
  /** Where log lines go; standard error by default. */
  readonly logTo?: DestinationStream
  /** The folder with the built widget and demo. */
  readonly assets?: URL
  readonly transport?: Transport
  /** Deadline and waits of the calls to providers; 10 s and exponential by default. */
  readonly providerTiming?: ProviderTiming
  readonly now?: () => Date
}

export interface Coinslot {
  readonly config: Config
  readonly log: Log
  /** Answers a request; what any fetch server can call. */
  fetch(request: Request): Response | Promise<Response>
  /** Closes the store; call it when no request is being answered any more. */
  close(): Promise<void>
}

const INTENT_LIFE_MS = 24 * 60 * 60 * 1000
const SWEEP_EVERY_MS = 60 * 60 * 1000

/** @throws ConfigurationError with all problems at once */
export async function createCoinslot(options: CoinslotOptions): Promise<Coinslot> {
  const { environment, assets = new URL('../', import.meta.url) } = options
  const config = parseConfig(options.configuration, environment)
  const log = createLog(config.logLevel, options.logTo ?? process.stderr)

  const widget = await readFile(new URL('coinslot.js', assets)).catch((cause: unknown) => {
    throw new Error('the widget is not built: run "npm run build" first', { cause })
  })
  const db = await openSqlite(config.databasePath)
  const store = createSqlStore(db, {
    settle,
    destinations: [],
    onChange: (session) => tell(log, session),
  })
  const now = options.now ?? (() => new Date())
  const transport = options.transport ?? createTransport()
  const selfUrl = options.selfUrl ?? `http://127.0.0.1:${config.port}`
  const sandboxSecret = makeSandboxSecret(config)
  const timing = options.providerTiming
  const providers = createProviders(config, { transport, timing, selfUrl, sandboxSecret, now })
  const settlement = createSettlement({ providers, store, log, now })
  const app = createApp({
    config,
    store,
    providers,
    settlement,
    log,
    now,
    widget,
    demoRoot: config.demo ? fileURLToPath(new URL('demo', assets)) : undefined,
    sandbox: config.providers.has('sandbox')
      ? createSandboxApp({
          ledger: createSandboxLedger(db),
          report: createSandboxReporter({
            secret: sandboxSecret,
            transport,
            now,
            onFailure: (payment) => log.error({ payment }, 'sandbox: nobody took the webhook'),
          }),
          apiKey: sandboxSecret,
          publicUrl: `${config.publicUrl}/sandbox`,
          now,
        })
      : undefined,
  })
  const stopSweeping = sweepIntents(store, log, now)

  return {
    config,
    log,
    fetch: (request) => app.fetch(request),
    async close() {
      stopSweeping()
      await store.close()
    },
  }
}

function tell(log: Log, { id, status, exception }: SessionRecord): void {
  const entry = { session: idForLog(id), status, exception }
  if (exception) log.warn(entry, 'a payment needs a person to look at it')
  else log.info(entry, 'session settled')
}

/** Forgets old idempotency keys, now and every hour. */
function sweepIntents(store: Store, log: Log, now: () => Date): () => void {
  const sweep = () => {
    store
      .forgetIntents(new Date(now().getTime() - INTENT_LIFE_MS))
      .catch((error: unknown) => log.error({ err: error }, 'old idempotency keys were not removed'))
  }
  sweep()
  const timer = setInterval(sweep, SWEEP_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** Both ends of the sandbox are in this server; servers beside one another derive the same secret. */
function makeSandboxSecret({ offerSecrets: [secret] }: Config): string {
  const bytes = secret ? createHmac('sha256', secret).update('sandbox').digest() : randomBytes(32)
  return `whsec_${bytes.toString('base64')}`
}

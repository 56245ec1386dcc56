/** A whole Coinslot in one process for a test: a store of its own, silent logs, and no network but what is passed in. */
import { readFileSync } from 'node:fs'
import { createCoinslot, type Coinslot } from '../../server/coinslot.ts'
import type { Session } from '../../server/contract/schemas.ts'
import type { ProviderTiming } from '../../server/configured-providers.ts'
import type { RepeatedWork } from '../../server/repeat.ts'
import type { Transport, TransportRequest } from '../../server/transport.ts'
import { leaveSecrets, leaveSqlite, leaveText } from '../canaries/traces.ts'
import { newDatabaseUrl } from '../postgres/database.ts'

export interface Harness {
  readonly coinslot: Coinslot
  /** Every log line that was written. */
  readonly logs: string[]
  /** Every request that left for a provider (the sandbox's own webhooks are such requests too). */
  readonly sent: TransportRequest[]
  /** Sends a request as a page on the same origin would; `null` takes a header away. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>
  /** Does once what the server does again and again beside the requests, under this name. */
  work(name: string): Promise<unknown>
  createSession(body: unknown, headers?: Record<string, string | null>): Promise<Response>
}

export interface RequestOptions {
  readonly body?: unknown
  /** Bytes as they are, instead of `body`. */
  readonly raw?: BodyInit
  readonly headers?: Record<string, string | null>
  /** Of the connection; a request without one is not limited by address. */
  readonly address?: string
}

export interface HarnessOptions {
  readonly configuration?: unknown
  readonly environment?: Record<string, string>
  /** What answers requests to other servers; this very app by default, for the sandbox. */
  readonly transport?: Transport
  readonly providerTiming?: ProviderTiming
  readonly now?: () => Date
  readonly databaseUrl?: string
}

export const SELF = 'http://localhost:8080'

let keys = 0
/** A key that was never used before. */
export function newKey(): string {
  keys += 1
  return `test-key-${String(keys).padStart(16, '0')}`
}

export async function startCoinslot(options: HarnessOptions = {}): Promise<Harness> {
  const logs: string[] = []
  const sent: TransportRequest[] = []
  const repeated = new Map<string, RepeatedWork>()
  const environment = {
    DATABASE_URL: options.databaseUrl ?? (await newDatabaseUrl()),
    LOG_LEVEL: 'trace',
    ...options.environment,
  }
  leaveSecrets(environment)
  const created = await createCoinslot({
    configuration: options.configuration,
    environment,
    selfUrl: SELF,
    logTo: {
      write(line: string) {
        logs.push(line)
        leaveText('logs', line.trimEnd())
      },
    },
    assets: new URL('./assets/', import.meta.url),
    transport: (request) => {
      sent.push(request)
      return (options.transport ?? toSelf)(request)
    },
    ...(options.providerTiming && { providerTiming: options.providerTiming }),
    ...(options.now && { now: options.now }),
    repeat: (work) => {
      repeated.set(work.name, work)
      return async () => {}
    },
  })

  const coinslot: Coinslot = {
    ...created,
    async close() {
      await created.close()
      const [, path] = /^file:(.*[^:])$/.exec(environment.DATABASE_URL) ?? []
      if (path) leaveSqlite(path)
    },
  }
  const toSelf = transportTo((request) => coinslot.fetch(request))

  async function request(
    method: string,
    path: string,
    { body, raw, headers = {}, address }: RequestOptions = {},
  ): Promise<Response> {
    const defaults: Record<string, string | null> =
      method === 'GET' || method === 'HEAD'
        ? {}
        : { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() }
    const all = Object.entries({ ...defaults, ...headers }).filter(([, value]) => value !== null)
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const answer = await coinslot.fetch(
      new Request(SELF + path, {
        method,
        headers: all as [string, string][],
        ...(content !== undefined && { body: content, duplex: 'half' }),
      }),
      { address },
    )
    // Pages show a buyer what he has typed himself; nothing else has a reason to.
    if (answer.headers.get('Content-Type')?.endsWith('json')) {
      leaveText('answers', await answer.clone().text())
    }
    return answer
  }

  return {
    coinslot,
    logs,
    sent,
    request,
    async work(name) {
      const work = repeated.get(name)
      if (!work) throw new Error(`there is no work called ${name}`)
      return work.run(new AbortController().signal)
    },
    createSession: (body, headers) =>
      request('POST', '/v1/sessions', { body, ...(headers && { headers }) }),
  }
}

export async function readSession(answer: Response): Promise<Session> {
  return (await answer.json()) as Session
}

export async function readProblem(answer: Response): Promise<Record<string, unknown>> {
  return (await answer.json()) as Record<string, unknown>
}

/** Sends requests to an app in this process, such as a Coinslot with its sandbox. */
export function transportTo(fetch: Coinslot['fetch']): Transport {
  return async ({ url, method, headers, body }) => {
    const answer = await fetch(
      new Request(url, { method, headers, ...(body !== undefined && { body }) }),
    )
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) }
  }
}

/** A provider that answers with what `answer` makes of each request. */
export function providerThat(
  answer: (request: TransportRequest) => ProviderAnswer | Promise<ProviderAnswer>,
): Transport {
  return async (request) => {
    const { status = 200, body } = await answer(request)
    return { status, body: Buffer.from(JSON.stringify(body)) }
  }
}

export interface ProviderAnswer {
  readonly status?: number
  readonly body: unknown
}

/** The text of a file beside the tests. */
export function readFixture(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

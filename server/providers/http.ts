/** All that the adapters share of HTTP: deadline, retries, circuit, size limit, no redirects, and the errors. */
import type { IBackoffFactory } from 'cockatiel'
import type { z } from 'zod'
import {
  ProviderError,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
  ProviderUnreached,
  reasonOf,
} from '../errors.ts'
import { parseExactJson, writeExactJson } from '../json.ts'
import type { Transport, TransportAnswer } from '../transport.ts'
import { createCircuit, type CircuitOptions } from './circuit.ts'
import { namedFields } from './refusal.ts'
import { createRetries, readRetryAfter } from './retries.ts'

export interface ProviderHttp {
  /**
   * Sends JSON and reads the answer against a schema.
   * @throws ProviderRejected (4xx), ProviderTimeout, ProviderUnavailable (everything else); none of
   * them says a word of what was sent or answered, but for the names of fields that a refusal names
   */
  send<T>(call: ProviderRequest<T>): Promise<T>
}

export interface ProviderRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Beneath the provider's base URL, so that no answer can send a key elsewhere. */
  readonly path: `/${string}`
  readonly headers: Readonly<Record<string, string>>
  /** Written with exact numbers; see `exactNumber`. */
  readonly body?: unknown
  /** What the answer must look like; its JSON numbers arrive as `LosslessNumber`. */
  readonly answer: z.ZodType<T>
  /** Statuses that say that there is no such call: read as undefined, which `answer` must allow. */
  readonly absent?: readonly number[]
  /**
   * Whether the provider does the same thing once however often it is told to. Where not, a call is
   * sent again only after a try of which nothing can have come.
   */
  readonly idempotent: boolean
}

export interface ProviderHttpOptions {
  readonly provider: string
  readonly baseUrl: string
  readonly transport: Transport
  /** How long a call may take, its retries included; 10 s by default. */
  readonly deadlineMs?: number | undefined
  /** Made at the start of a call, in place of one by a timer. */
  readonly deadline?: (() => AbortSignal) | undefined
  /** The waits between tries: exponential with jitter by default. */
  readonly backoff?: IBackoffFactory<unknown>
  /** When the provider is let alone, and for how long. */
  readonly circuit?: Pick<CircuitOptions, 'failures' | 'pause'>
  /** Called when the provider begins to be let alone, and when it answers again. */
  readonly onCircuit?: CircuitOptions['onChange']
}

const DEADLINE_MS = 10_000

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const lenientUtf8 = new TextDecoder()

/** Codes of failures from before anything of a request was sent. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { provider, baseUrl, transport } = options
  const circuit = createCircuit({
    ...options.circuit,
    provider,
    ...(options.onCircuit && { onChange: options.onCircuit }),
  })
  const retries = createRetries(options.backoff)

  async function once<T>(call: ProviderRequest<T>, signal: AbortSignal): Promise<T> {
    const what = `${provider}: ${call.method} ${call.path}`
    let answer: TransportAnswer
    try {
      answer = await transport({
        method: call.method,
        url: baseUrl + call.path,
        headers: {
          accept: 'application/json',
          ...(call.body !== undefined && { 'content-type': 'application/json' }),
          ...call.headers,
        },
        ...(call.body !== undefined && { body: writeExactJson(call.body) }),
        signal,
      })
    } catch (error) {
      if (signal.aborted) throw timeout(what)
      const reason = reasonOf(error)
      const fail = UNSENT.has(reason) ? unreached : unavailable
      throw fail(`${what} failed: ${reason}`)
    }
    const { status, body, cut } = answer
    if (call.absent?.includes(status)) return call.answer.parse(undefined)
    if (isLater(call, status)) throw later(`${what} answered ${status}`, answer)
    // A refusal is one whatever it says, so it may be as broken as it likes.
    assertSuccess(what, status, () => namedFields(lenientUtf8.decode(body), call.body))
    if (cut) throw signal.aborted ? timeout(what) : unavailable(`${what} failed: ${reasonOf(cut)}`)
    return readAnswer(what, body, call.answer)
  }

  return {
    async send(call) {
      const { signal, stop } = startDeadline(options)
      const policy = call.idempotent ? retries.idempotent : retries.careful
      const attempt = rememberDoubts(() => circuit(() => once(call, signal)))
      return Promise.race([
        policy.execute(attempt, signal),
        // The deadline can also come between two tries, and the wait there does not hear of it.
        failWhenAborted(signal, `${provider}: ${call.method} ${call.path}`),
      ]).finally(stop)
    },
  }
}

/** Has the failure of a later try tell that one before may have been carried out. */
function rememberDoubts<T>(attempt: () => Promise<T>): () => Promise<T> {
  let mayBeDone = false
  return () =>
    attempt().catch((error: unknown) => {
      if (error instanceof ProviderError) mayBeDone = error.mayBeDone ||= mayBeDone
      throw error
    })
}

function assertSuccess(what: string, status: number, named: () => readonly string[]): void {
  if (status >= 200 && status < 300) return
  const told = `${what} answered ${status}`
  // A redirect is not followed: it would carry the API key to wherever it points.
  if (status < 400 || status >= 500 || status === 408) throw unavailable(told)
  const fields = named()
  const about = fields.length > 0 ? `${told}, naming ${fields.join(', ')}` : told
  throw new ProviderRejected('the payment provider refused the request', {}, cause(about))
}

/** Whether a status says that the same call is to be sent at another time. */
function isLater({ method, idempotent }: ProviderRequest<unknown>, status: number): boolean {
  // With a key, a conflict is one with the try before, which is still being worked on.
  const isUnderWay = status === 409 && idempotent && method === 'POST'
  return status === 429 || status === 503 || isUnderWay
}

function later(told: string, { status, headers }: TransportAnswer): ProviderUnavailable {
  // Whoever asks too often is turned away at the door; the others may be half-way in.
  const error = status === 429 ? unreached(told) : unavailable(told)
  error.retryAfterMs = readRetryAfter(headers?.['retry-after'])
  return error
}

function readAnswer<T>(what: string, body: Uint8Array, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = parseExactJson(strictUtf8.decode(body))
  } catch {
    throw unavailable(`${what} answered with something else than JSON`)
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const paths = result.error.issues.map((issue) => issue.path.join('.') || '(whole)')
  throw unavailable(`${what} answered with another shape at ${paths.join(', ')}`)
}

/**
 * Not by `AbortSignal.timeout`, which keeps its timer and all that listens when the call has long ended: at
 * thousands of calls a second that is most of what the garbage collector has to go through.
 * @returns what stops it, too
 */
function startDeadline({
  deadline,
  deadlineMs = DEADLINE_MS,
}: Pick<ProviderHttpOptions, 'deadline' | 'deadlineMs'>): { signal: AbortSignal; stop(): void } {
  if (deadline) return { signal: deadline(), stop() {} }
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), deadlineMs).unref()
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}

function failWhenAborted(signal: AbortSignal, what: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(timeout(what)), { once: true })
  })
}

function timeout(what: string): ProviderTimeout {
  const message = 'the payment provider did not answer in time'
  return new ProviderTimeout(message, {}, cause(`${what} took too long`))
}

function unavailable(what: string): ProviderUnavailable {
  return new ProviderUnavailable('the payment provider cannot be reached', {}, cause(what))
}

function unreached(what: string): ProviderUnreached {
  return new ProviderUnreached('the payment provider cannot be reached', {}, cause(what))
}

function cause(what: string): ErrorOptions {
  return { cause: new Error(what) }
}

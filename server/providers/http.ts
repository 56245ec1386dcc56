/** All that the adapters share of HTTP: deadline, retries, size limit, no redirects, and the errors. */
import { ExponentialBackoff, handleType, retry, type IBackoffFactory } from 'cockatiel'
import type { z } from 'zod'
import { ProviderRejected, ProviderTimeout, ProviderUnavailable, reasonOf } from '../errors.ts'
import { parseExactJson, writeExactJson } from '../json.ts'
import type { Transport } from '../transport.ts'
import { namedFields } from './refusal.ts'

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
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Written with exact numbers; see `exactNumber`. */
  readonly body?: unknown
  /** What the answer must look like; its JSON numbers arrive as `LosslessNumber`. */
  readonly answer: z.ZodType<T>
  /** Statuses that say that there is no such call: read as undefined, which `answer` must allow. */
  readonly absent?: readonly number[]
  /** Whether the provider does the same thing once however often it is told to. */
  readonly idempotent: boolean
}

export interface ProviderHttpOptions {
  readonly provider: string
  readonly baseUrl: string
  readonly transport: Transport
  /** Made at the start of a call, its retries included; 10 s by default. */
  readonly deadline?: () => AbortSignal
  /** The waits between tries: exponential with jitter by default. */
  readonly backoff?: IBackoffFactory<unknown>
}

const DEADLINE_MS = 10_000
const MAX_ANSWER_BYTES = 256 * 1024
const MAX_RETRIES = 2

export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const {
    provider,
    baseUrl,
    transport,
    deadline = () => AbortSignal.timeout(DEADLINE_MS),
    backoff = new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
  } = options
  const retries = retry(handleType(ProviderUnavailable), { maxAttempts: MAX_RETRIES, backoff })

  async function once<T>(call: ProviderRequest<T>, signal: AbortSignal): Promise<T> {
    const what = `${provider}: ${call.method} ${call.path}`
    let status: number
    let text: string
    try {
      const answer = await transport({
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
      status = answer.status
      // A refusal is one whatever it says, so it may be as broken as it likes.
      text = await readText(answer.body).catch((error: unknown) => {
        if (isSuccess(status)) throw error
        return ''
      })
    } catch (error) {
      if (signal.aborted) throw timeout(what)
      throw unavailable(`${what} failed: ${reasonOf(error)}`)
    }
    if (call.absent?.includes(status)) return call.answer.parse(undefined)
    assertSuccess(what, status, () => namedFields(text, call.body))
    return readAnswer(what, text, call.answer)
  }

  return {
    async send(call) {
      const signal = deadline()
      if (!call.idempotent) return once(call, signal)
      return Promise.race([
        retries.execute(() => once(call, signal), signal),
        // The deadline can also come between two tries, and the wait there does not hear of it.
        failWhenAborted(signal, `${provider}: ${call.method} ${call.path}`),
      ])
    },
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function assertSuccess(what: string, status: number, named: () => readonly string[]): void {
  if (isSuccess(status)) return
  const told = `${what} answered ${status}`
  // A redirect is not followed: it would carry the API key to wherever it points.
  if (status < 400 || status >= 500 || status === 408 || status === 429) throw unavailable(told)
  const fields = named()
  const about = fields.length > 0 ? `${told}, naming ${fields.join(', ')}` : told
  throw new ProviderRejected('the payment provider refused the request', {}, cause(about))
}

function readAnswer<T>(what: string, text: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = parseExactJson(text)
  } catch {
    throw unavailable(`${what} answered with something else than JSON`)
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const paths = result.error.issues.map((issue) => issue.path.join('.') || '(whole)')
  throw unavailable(`${what} answered with another shape at ${paths.join(', ')}`)
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is over ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
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

function cause(what: string): ErrorOptions {
  return { cause: new Error(what) }
}

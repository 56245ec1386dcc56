/** Talks to the Coinslot server; the only file of the widget that sends requests. */

/** What the client needs of its surroundings; tests pass their own. */
export interface ClientTools {
  readonly fetch: typeof fetch
  /** Runs something later; what it answers calls that off. */
  readonly after: (ms: number, run: () => void) => () => void
}

export interface Answer {
  /** A code of the server, or `network_error`, `timeout`, `invalid_response`; none is success. */
  readonly code?: string
  /** The same request may be sent again with the same idempotency key. */
  readonly retryable?: boolean
  readonly body: Readonly<Record<string, unknown>>
}

export const browserTools: ClientTools = {
  // Looked up at each call, since pages wrap it for tracing after we were loaded.
  fetch: (...request) => fetch(...request),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

const GIVE_UP_AFTER_MS = 30_000

/** Asks for the terms of a checkout. */
export function getCheckout(
  tools: ClientTools,
  call: AbortController,
  server: string,
  checkout: string,
): Promise<Answer> {
  return send(tools, call, `${server}/v1/checkouts/${encodeURIComponent(checkout)}`)
}

/** Sends one request and reads its answer to the end within the time; never throws. */
export async function send(
  { fetch, after }: ClientTools,
  call: AbortController,
  url: string,
  init?: RequestInit,
): Promise<Answer> {
  let code = 'network_error'
  const callOff = after(GIVE_UP_AFTER_MS, () => {
    code = 'timeout'
    call.abort()
  })
  try {
    const { signal } = call
    const response = await fetch(url, { ...init, credentials: 'omit', redirect: 'error', signal })
    const text = await response.text()
    // Whatever else comes is some proxy's: whether the server saw the request is unknown.
    code = 'invalid_response'
    const body = Object(JSON.parse(text)) as Answer['body']
    if (response.ok) return { body }
    if (typeof body.code === 'string') {
      return { code: body.code, retryable: isRetryable(response, body), body }
    }
  } catch {
    // No connection, no time or no JSON, as `code` says.
  } finally {
    callOff()
  }
  return { code, retryable: true, body: {} }
}

function isRetryable({ status }: Response, body: Answer['body']): boolean {
  return status === 429 || body.code === 'idempotency_in_progress' || body.retryable === true
}

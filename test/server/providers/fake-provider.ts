/** What the fakes of all providers share: a real server on loopback, a ledger, and faults on demand. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseExactJson } from '../../../server/json.ts'

/** A request as it came in; what is in the ledger really arrived. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The very text, because a parsed number is not what was written. */
  readonly rawBody: string
  /** Undefined where the text is not JSON. */
  readonly body: unknown
  readonly at: Date
}

export interface LedgerEntry extends FakeRequest {
  /** What was answered; undefined where the caller got no answer. */
  readonly status: number | undefined
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** How one request is answered instead of rightly. */
export type Fault =
  /** Refused without being carried out. */
  | { readonly kind: 'status'; readonly status: number }
  /** Sent on to another server, which keeps a ledger of its own. */
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308 }
  /** Never answered. */
  | { readonly kind: 'hang' }
  /** The socket is cut: before the request counts, or once it is carried out and the answer is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Carried out, and answered with this text. */
  | { readonly kind: 'answer'; readonly body: string; readonly status?: number }
  /** Carried out, and the socket is cut in the middle of the right answer. */
  | { readonly kind: 'truncated' }
  /** Carried out; the answer stops half-way, with the socket left open. */
  | { readonly kind: 'stall' }
  /** Carried out, and answered without an end. */
  | { readonly kind: 'endless' }

export interface FakeProvider {
  /** The provider's base URL, without a slash at its end. */
  readonly url: string
  /** Every request, in order. */
  readonly ledger: readonly LedgerEntry[]
  /** What arrived at the server that redirects lead to. */
  readonly elsewhere: readonly FakeRequest[]
  /** The bytes that the endless answers have put on the wire. */
  readonly endlessBytes: number
  /** Meets each of the next requests with one of these faults, in this order. */
  next(...faults: readonly Fault[]): void
  /** Forgets the faults that no request has met yet. */
  heal(): void
  /** Resolves when the next request is in the ledger, answered or not. */
  arrival(): Promise<LedgerEntry>
  close(): Promise<void>
}

/** What the right answer is; may keep state of its own. */
export type Handle = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>

const CHUNK = Buffer.alloc(64 * 1024, '"')

export async function startFakeProvider(handle: Handle): Promise<FakeProvider> {
  const ledger: LedgerEntry[] = []
  const elsewhere: FakeRequest[] = []
  const faults: Fault[] = []
  const waiting: ((entry: LedgerEntry) => void)[] = []
  let endlessBytes = 0

  const other = await listen(async (incoming, answer) => {
    elsewhere.push(await readRequest(incoming))
    answer.writeHead(200).end()
  })

  const server = await listen(async (incoming, answer) => {
    const request = await readRequest(incoming)
    const fault = faults.shift()
    if (fault?.kind === 'reset' && fault.when === 'before') return void incoming.socket.destroy()

    const right = isCarriedOut(fault) ? await handle(request) : undefined
    const told = toAnswer(fault, right, `${urlOf(other)}${request.path}`)
    const entry = { ...request, status: told?.status }
    ledger.push(entry)
    for (const resolve of waiting.splice(0)) resolve(entry)

    if (told) return void answer.writeHead(told.status, told.headers).end(told.body)
    if (fault?.kind === 'reset') return void incoming.socket.destroy()
    if (fault?.kind === 'truncated' && right)
      return void sendHalf(answer, right, () => incoming.socket.destroy())
    if (fault?.kind === 'stall' && right) return void sendHalf(answer, right)
    if (fault?.kind === 'endless') sendWithoutEnd(answer, (bytes) => (endlessBytes += bytes))
  })

  return {
    url: urlOf(server),
    ledger,
    elsewhere,
    get endlessBytes() {
      return endlessBytes
    },
    next: (...more) => void faults.push(...more),
    heal: () => void faults.splice(0),
    arrival: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      await Promise.all([stop(server), stop(other)])
    },
  }
}

export function jsonAnswer(status: number, body: unknown): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

/** A body with its numbers in the digits that were sent: as floats, amounts that differ may be the same. */
export function readExact<Body>({ rawBody }: FakeRequest): Body {
  return parseExactJson(rawBody) as Body
}

/** The right request carried out, and answered with this. */
export function answerWith(body: unknown): Fault {
  return { kind: 'answer', body: JSON.stringify(body) }
}

/** Answers that are no provider's, each with the request carried out. */
export const foreignAnswers: Readonly<Record<string, Fault>> = {
  'no body': { kind: 'answer', body: '' },
  'something else than JSON': { kind: 'answer', body: '<html>maintenance</html>' },
  null: answerWith(null),
}

function isCarriedOut(fault: Fault | undefined): boolean {
  return !fault || ['reset', 'answer', 'truncated', 'stall', 'endless'].includes(fault.kind)
}

/** The whole answer that is told; undefined where none is, or only a part. */
function toAnswer(
  fault: Fault | undefined,
  right: FakeAnswer | undefined,
  redirectTo: string,
): FakeAnswer | undefined {
  switch (fault?.kind) {
    case undefined:
      return right
    case 'status':
      // Some providers quote the request in their errors; nothing of it may go further.
      return jsonAnswer(fault.status, { error: ERROR_CANARY })
    case 'redirect':
      return { status: fault.status, headers: { location: redirectTo }, body: ERROR_CANARY }
    case 'answer':
      return { status: right?.status ?? 200, ...fault }
    default:
      return undefined
  }
}

/** Stands in each error that the fakes answer with. */
export const ERROR_CANARY = 'words-of-the-provider-that-nobody-may-see'

function sendHalf(
  answer: ServerResponse,
  { status, headers, body }: FakeAnswer,
  then?: () => void,
): void {
  answer.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  answer.write(body.slice(0, body.length / 2), then)
}

function sendWithoutEnd(answer: ServerResponse, count: (bytes: number) => void): void {
  answer.writeHead(200, { 'content-type': 'application/json' })
  const more = () => {
    while (!answer.destroyed) {
      count(CHUNK.byteLength)
      if (!answer.write(CHUNK)) return
    }
  }
  answer.on('drain', more).on('error', () => undefined)
  more()
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const rawBody = Buffer.concat(chunks).toString('utf8')
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    rawBody,
    body: readJson(rawBody),
    at: new Date(),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function listen(
  listener: (...parts: Parameters<RequestListener>) => Promise<void>,
): Promise<Server> {
  const server = createServer((incoming, answer) => {
    // A caller that hangs up in mid-request is no failure of the fake's.
    listener(incoming, answer).catch(() => incoming.socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

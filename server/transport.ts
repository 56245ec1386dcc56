/** How bytes go to another server: by undici's dispatch. Its request costs an eighth of the global fetch, and this less still. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
// By its file: Bun has an `undici` of its own, which asks no one where it may connect to.
import { Agent, buildConnector, type Dispatcher } from 'undici/index.js'

export interface TransportRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** How much is read of the answer's body; by default as much as an answer or a page in its place has. */
  readonly maxBytes?: number
}

export interface TransportAnswer {
  readonly status: number
  /** By name in lower case; left out by a transport that has none to tell. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  /** What came of it, with no more than the asked bytes. */
  readonly body: Uint8Array
  /** Why that is not all: `AnswerTooLong`, a connection that broke, or what the signal was aborted for. */
  readonly cut?: Error
}

/**
 * Sends one request; never follows a redirect, because an API key would go with it.
 * @throws where not even a status came
 */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>

export interface TransportOptions {
  /** Which addresses may be connected to; every one by default. */
  readonly mayConnectTo?: (address: string) => boolean
  /** Finds all addresses of a name that are then checked; the system's by default. */
  readonly resolve?: Resolve
}

export type Resolve = (
  name: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

/** A host has an address that may not be connected to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** There is more of an answer than was to be read. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
}

const CONNECT_MS = 5_000
const MAX_BYTES = 256 * 1024

export function createTransport(options: TransportOptions = {}): Transport {
  const dispatcher = new Agent({ keepAliveTimeout: 10_000, connect: createConnector(options) })
  return (request) =>
    new Promise((resolve, reject) => {
      const { method, headers, body = null, signal } = request
      const { origin, pathname, search } = new URL(request.url)
      signal.throwIfAborted()
      const reader = createReader(request, resolve, reject)
      dispatcher.dispatch(
        { origin, path: pathname + search, method: method as 'GET', headers, body },
        reader,
      )
    })
}

/** Reads one answer; what comes of it is told once. */
function createReader(
  { signal, maxBytes = MAX_BYTES }: TransportRequest,
  resolve: (answer: TransportAnswer) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const chunks: Uint8Array[] = []
  let left = maxBytes
  let head: Pick<TransportAnswer, 'status' | 'headers'> | undefined
  let connection: Dispatcher.DispatchController | undefined

  function end(cut?: Error): void {
    signal.removeEventListener('abort', giveUp)
    if (head) resolve({ ...head, body: Buffer.concat(chunks), ...(cut && { cut }) })
    else reject(cut!)
  }

  function giveUp(): void {
    if (connection) connection.abort(signal.reason)
    // Still without a connection; it is not sent once there is one.
    else end(signal.reason)
  }

  signal.addEventListener('abort', giveUp)
  return {
    onRequestStart(controller) {
      if (signal.aborted) controller.abort(signal.reason)
      else connection = controller
    },
    onResponseStart(_, status, headers) {
      // Before the answer there can be others, such as 103 Early Hints.
      if (status >= 200) head = { status, headers }
    },
    onResponseData(controller, chunk) {
      chunks.push(chunk.subarray(0, left))
      left -= chunk.byteLength
      if (left < 0) controller.abort(new AnswerTooLong(`there are more than ${maxBytes} bytes`))
    },
    onResponseEnd: () => end(),
    onResponseError: (_, error) => end(error),
  }
}

/**
 * Connects to addresses that have been checked, and to no others: the lookup that is checked is the
 * one that is connected to, so that a name cannot lead elsewhere the second time it is asked for.
 */
function createConnector({ mayConnectTo, resolve }: TransportOptions): buildConnector.connector {
  if (!mayConnectTo) return buildConnector({ timeout: CONNECT_MS })
  const lookup = createCheckedLookup(mayConnectTo, resolve)
  const connect = buildConnector({ timeout: CONNECT_MS, lookup })
  return function connectChecked(target, callback) {
    // An address that is written out is never looked up.
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) === 0 || mayConnectTo(host)) connect(target, callback)
    else callback(new AddressRefused('this address may not be connected to'), null)
  }
}

function createCheckedLookup(
  mayConnectTo: (address: string) => boolean,
  resolve: Resolve = (name, callback) => systemLookup(name, { all: true }, callback),
): LookupFunction {
  return function checkedLookup(name, { all }, callback) {
    resolve(name, (error, addresses) => {
      if (error) return callback(error, [])
      const [first] = addresses
      if (!first || !addresses.every(({ address }) => mayConnectTo(address))) {
        return callback(
          new AddressRefused('the name has an address that may not be connected to'),
          [],
        )
      }
      if (all) return callback(null, [...addresses])
      callback(null, first.address, first.family)
    })
  }
}

/** How bytes go to another server: undici's request, which costs an eighth of the global fetch. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
// By its file: Bun has an `undici` of its own, which asks no one where it may connect to.
import { Agent, buildConnector, request } from 'undici/index.js'

export interface TransportRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

export interface TransportAnswer {
  readonly status: number
  /** By name in lower case; left out by a transport that has none to tell. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request; never follows a redirect, because an API key would go with it. */
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

const CONNECT_MS = 5_000

export function createTransport(options: TransportOptions = {}): Transport {
  const dispatcher = new Agent({ keepAliveTimeout: 10_000, connect: createConnector(options) })
  return async ({ url, method, headers, body, signal }) => {
    const answer = await request(url, {
      method: method as 'GET',
      headers,
      body: body ?? null,
      signal,
      dispatcher,
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
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

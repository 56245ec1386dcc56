/** Who sent a request, as far as that can be known: the address that limits are counted by. */
import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where a request came from: the address of the connection's other end, which may be a proxy. */
export interface RequestSource {
  readonly address?: string | undefined
  /** What Node's server has, and `@hono/node-server` passes on. */
  readonly incoming?: {
    readonly socket: { readonly remoteAddress?: string | undefined }
    readonly readableDidRead?: boolean
    /** The bytes of the body, where something that has read them has kept them. */
    readonly rawBody?: unknown
  }
}

/** What servers pass on beside a request: the above, or the words of `Deno.serve` or `Bun.serve`. */
export type ServerSource =
  | RequestSource
  | { readonly remoteAddr: { readonly hostname?: string } }
  | { requestIP(request: Request): { readonly address: string } | null }

export function sourceOf(request: Request, source: ServerSource = {}): RequestSource {
  if ('remoteAddr' in source) return { address: source.remoteAddr.hostname }
  // Bun's server also has an `address`, which is its own.
  if ('requestIP' in source) return { address: source.requestIP(request)?.address }
  return source
}

/** Whoever has an IPv6 address has a network of this size, and may use another one each time. */
const NETWORK_BITS = 64

/**
 * The client's address, or its network where it is IPv6; undefined where nothing tells it. Each proxy
 * adds to the right of `X-Forwarded-For` whom it heard from, so what stands further left than our own
 * proxies reach was written by whoever liked to. Where no address stands there, the connection's counts.
 * @param hops how many proxies of the merchant's own a request passes; with 0 no header is believed
 */
export function findClientAddress(
  source: RequestSource | undefined,
  forwardedFor: string | undefined,
  hops: number,
): string | undefined {
  const forwarded = hops > 0 ? forwardedFor?.split(',').at(-hops) : undefined
  return readAddress(forwarded) ?? readAddress(addressOf(source))
}

function addressOf(source: RequestSource | undefined): string | undefined {
  return source?.address ?? source?.incoming?.socket.remoteAddress
}

function readAddress(text = ''): string | undefined {
  const written = withoutPort(text.trim())
  // What a socket that listens for both kinds says of nearly everybody.
  const plain = written.startsWith('::ffff:') ? written.slice('::ffff:'.length) : written
  if (isIPv4(plain)) return plain
  if (isIP(written) === 0) return undefined
  // An IPv4 address is the same one when it is written as an IPv6 address.
  const address = ipaddr.process(written)
  return address instanceof ipaddr.IPv4
    ? address.toString()
    : ipaddr.IPv6.networkAddressFromCIDR(`${written}/${NETWORK_BITS}`).toString()
}

/** Some proxies write `192.0.2.1:1234` and `[2001:db8::1]:1234`. */
function withoutPort(text: string): string {
  const [, ipv6, ipv4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? []
  return ipv6 ?? ipv4 ?? text
}

/** What a request must be before any handler sees it: origin, content type, size, key, shape. */
import type { Context, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import { findClientAddress, type RequestSource } from '../client-address.ts'
import type { Config } from '../config.ts'
import {
  BodyAlreadyRead,
  IdempotencyKeyInvalid,
  IdempotencyKeyMissing,
  InvalidRequest,
  NotFound,
  OriginNotAllowed,
  PayloadTooLarge,
  UnsupportedMediaType,
} from '../errors.ts'
import { DuplicateKey, parseJson } from '../json.ts'
import { isLoopback } from '../safe-url.ts'

export interface Variables {
  requestId: string
  idempotencyKey: string
}
export type Env = { Bindings: RequestSource; Variables: Variables }

const MAX_REPORTED_ERRORS = 20

/**
 * Whether pages of this origin may call: those on the list, and the server's own. The address that a
 * request came by says nothing of the latter, because DNS rebinding makes it that of any page; only a
 * server on this machine may be called by each of the machine's names.
 */
export function isOriginAllowed(
  origin: string,
  c: Context,
  { origins, publicUrl }: Pick<Config, 'origins' | 'publicUrl'>,
): boolean {
  const own = new URL(publicUrl)
  if (origins.includes(origin) || origin === own.origin) return true
  const called = new URL(c.req.url)
  return origin === called.origin && isLoopback(called.hostname) && isLoopback(own.hostname)
}

/** Whose request it is, for limits. */
export function addressOf(
  c: Context<Env>,
  { trustedProxyHops }: Pick<Config, 'trustedProxyHops'>,
): string | undefined {
  return findClientAddress(c.env, c.req.header('X-Forwarded-For'), trustedProxyHops)
}

/**
 * Refuses pages that are not on the list. CORS alone would only hide the answer from them: the request
 * would be carried out. Without an `Origin` it is no browser's.
 */
export function requireOrigin(config: Config): MiddlewareHandler<Env> {
  return function requireOrigin(c, next) {
    const origin = c.req.header('Origin')
    const isAllowed = origin === undefined ? !isForeign(c) : isOriginAllowed(origin, c, config)
    if (!isAllowed) throw new OriginNotAllowed()
    return next()
  }
}

/**
 * Refuses what another site's page makes a browser load as a picture, a script, a style or a beacon: it
 * could not read it, but might learn from whether, or how fast, it is there.
 */
export const refuseEmbedding: MiddlewareHandler<Env> = function refuseEmbedding(c, next) {
  if (isForeign(c) && c.req.header('Sec-Fetch-Mode') === 'no-cors') throw new OriginNotAllowed()
  return next()
}

/** No payment's id has a NUL, and PostgreSQL fails on a text that has one. */
export const refuseNul: MiddlewareHandler<Env> = function refuseNul(c, next) {
  if (c.req.path.includes('\0')) throw new NotFound()
  return next()
}

/** Nobody logs in here, and of an address that names a user no `Request` can be made, so that reading a body fails. */
export const refuseUser: MiddlewareHandler<Env> = function refuseUser(c, next) {
  if (/^[a-z]+:\/\/[^/?#]*@/.test(c.req.url)) throw new NotFound()
  return next()
}

/** What the browser itself says of the page, and no page can change; older browsers say nothing. */
function isForeign(c: Context<Env>): boolean {
  return /^(cross|same)-site$/.test(c.req.header('Sec-Fetch-Site') ?? '')
}

/** A form or a text/plain body could be sent by any page without a preflight; this one cannot. */
export const requireJson: MiddlewareHandler<Env> = function requireJson(c, next) {
  const type = c.req.header('Content-Type') ?? ''
  const encoding = c.req.header('Content-Encoding') ?? 'identity'
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== 'identity') {
    throw new UnsupportedMediaType()
  }
  return next()
}

/** A webhook's signature is of bytes: what a body parser has made of them is no substitute. */
export const requireUnreadBody: MiddlewareHandler<Env> = function requireUnreadBody(c, next) {
  const { incoming } = c.env
  const isRead = incoming
    ? incoming.readableDidRead === true && !Buffer.isBuffer(incoming.rawBody)
    : c.req.raw.bodyUsed
  if (isRead) throw new BodyAlreadyRead()
  return next()
}

export function limitBody(maxSize: number): MiddlewareHandler<Env> {
  return async function limitBody(c, next) {
    const told = c.req.header('Content-Length')
    // Only what does not say how long it is has to be measured, for which a stream is made of it.
    if (told === undefined || c.req.header('Transfer-Encoding') !== undefined) {
      const { url, method, headers } = c.req.raw
      c.req.raw = new Request(url, { method, headers, body: await readUpTo(maxSize, c.req.raw) })
    } else if (!(Number(told) <= maxSize)) {
      throw new PayloadTooLarge(maxSize)
    }
    await next()
  }
}

/**
 * Not by Hono's `bodyLimit`, which makes a request out of the one that came: it fails on one of Node's that
 * is none of the global class, as it is where this server is a guest.
 * @throws PayloadTooLarge
 */
async function readUpTo(maxSize: number, { body }: Request): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (!value) return new Uint8Array(Buffer.concat(chunks))
    size += value.byteLength
    if (size > maxSize) throw new PayloadTooLarge(maxSize)
    chunks.push(value)
  }
}

/** Two such headers arrive joined by a comma, which is no character of a key. */
export const requireIdempotencyKey: MiddlewareHandler<Env> = function requireIdempotencyKey(
  c,
  next,
) {
  const header = c.req.header('Idempotency-Key')
  if (header === undefined) throw new IdempotencyKeyMissing()
  // The IETF draft has it as a quoted string, most clients send it bare: both are the same key.
  const key = /^(?:"([\w-]{16,255})"|([\w-]{16,255}))$/.exec(header)
  if (!key) throw new IdempotencyKeyInvalid()
  c.set('idempotencyKey', key[1] ?? key[2] ?? '')
  return next()
}

/**
 * Reads the body against a schema.
 * @throws InvalidRequest with every problem, each with its path
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const result = schema.safeParse(readJson(await c.req.arrayBuffer()))
  if (result.success) return result.data
  const errors = result.error.issues
    .slice(0, MAX_REPORTED_ERRORS)
    .map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new InvalidRequest(errors)
}

function readJson(bytes: ArrayBuffer): unknown {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return parseJson(decoder.decode(bytes))
  } catch (error) {
    // A parser's own words may quote the body; only ours are told.
    const message = error instanceof DuplicateKey ? error.message : 'is not JSON'
    throw new InvalidRequest([{ path: '', message }])
  }
}

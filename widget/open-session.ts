/** Remembers which session a buyer has left open, for when he comes back: its id and sum, and nothing of him. */
import type { CheckoutOptions } from './checkout-controller.ts'
import { readOffer } from './offer.ts'

export interface OpenSession {
  readonly id: string
  /** Decimal string. */
  readonly amount: string
  readonly currency: string
  /** ISO 8601. */
  readonly expiresAt: string
  /** Whether the provider was told of a buyer, who may have been another. */
  readonly hasCustomer: boolean
}

type Sessions = Readonly<Record<string, OpenSession>>

/** In `localStorage`, so that all tabs know the same. */
const NAME = 'coinslot-open-sessions'

/** Whether there is anything to recall; without waiting, since most buyers come for the first time. */
export function hasOpenSessions(): boolean {
  return Object.keys(read()).length > 0
}

export async function recallSession(options: CheckoutOptions): Promise<OpenSession | undefined> {
  const name = await nameOf(options)
  const session = name ? read()[name] : undefined
  return session && isAhead(session.expiresAt) ? session : undefined
}

/** Keeps a session in place of the one before; without one, forgets that. */
export async function keepSession(options: CheckoutOptions, session?: OpenSession): Promise<void> {
  const name = await nameOf(options)
  if (!name) return
  const { [name]: _, ...others } = read()
  const sessions = Object.entries(session ? { ...others, [name]: session } : others)
  write(Object.fromEntries(sessions.filter(([, kept]) => isAhead(Object(kept).expiresAt))))
}

export function isAhead(expiresAt: unknown): boolean {
  return typeof expiresAt === 'string' && Date.parse(expiresAt) > Date.now()
}

function read(): Sessions {
  try {
    return Object(JSON.parse(localStorage.getItem(NAME) ?? '{}')) as Sessions
  } catch {
    // Not there, not allowed, or somebody else's.
    return {}
  }
}

function write(sessions: Sessions): void {
  try {
    if (Object.keys(sessions).length) localStorage.setItem(NAME, JSON.stringify(sessions))
    else localStorage.removeItem(NAME)
  } catch {
    // The buyer gets a second session, which is no more than two clicks on two devices give.
  }
}

/** A name for what is paid for, which tells nothing of it; the same in all tabs. */
async function nameOf(options: CheckoutOptions): Promise<string | undefined> {
  const { server, checkout, offer, clientReferenceId, locale } = options
  const identity = [server, checkout, offer && orderOf(offer), clientReferenceId, locale]
  const bytes = new TextEncoder().encode(JSON.stringify(identity))
  // Only secure pages have it; others have nothing to remember by.
  const subtle = crypto.subtle as SubtleCrypto | undefined
  const digest = await subtle?.digest('SHA-256', bytes)
  return digest && btoa(String.fromCharCode(...new Uint8Array(digest)))
}

/** What an offer is for: shops sign the same anew for every visit. One that names a buyer stands for itself. */
function orderOf(offer: string): unknown {
  const { iat: _iat, exp: _exp, nbf: _nbf, jti: _jti, ...order } = readOffer(offer)
  return order['customer'] === undefined ? order : offer
}

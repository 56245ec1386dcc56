/** Watching one payment: asks the server until its status is final, ever less often. */
import type { Session, SessionStatus } from '../server/contract/schemas.ts'

export type Sighting =
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable' }

const FINAL: ReadonlySet<SessionStatus> = new Set([
  'paid',
  'failed',
  'canceled',
  'expired',
  'refunded',
])

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000
const GROWTH = 1.5
const PATIENCE_MS = 4 * 60_000
const ANSWER_WITHIN_MS = 10_000

/** Whether nothing more will be seen: the status is final, or there is no such session. */
export function isLast(sighting: Sighting): boolean {
  if (sighting.kind === 'session') return FINAL.has(sighting.session.status)
  return sighting.kind === 'unknown'
}

/** Yields what is seen at each look; ends after the last one, or when patience is at its end. */
export async function* watchSession(id: string): AsyncGenerator<Sighting, void> {
  const started = performance.now()
  let waitMs = FIRST_WAIT_MS
  while (true) {
    const sighting = await look(id)
    yield sighting
    if (isLast(sighting) || performance.now() - started > PATIENCE_MS) return
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    waitMs = Math.min(waitMs * GROWTH, LONGEST_WAIT_MS)
  }
}

async function look(id: string): Promise<Sighting> {
  try {
    const response = await fetch(`/v1/sessions/${encodeURIComponent(id)}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (response.status === 404) return { kind: 'unknown' }
    if (!response.ok) return { kind: 'unreachable' }
    return { kind: 'session', session: (await response.json()) as Session }
  } catch {
    return { kind: 'unreachable' }
  }
}

/** Watches one payment session until its status is final: told by the server, or by asking ever less often. */
import type { Session } from '../server/contract/schemas.ts'
import { send, type ClientTools } from './client.ts'

/** What is seen of a session: itself, that there is none, or that nobody answers. */
export type Sighting = Session | 'unknown' | 'unreachable'

/** What the watch needs of its surroundings; tests pass their own. */
export interface WatchTools extends ClientTools {
  readonly openStream: (url: string) => EventSource
  /** From 0 up to 1. */
  readonly random: () => number
}

// A proxy may hold a stream back for ever, without an error.
const SILENT_AFTER_MS = 6_000
const LOST_AFTER_ERRORS = 3
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

const STATUSES = ['pending', 'processing', 'paid', 'failed', 'canceled', 'expired', 'refunded']

/** Whether nothing more is to come. */
export function isFinal(sighting: Sighting): boolean {
  if (typeof sighting === 'string') return sighting === 'unknown'
  return STATUSES.indexOf(sighting.status) > 1
}

/** Calls `see` with each sighting, until the last one or until the returned function is called. */
export function watchSession(
  url: string,
  tools: WatchTools,
  see: (sighting: Sighting) => void,
): () => void {
  const watch = new AbortController()
  void isToldAll(`${url}/events`, tools, see, watch.signal)
    // Not an address that can be asked at all, as the first poll will say.
    .catch(() => false)
    .then((isOver) => (isOver ? undefined : poll(url, tools, see, watch.signal)))
  return () => watch.abort()
}

/** Follows the stream; answers whether all was said, or else that there is no stream to be had. */
function isToldAll(
  url: string,
  { openStream, after }: WatchTools,
  see: (sighting: Sighting) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = openStream(url)
    const end = (isOver: boolean) => {
      stream.close()
      isHeard()
      resolve(isOver)
    }
    const isHeard = after(SILENT_AFTER_MS, () => end(false))
    let errors = 0
    stream.addEventListener('session', ({ data }: MessageEvent<string>) => {
      const session = readSession(data)
      if (!session) return end(false)
      isHeard()
      errors = 0
      see(session)
      if (isFinal(session)) end(true)
    })
    stream.addEventListener('error', () => {
      const isClosed = stream.readyState === EventSource.CLOSED
      if (isClosed || ++errors === LOST_AFTER_ERRORS) end(false)
    })
    signal.addEventListener('abort', () => end(true))
  })
}

/** Asks until there is nothing more to come; the waits grow, and differ so that buyers do not ask in step. */
async function poll(
  url: string,
  tools: WatchTools,
  see: (sighting: Sighting) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const sighting = await look(url, tools, signal)
    if (signal.aborted) return
    see(sighting)
    if (isFinal(sighting)) return
    await pause(wait * (0.5 + tools.random() / 2), tools, signal)
    if (signal.aborted) return
  }
}

function pause(ms: number, { after }: WatchTools, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      callOff()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const callOff = after(ms, end)
    signal.addEventListener('abort', end)
  })
}

async function look(url: string, tools: WatchTools, signal: AbortSignal): Promise<Sighting> {
  const call = new AbortController()
  const stop = () => call.abort()
  signal.addEventListener('abort', stop)
  const { code, body } = await send(tools, call, url)
  signal.removeEventListener('abort', stop)
  if (code) return code.endsWith('not_found') ? 'unknown' : 'unreachable'
  return toSession(body) ?? 'unreachable'
}

function readSession(text: string): Session | undefined {
  try {
    return toSession(Object(JSON.parse(text)))
  } catch {
    return undefined
  }
}

function toSession(body: Readonly<Record<string, unknown>>): Session | undefined {
  return STATUSES.includes(String(body.status)) ? (body as unknown as Session) : undefined
}

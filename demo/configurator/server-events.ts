/** Logs what the demo's server sees of one session, which this page has made. */
import type { TraceEntry } from '../../server/demo/trace.ts'
import { addToLog, type LogEntry } from './log.ts'

/** @returns what ends it */
export function logServer(sessionId: string): () => void {
  const source = new EventSource(`/demo/sessions/${encodeURIComponent(sessionId)}/trace`)
  source.addEventListener('trace', ({ data }: MessageEvent<string>) => {
    const entry = JSON.parse(data) as TraceEntry
    // It came before what it made happen in the same millisecond.
    const at = Date.parse(entry.at) - (entry.kind === 'webhook' ? 0.5 : 0)
    addToLog({ lane: 'server', kind: entry.kind, at, ...described(entry) })
  })
  return () => source.close()
}

function described(entry: TraceEntry): Pick<LogEntry, 'name' | 'facts' | 'mood'> {
  switch (entry.kind) {
    case 'request':
      return {
        name: `${entry.method} ${entry.path}`,
        facts: [['answered', String(entry.status)], ...Object.entries(entry.body).map(toFact)],
      }
    case 'webhook':
      return {
        name: entry.type,
        facts: [
          ['from', `${entry.provider}, verified`],
          ['amount', `${entry.amount} ${entry.currency}`],
        ],
      }
    case 'session':
      return { name: entry.status, facts: exceptionOf(entry), mood: moodOf(entry) }
    case 'notification':
      return {
        name: entry.type,
        facts: [['status', entry.status], ...exceptionOf(entry)],
        mood: moodOf(entry),
      }
  }
}

interface Stand {
  readonly status: string
  readonly exception: string | null
}

function exceptionOf({ exception }: Stand): [string, string][] {
  return exception ? [['for a person to look into', exception]] : []
}

function moodOf({ status, exception }: Stand): LogEntry['mood'] {
  if (exception || ['failed', 'expired', 'canceled'].includes(status)) return 'bad'
  return status === 'paid' ? 'good' : undefined
}

function toFact([name, value]: [string, unknown]): [string, string] {
  return [name, Array.isArray(value) ? value.join(', ') : String(value)]
}

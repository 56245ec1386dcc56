/** What can be watched of the server from outside, whoever watches: metrics, traces, or nobody. */
import type { MiddlewareHandler } from 'hono'
import {
  ProviderLetAlone,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
} from '../errors.ts'
import type { PaymentProvider } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'
import type { Sessions } from '../sessions.ts'

export type Operation = 'create' | 'update' | 'find' | 'ask'

export interface ProviderOperation {
  readonly provider: string
  readonly operation: Operation
}

/** What a call to a provider came to. */
export type Outcome = 'ok' | 'rejected' | 'unavailable' | 'timeout' | 'let_alone' | 'error'

/** Every method is called with names that are in the code or the configuration, and never with what was sent. */
export interface Observer {
  /** Around all requests, where it has something to do with them. */
  readonly middleware?: MiddlewareHandler
  /** Does the work, and answers or throws as it does. */
  call?<T>(what: ProviderOperation, work: () => Promise<T>): Promise<T>
  /** A provider is let alone, or answers again. */
  circuit?(provider: string, isOpen: boolean): void
  /** A session was opened, for a configured checkout or for an offer that names none. */
  opened?(checkout: string | null): void
  /** The status of a session, or what is exceptional about it, has changed. */
  changed?(session: SessionRecord): void
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof ProviderLetAlone) return 'let_alone'
  if (error instanceof ProviderTimeout) return 'timeout'
  if (error instanceof ProviderUnavailable) return 'unavailable'
  return error instanceof ProviderRejected ? 'rejected' : 'error'
}

/** The adapter, whose calls are watched. */
export function observeAdapter(
  adapter: PaymentProvider,
  observers: readonly Observer[],
): PaymentProvider {
  const { id: provider, findSession, updateSession, fetchReport } = adapter
  const watching = observers.filter(({ call }) => call)
  if (watching.length === 0) return adapter

  function around<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const all = watching.reduceRight(
      (inner, observer) => () => observer.call!({ provider, operation }, inner),
      work,
    )
    return all()
  }

  return {
    ...adapter,
    createSession: (order, call) => around('create', () => adapter.createSession(order, call)),
    ...(findSession && { findSession: (call) => around('find', () => findSession(call)) }),
    ...(updateSession && {
      updateSession: (reference, order, call) =>
        around('update', () => updateSession(reference, order, call)),
    }),
    ...(fetchReport && {
      fetchReport: (reference) => around('ask', () => fetchReport(reference)),
    }),
  }
}

/** The sessions, of which each that is opened is told. */
export function observeSessions(sessions: Sessions, observers: readonly Observer[]): Sessions {
  if (!observers.some(({ opened }) => opened)) return sessions
  return {
    ...sessions,
    async create(body, caller) {
      const answer = await sessions.create(body, caller)
      if (answer.status === 201 && !answer.replayed) {
        const { checkout } = JSON.parse(answer.body) as { checkout: string | null }
        for (const observer of observers) observer.opened?.(checkout)
      }
      return answer
    },
  }
}

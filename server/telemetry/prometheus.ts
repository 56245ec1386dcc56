/** Metrics for Prometheus. Every label is one of a few words that are in the code or the configuration. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { version as VERSION } from '../version.ts'
import { outcomeOf, type Observer } from './observe.ts'

export interface MetricsSources {
  readonly providers: Iterable<string>
  /** How many follow a session. */
  countStreams(): number
  /** How many messages are still to be told, by whom they are for. */
  countMessages(): Promise<ReadonlyMap<string, number>>
}

export interface Metrics extends Observer {
  readonly registry: Registry
}

export const PREFIX = 'coinslot_'

export function createMetrics({ providers, countStreams, countMessages }: MetricsSources): Metrics {
  const version = new Gauge({
    ...named('build_info', 'The version that runs.'),
    labelNames: ['version'],
  })
  const opened = new Counter({
    ...named('sessions_opened_total', 'Payment sessions opened; without a checkout: of an offer.'),
    labelNames: ['checkout'],
  })
  const changes = new Counter({
    ...named('session_changes_total', 'Changes of a session: its status and flag from then on.'),
    labelNames: ['provider', 'status', 'exception'],
  })
  const calls = new Histogram({
    ...named('provider_call_duration_seconds', 'Calls to providers, their retries included.'),
    labelNames: ['provider', 'operation', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  })
  const circuits = new Gauge({
    ...named('provider_circuit_open', '1 while a provider is let alone because it fails.'),
    labelNames: ['provider'],
  })
  const streams = new Gauge({
    ...named('event_streams', 'Who follows a session at this moment.'),
    collect() {
      this.set(countStreams())
    },
  })
  const messages = new Gauge({
    ...named('outbox_messages', 'Messages that are still to be told, in the whole database.'),
    labelNames: ['destination'],
    async collect() {
      this.reset()
      // Where the database is away, the others are all the more of interest.
      const counts = await countMessages().catch(() => new Map<string, number>())
      for (const [destination, count] of counts) this.set({ destination }, count)
    },
  })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const metric of [version, opened, changes, calls, circuits, streams, messages]) {
    registry.registerMetric<string>(metric)
  }
  version.set({ version: VERSION }, 1)
  for (const provider of providers) circuits.set({ provider }, 0)

  return {
    registry,
    async call({ provider, operation }, work) {
      const end = calls.startTimer({ provider, operation })
      try {
        const value = await work()
        end({ outcome: 'ok' })
        return value
      } catch (error) {
        end({ outcome: outcomeOf(error) })
        throw error
      }
    },
    circuit: (provider, isOpen) => circuits.set({ provider }, isOpen ? 1 : 0),
    opened: (checkout) => opened.inc({ checkout: checkout ?? '' }),
    changed: ({ provider, status, exception }) =>
      changes.inc({ provider, status, exception: exception ?? '' }),
  }
}

/** All of them are in one registry of their own, beside any that the process has. */
function named(name: string, help: string) {
  return { name: PREFIX + name, help, registers: [] }
}

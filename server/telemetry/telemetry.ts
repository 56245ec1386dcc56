/** Who watches the server, as the configuration says; what nobody asked for is not even loaded. */
import type { Hono } from 'hono'
import { ConfigurationError, type Config } from '../config.ts'
import type { Env } from '../routes/guards.ts'
import type { MetricsSources } from './prometheus.ts'
import type { Observer } from './observe.ts'

export interface Telemetry {
  readonly observers: readonly Observer[]
  /** Answers `/metrics`. */
  readonly metrics: Hono<Env> | undefined
}

/** @throws ConfigurationError where a package is missing */
export async function createTelemetry(
  { metrics: configured, traces, providers }: Pick<Config, 'metrics' | 'traces' | 'providers'>,
  sources: Omit<MetricsSources, 'providers'>,
): Promise<Telemetry> {
  const observers: Observer[] = traces ? [await loadTraces()] : []
  if (!configured) return { observers, metrics: undefined }
  const [{ createMetrics }, { countRequests, metricsRoutes }] = await Promise.all([
    import('./prometheus.ts'),
    import('../routes/metrics.ts'),
  ])
  const metrics = createMetrics({ providers: providers.keys(), ...sources })
  observers.push(metrics, { middleware: countRequests(metrics.registry) })
  return { observers, metrics: metricsRoutes(metrics.registry, configured.token) }
}

async function loadTraces(): Promise<Observer> {
  try {
    const { createTraces } = await import('./traces.ts')
    return createTraces()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const packages = '@hono/otel @opentelemetry/api'
    throw new ConfigurationError([`traces: packages are missing: npm install ${packages}`])
  }
}

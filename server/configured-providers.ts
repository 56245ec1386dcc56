/** Makes the configured providers ready to be called: addresses, secrets, and the hosts of their pages. */
import type { Config, ProviderConfig } from './config.ts'
import type { CustomerPart } from './contract/schemas.ts'
import type { Log } from './log.ts'
import { createProviderHttp, type ProviderHttpOptions } from './providers/http.ts'
import type { PaymentProvider } from './providers/provider.ts'
import { isLoopback } from './safe-url.ts'
import { observeAdapter, type Observer } from './telemetry/observe.ts'
import type { Transport } from './transport.ts'

/** A provider that is ready to be called, with what is known of it beside its adapter. */
export interface ConfiguredProvider {
  readonly adapter: PaymentProvider
  readonly test: boolean
  readonly redirectHosts: readonly string[]
  /** What of the customer must be known before it can be called. */
  readonly needsCustomer?: readonly CustomerPart[] | undefined
}

export interface ProviderSurroundings {
  readonly transport: Transport
  /** Deadline, waits and circuit of the calls to providers, where they are not to be the usual ones. */
  readonly timing?: ProviderTiming | undefined
  readonly log: Log
  /** Where this very process can be reached, for the provider that it contains. */
  readonly selfUrl: string
  /** Shared with the provider that this server contains. */
  readonly sandboxSecret: string
  readonly now: () => Date
  /** Who watches the calls; nobody by default. */
  readonly observers?: readonly Observer[]
}

export type ProviderTiming = Pick<ProviderHttpOptions, 'deadline' | 'backoff' | 'circuit'>

/** Makes the configured providers ready, by id. */
export function createProviders(
  config: Pick<Config, 'providers' | 'publicUrl'>,
  surroundings: ProviderSurroundings,
): ReadonlyMap<string, ConfiguredProvider> {
  return new Map(
    [...config.providers].map(([id, provider]) => [
      id,
      createProvider(provider, config.publicUrl, surroundings),
    ]),
  )
}

function createProvider(
  { definition, settings, secrets, baseUrl, redirectHosts, deadline }: ProviderConfig,
  publicUrl: string,
  surroundings: ProviderSurroundings,
): ConfiguredProvider {
  const { transport, timing, log, selfUrl, sandboxSecret, now, observers = [] } = surroundings
  const isOurs = baseUrl.startsWith('/')
  const absolute = isOurs ? selfUrl + baseUrl : baseUrl
  const { hostname } = new URL(absolute)
  const defaults = [
    ...definition.redirectHosts,
    ...(isOurs ? [new URL(publicUrl).host] : []),
    ...(definition.baseUrl === undefined ? [new URL(absolute).host] : []),
    ...(isLoopback(hostname) ? [hostname] : []),
  ]
  const webhooks = isOurs ? selfUrl : publicUrl
  const adapter = definition.create({
    settings,
    // The operator has nothing to set: both ends of the sandbox are in this server.
    secrets: { ...secrets, ...(isOurs && { SANDBOX_SECRET: sandboxSecret }) },
    baseUrl: absolute,
    webhookUrl: `${webhooks}/v1/webhooks/${definition.id}`,
    bridgeUrl: (sessionId) => `${publicUrl}/bridge/${sessionId}`,
    http: createProviderHttp({
      deadlineMs: deadline * 1_000,
      ...timing,
      onCircuit(isOpen) {
        tellCircuit(log, definition.id, isOpen)
        for (const observer of observers) observer.circuit?.(definition.id, isOpen)
      },
      provider: definition.id,
      baseUrl: absolute,
      transport,
    }),
    now,
  })
  return {
    adapter: observeAdapter(adapter, observers),
    test: definition.test,
    needsCustomer: definition.needsCustomer,
    redirectHosts: [
      ...(redirectHosts ?? defaults),
      ...(adapter.bridge ? [new URL(publicUrl).host] : []),
    ],
  }
}

function tellCircuit(log: Log, provider: string, isOpen: boolean): void {
  if (isOpen)
    log.warn({ provider }, 'the provider fails again and again: it is let alone for a while')
  else log.info({ provider }, 'the provider answers again')
}

/** Whether the providers can be reached, and take the keys, as far as that can be asked without making anything. */
import { z } from 'zod'
import type { Config, ProviderConfig } from '../config.ts'
import { createProviders, type ProviderTiming } from '../configured-providers.ts'
import { ProviderError } from '../errors.ts'
import { createLog } from '../log.ts'
import { createProviderHttp } from '../providers/http.ts'
import { failure, ok, warning, type Finding } from './finding.ts'
import { unreached } from './unreached.ts'
import type { Sighting, Witness } from './witness.ts'

export interface ProviderChecks {
  readonly findings: readonly Finding[]
  readonly sightings: readonly Sighting[]
}

/** A session that no provider has: asking for it tells only whether the key is taken. */
const NO_SESSION = 'coinslot-check'

/** Those that are not part of this server. */
export function outsideProviders({ providers }: Config): ProviderConfig[] {
  return [...providers.values()].filter(({ baseUrl }) => !baseUrl.startsWith('/'))
}

export async function checkProviders(
  config: Config,
  witness: Witness,
  now: () => Date,
  timing: ProviderTiming = {},
): Promise<ProviderChecks> {
  const findings: Finding[] = [...checkSandbox(config)]
  const sightings: Sighting[] = []
  for (const provider of outsideProviders(config)) {
    const probe = createProbe(config, provider, witness, now, timing)
    const seen = await witness.watch(() => probe.ask().catch(ignoreRefusal))
    sightings.push(...seen)
    findings.push(judge(provider, seen.at(-1), probe.triesKey))
  }
  return { findings, sightings }
}

/** How the answer reads is of no interest, only that there is one: that was seen. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof ProviderError)) throw error
}

interface Probe {
  readonly ask: () => Promise<unknown>
  /** It sends the key. */
  readonly triesKey: boolean
}

function createProbe(
  config: Config,
  provider: ProviderConfig,
  { transport }: Witness,
  now: () => Date,
  timing: ProviderTiming,
): Probe {
  const { definition, baseUrl, deadline } = provider
  const { id } = definition
  const log = createLog('silent', { write: () => {} })
  const surroundings = { transport, timing, log, selfUrl: '', sandboxSecret: '', now }
  const alone = { ...config, providers: new Map([[id, provider]]) }
  const adapter = createProviders(alone, surroundings).get(id)?.adapter
  if (adapter?.fetchReport) {
    return { ask: async () => adapter.fetchReport?.(NO_SESSION), triesKey: true }
  }
  const http = createProviderHttp({
    deadlineMs: deadline * 1_000,
    ...timing,
    provider: id,
    baseUrl,
    transport,
  })
  const call = {
    method: 'GET',
    path: '/',
    headers: {},
    answer: z.unknown(),
    idempotent: false,
  } as const
  return { ask: () => http.send(call), triesKey: false }
}

function judge(
  { definition, secrets, baseUrl }: ProviderConfig,
  seen: Sighting | undefined,
  triesKey: boolean,
): Finding {
  const about = `provider ${definition.id}`
  const { host } = new URL(baseUrl)
  if (seen?.kind !== 'answer')
    return unreached('provider.reached', about, host, seen?.reason ?? 'TimeoutError')
  const { status } = seen
  const key = Object.keys(secrets).find((name) => name.endsWith('_API_KEY')) ?? 'the API key'
  if (triesKey && status === 401) {
    return failure(
      'provider.key-taken',
      about,
      `${host} does not take ${key} (401)`,
      `Set ${key} to the key that its dashboard shows.`,
    )
  }
  if (triesKey && status === 403) {
    return warning(
      'provider.key-taken',
      about,
      `${host} forbids ${key} to ask for a session (403)`,
      `See in its dashboard what the key may do, and from which addresses.`,
    )
  }
  if (status >= 500 || (status >= 300 && status < 400)) {
    return warning(
      'provider.reached',
      about,
      `${host} answers ${status}`,
      status >= 500
        ? 'See its status page, and check again later.'
        : `Check its address, ${baseUrl}.`,
    )
  }
  return ok(
    triesKey ? 'provider.key-taken' : 'provider.reached',
    about,
    triesKey
      ? `${host} answers, and does not refuse ${key}`
      : `${host} answers; ${key} can only be tried by opening a session`,
  )
}

function* checkSandbox({ demo, providers, checkouts, publicUrl }: Config): Generator<Finding> {
  if (!providers.has('sandbox') || demo) return
  const names = [...checkouts]
    .filter(([, { provider }]) => provider === 'sandbox')
    .map(([id]) => id)
  const says = `no real money moves${names.length > 0 ? ` in ${names.join(', ')}` : ''}`
  yield publicUrl.startsWith('https:')
    ? warning(
        'provider.real-money',
        'provider sandbox',
        says,
        'Before you sell, name a real provider in its place.',
      )
    : ok('provider.real-money', 'provider sandbox', says)
}

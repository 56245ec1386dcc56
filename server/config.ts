/** Configuration: a file and the environment in, one checked object or all of its problems out. */
import { z } from 'zod'
import type { Checkout } from './checkout-schema.ts'
import { baseUrlSchema, configurationSchema } from './configuration-schema.ts'
import { demoConfiguration } from './demo/configuration.ts'
import { describeIssue } from './issues.ts'
import { offerSecretsSchema } from './offer-secrets.ts'
import { definitions } from './providers/catalog.ts'
import type { ProviderDefinition } from './providers/provider.ts'
import type { RateLimits } from './rate-limits.ts'

export interface Config {
  /** No configuration file: the sandbox, sample checkouts and the demo page. */
  readonly demo: boolean
  readonly port: number
  /** Undefined for every address of the machine. */
  readonly host: string | undefined
  /** `file:` and a path, or `postgres://…`. */
  readonly databaseUrl: string
  readonly logLevel: string
  /** Undefined where it depends on who reads it. */
  readonly logFormat: 'text' | 'json' | undefined
  /** Where browsers and providers reach this server, without a slash at its end. */
  readonly publicUrl: string
  readonly origins: readonly string[]
  /** Keys that offers are signed with; the first signs, all are accepted. */
  readonly offerSecrets: readonly string[]
  readonly providers: ReadonlyMap<string, ProviderConfig>
  readonly checkouts: ReadonlyMap<string, Checkout>
  /** How many proxies of the merchant's own a request passes. */
  readonly trustedProxyHops: number
  readonly rateLimits: RateLimits
  /** In seconds: how often open sessions are looked at that are to be asked about or ended. */
  readonly reconcileEvery: number
  /** Whether there are metrics, and where; with neither port nor token the start is refused. */
  readonly metrics: MetricsConfig | undefined
  /** Whether requests and calls are told to OpenTelemetry. */
  readonly traces: boolean
  /** How the merchant's own system is told over HTTP; undefined where it is not. */
  readonly notifications: NotificationsConfig | undefined
}

export interface MetricsConfig {
  /** That of a listener of its own; undefined where they are among the server's own addresses. */
  readonly port?: number | undefined
  readonly host: string
  /** What whoever reads them must present. */
  readonly token: string | undefined
}

export interface NotificationsConfig {
  readonly url: string
  readonly allowPrivateAddress: boolean
  /** `whsec_` and base64; each of them signs. */
  readonly secrets: readonly string[]
}

export interface ProviderConfig {
  readonly definition: ProviderDefinition
  readonly settings: Record<string, unknown>
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** An absolute URL, or a path where the provider is part of this server. */
  readonly baseUrl: string
  readonly redirectHosts: readonly string[] | undefined
  /** In seconds: how long a call may take, its retries included. */
  readonly deadline: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The start is refused; the message lists every problem with its path or variable. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super([`Coinslot cannot start: ${count} in its configuration`, ...problems].join('\n  - '))
    this.problems = problems
  }
}

const environmentSchema = z.looseObject({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .refine((port) => port < 65_536, { message: 'must be a port number' })
    .default(8080),
  HOST: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .regex(
      /^(file:.|postgres(ql)?:\/\/.)/,
      'must be file: and a path, such as file:./coinslot.db, or postgres://user:password@host/database',
    )
    .refine((url) => !url.startsWith('postgres') || URL.canParse(url), {
      message: 'must be a URL: / ? # in a password are written %2F %3F %23',
    })
    .default('file:./coinslot.db'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['text', 'json']).optional(),
  COINSLOT_SECRET: offerSecretsSchema.default([]),
  COINSLOT_METRICS_TOKEN: z
    .string()
    .regex(
      /^[A-Za-z0-9._~+/=-]{16,256}$/,
      'must be 16 characters or more of A-Z a-z 0-9 . _ ~ + / = -',
    )
    .optional(),
  COINSLOT_NOTIFICATION_SECRET: z
    .string()
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every(isWebhookSecret), {
      message: 'each secret must be whsec_ and the base64 of 24 bytes or more',
    })
    .default([]),
})

/**
 * Checks what the file holds (undefined: there is none, so demo mode) together with the environment.
 * Empty variables count as unset.
 * @throws ConfigurationError with all problems at once
 */
export function parseConfig(file: unknown, environment: Environment): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const written = file === undefined ? demoConfiguration : file
  const named = definitions.filter(({ id }) => isNamed(written, id))
  const configuration = configurationSchema.safeParse(written)
  const variables = environmentSchema.safeParse(env)
  const problems = [
    ...(configuration.error?.issues ?? []).map(describeIssue),
    ...(variables.error?.issues ?? []).map(describeIssue),
    ...notificationProblems(written, env),
    ...metricsProblems(configuration.data?.metrics, env),
    ...named.flatMap((definition) => environmentProblems(definition, written, env)),
    ...named.flatMap((definition) => addressProblems(definition, written, env)),
  ]
  if (!configuration.success || !variables.success || problems.length > 0) {
    throw new ConfigurationError(problems)
  }
  const { PORT, HOST, DATABASE_URL, LOG_LEVEL, LOG_FORMAT, COINSLOT_SECRET } = variables.data
  const { providers, checkouts, origins, publicUrl } = configuration.data
  const { trustedProxyHops, rateLimits, reconcileEvery } = configuration.data
  return {
    demo: file === undefined,
    port: PORT,
    host: HOST,
    databaseUrl: DATABASE_URL,
    logLevel: LOG_LEVEL,
    logFormat: LOG_FORMAT,
    publicUrl: publicUrl ?? `http://localhost:${PORT}`,
    origins,
    offerSecrets: COINSLOT_SECRET,
    providers: new Map(
      named.map((definition) => [
        definition.id,
        toProviderConfig(definition, providers[definition.id] ?? {}, env),
      ]),
    ),
    checkouts: new Map(Object.entries(checkouts)),
    notifications: configuration.data.notifications && {
      ...configuration.data.notifications,
      secrets: variables.data.COINSLOT_NOTIFICATION_SECRET,
    },
    metrics: configuration.data.metrics && {
      ...configuration.data.metrics,
      token: variables.data.COINSLOT_METRICS_TOKEN,
    },
    traces: configuration.data.traces,
    trustedProxyHops,
    rateLimits,
    reconcileEvery,
  }
}

const DEADLINE_S = 10

function toProviderConfig(
  definition: ProviderDefinition,
  { redirectHosts, deadline = DEADLINE_S, baseUrl: written, ...settings }: Record<string, unknown>,
  env: Environment,
): ProviderConfig {
  return {
    definition,
    settings,
    secrets: Object.fromEntries(
      neededSecrets(definition, settings).map((name) => [name, env[name]]),
    ),
    // One of the three is there: the start is refused else.
    baseUrl: env[baseUrlVariable(definition)] ?? definition.baseUrl ?? String(written),
    redirectHosts: redirectHosts as string[] | undefined,
    deadline: deadline as number,
  }
}

function neededSecrets(definition: ProviderDefinition, settings: unknown): readonly string[] {
  const isObject = typeof settings === 'object' && settings !== null
  const more = definition.secretsFor?.(isObject ? (settings as Record<string, unknown>) : {})
  return [...definition.secrets, ...(more ?? [])]
}

function environmentProblems(
  definition: ProviderDefinition,
  written: unknown,
  env: Environment,
): string[] {
  const variable = baseUrlVariable(definition)
  const url = baseUrlSchema.optional().safeParse(env[variable])
  const { providers } = written as { providers: Record<string, unknown> }
  return [
    ...neededSecrets(definition, providers[definition.id])
      .filter((name) => !env[name])
      .map((name) => `${name}: is not set, and provider "${definition.id}" needs it`),
    ...(url.error?.issues ?? []).map(({ message }) => `${variable}: ${message}`),
  ]
}

function notificationProblems(written: unknown, env: Environment): string[] {
  const isConfigured = hasKey(written, 'notifications') && written.notifications !== undefined
  return isConfigured && !env['COINSLOT_NOTIFICATION_SECRET']
    ? ['COINSLOT_NOTIFICATION_SECRET: is not set, and "notifications" needs it to sign with']
    : []
}

/** They tell how business goes: nobody is to read them because nobody thought of it. */
function metricsProblems(
  metrics: { readonly port?: number | undefined } | undefined,
  env: Environment,
): string[] {
  if (!metrics || metrics.port !== undefined || env['COINSLOT_METRICS_TOKEN']) return []
  return ['metrics: name a "port" for them alone, or set COINSLOT_METRICS_TOKEN']
}

function addressProblems(
  definition: ProviderDefinition,
  written: unknown,
  env: Environment,
): string[] {
  const variable = baseUrlVariable(definition)
  const { id } = definition
  const { providers } = written as { providers: Record<string, { baseUrl?: unknown } | null> }
  const isKnown = [definition.baseUrl, env[variable], providers[id]?.baseUrl].some(
    (address) => address !== undefined,
  )
  return isKnown
    ? []
    : [`providers.${id}.baseUrl: is needed (or ${variable}): where your account's API is`]
}

function baseUrlVariable({ id }: ProviderDefinition): string {
  return `${id.toUpperCase()}_BASE_URL`
}

/** Also in a file with other problems, so that its missing variables are told with them. */
function isNamed(written: unknown, id: string): boolean {
  return hasKey(written, 'providers') && hasKey(written.providers, id)
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

function isWebhookSecret(text: string): boolean {
  const [, base64 = ''] = /^whsec_(.+)$/.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length >= 24 && bytes.toString('base64') === base64
}

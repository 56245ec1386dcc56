/** Configuration: a file and the environment in, one checked object or all of its problems out. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { checkoutSchema, type Checkout } from './checkout-schema.ts'
import { demoConfiguration } from './demo-configuration.ts'
import { definitions } from './providers/catalog.ts'
import type { ProviderDefinition } from './providers/provider.ts'
import { isPublicAddress } from './public-address.ts'
import { isSafeUrl } from './safe-url.ts'

export interface Config {
  /** No configuration file: the sandbox, sample checkouts and the demo page. */
  readonly demo: boolean
  readonly port: number
  /** Undefined for every address of the machine. */
  readonly host: string | undefined
  readonly databasePath: string
  readonly logLevel: string
  /** Where browsers and providers reach this server, without a slash at its end. */
  readonly publicUrl: string
  readonly origins: readonly string[]
  /** Keys that offers are signed with; the first signs, all are accepted. */
  readonly offerSecrets: readonly string[]
  readonly providers: ReadonlyMap<string, ProviderConfig>
  readonly checkouts: ReadonlyMap<string, Checkout>
  /** In seconds: how often open sessions are looked at that are to be asked about or ended. */
  readonly reconcileEvery: number
  /** How the merchant's own system is told over HTTP; undefined where it is not. */
  readonly notifications: NotificationsConfig | undefined
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

const origin = z.string().refine((text) => isSafeUrl(text) && new URL(text).origin === text, {
  message: 'must be an origin such as https://shop.example: scheme and host, no path or slash',
})

const baseUrl = z.string().refine((text) => isSafeUrl(text) && !/[?#]|\/$/.test(text), {
  message: 'must be an https URL (http on loopback) without a slash at its end',
})

const host = z
  .string()
  .regex(
    /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/,
    'must be a host: example.com, *.example.com or example.com:8443',
  )

const providersShape = Object.fromEntries(
  definitions.map(({ id, settings, baseUrl: known }) => [
    id,
    settings
      .safeExtend({
        redirectHosts: z.array(host).min(1).optional(),
        ...(known === undefined && { baseUrl: baseUrl.optional() }),
      })
      .optional(),
  ]),
)

const notifications = z
  .strictObject({
    url: z
      .string()
      .refine((text) => isSafeUrl(text) && !text.includes('#'), {
        message: 'must be an https URL (http on loopback)',
      })
      .meta({ description: 'What is told of each change, by signed POST.' }),
    allowPrivateAddress: z.boolean().default(false).meta({
      description: 'The URL may lead to an address of this machine or of a private network.',
    }),
  })
  .refine(({ url, allowPrivateAddress }) => allowPrivateAddress || !isPrivateHost(url), {
    path: ['url'],
    message: 'names a private address: set "allowPrivateAddress" to true if that is meant',
  })

const checkoutId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -')

export const configurationSchema = z
  .strictObject({
    $schema: z.string().optional(),
    publicUrl: baseUrl
      .optional()
      .meta({ description: 'Where browsers and providers reach this server.' }),
    origins: z
      .array(origin)
      .default([])
      .meta({ description: 'Origins of the pages that may ask for a payment session.' }),
    providers: z.strictObject(providersShape),
    checkouts: z.record(checkoutId, checkoutSchema).default({}),
    notifications: notifications.optional(),
    reconcileEvery: z.number().int().min(5).max(86_400).default(60).meta({
      description: 'Seconds between looks at the open sessions, so that a lost webhook heals.',
    }),
  })
  .superRefine(
    ({ checkouts, providers }, context) => {
      for (const [id, checkout] of Object.entries(checkouts ?? {})) {
        const path = ['checkouts', id]
        if (!Object.hasOwn(providers ?? {}, checkout?.provider)) {
          const names = Object.keys(providers ?? {}).join(', ') || 'none is there'
          const message = `must be one of "providers": ${names}`
          context.addIssue({ code: 'custom', path: [...path, 'provider'], message })
        } else if (!canTakeOrder(checkout)) {
          const message = `${checkout.provider} takes one payment an order: only TRANSIENT`
          context.addIssue({ code: 'custom', path: [...path, 'orderType'], message })
        }
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )

/** Whether a checkout's provider has orders of its kind. */
export function canTakeOrder({ provider, orderType }: Checkout): boolean {
  return (
    orderType !== 'STATIC' ||
    definitions.some(({ id, staticOrders }) => id === provider && staticOrders)
  )
}

/** A configuration as it is written in a file. */
export type Configuration = z.input<typeof configurationSchema>

/** Types a configuration that is written in code. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration
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
    .regex(/^file:./, 'must be file: and a path, such as file:./coinslot.db')
    .default('file:./coinslot.db'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  COINSLOT_SECRET: z
    .string()
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= 32), {
      message: 'each secret must have 32 bytes or more',
    })
    .default([]),
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
    ...(configuration.error?.issues ?? []).map(describe),
    ...(variables.error?.issues ?? []).map(describe),
    ...notificationProblems(written, env),
    ...named.flatMap((definition) => environmentProblems(definition, written, env)),
    ...named.flatMap((definition) => addressProblems(definition, written, env)),
  ]
  if (!configuration.success || !variables.success || problems.length > 0) {
    throw new ConfigurationError(problems)
  }
  const { PORT, HOST, DATABASE_URL, LOG_LEVEL, COINSLOT_SECRET } = variables.data
  const { providers, checkouts, origins, publicUrl, reconcileEvery } = configuration.data
  return {
    demo: file === undefined,
    port: PORT,
    host: HOST,
    databasePath: DATABASE_URL.slice('file:'.length),
    logLevel: LOG_LEVEL,
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
    reconcileEvery,
  }
}

/** The JSON Schema of the file, for editors. */
export function configurationJsonSchema(): unknown {
  return z.toJSONSchema(configurationSchema, { io: 'input' })
}

function toProviderConfig(
  definition: ProviderDefinition,
  { redirectHosts, baseUrl: written, ...settings }: Record<string, unknown>,
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
  const url = baseUrl.optional().safeParse(env[variable])
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

/** Whether a URL names by itself an address that is not public; where a name leads is seen later. */
function isPrivateHost(text: string): boolean {
  if (!URL.canParse(text)) return false
  const host = new URL(text).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? /(^|\.)localhost$/.test(host) : !isPublicAddress(host)
}

function isWebhookSecret(text: string): boolean {
  const [, base64 = ''] = /^whsec_(.+)$/.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length >= 24 && bytes.toString('base64') === base64
}

/** A secret's value is never shown: zod's messages say what is expected, not what came. */
function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message
}

/** The configuration file as it is written, checked as a whole. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { checkoutSchema, type Checkout } from './checkout-schema.ts'
import { definitions } from './providers/catalog.ts'
import { isPublicAddress } from './public-address.ts'
import { isSafeUrl } from './safe-url.ts'

const origin = z.string().refine((text) => isSafeUrl(text) && new URL(text).origin === text, {
  message: 'must be an origin such as https://shop.example: scheme and host, no path or slash',
})

/** Where a server is reached, without a slash at its end. */
export const baseUrlSchema = z
  .string()
  .refine((text) => isSafeUrl(text) && !/[?#]|\/$/.test(text), {
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
        // A lease on a session ends after 15: until then nobody else calls the provider for it.
        deadline: z.number().int().min(1).max(12).optional().meta({
          description: 'Seconds that a call may take, its retries included; 10 by default.',
        }),
        ...(known === undefined && { baseUrl: baseUrlSchema.optional() }),
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

const perMinute = (limit: number, description: string) =>
  z.number().int().min(1).max(1_000_000).default(limit).meta({ description })

const rateLimits = z
  .strictObject({
    perAddress: perMinute(30, 'Of one address, or of one /64 network where it is IPv6.'),
    perCheckout: perMinute(600, 'For one checkout, and for all offers that name none.'),
    perProvider: perMinute(1200, 'At one provider.'),
  })
  .meta({ description: 'How many payment sessions may be opened or changed in a minute.' })

const metrics = z
  .strictObject({
    port: z.number().int().min(1).max(65_535).optional().meta({
      description: 'A port for /metrics alone; without it COINSLOT_METRICS_TOKEN is needed.',
    }),
    host: z.string().min(1).default('127.0.0.1').meta({
      description: 'The address that it listens on there.',
    }),
  })
  .meta({ description: 'Metrics for Prometheus.' })

const checkoutId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -')

export const configurationSchema = z
  .strictObject({
    $schema: z.string().optional(),
    publicUrl: baseUrlSchema
      .optional()
      .meta({ description: 'Where browsers and providers reach this server.' }),
    origins: z
      .array(origin)
      .default([])
      .meta({ description: 'Origins of the pages that may ask for a payment session.' }),
    providers: z.strictObject(providersShape),
    checkouts: z.record(checkoutId, checkoutSchema).default({}),
    notifications: notifications.optional(),
    trustedProxyHops: z.number().int().min(0).max(10).default(0).meta({
      description:
        'How many proxies of yours a request passes; with 0 no X-Forwarded-For is believed.',
    }),
    rateLimits: rateLimits.prefault({}),
    metrics: metrics.optional(),
    traces: z.boolean().default(false).meta({
      description: 'OpenTelemetry spans, for the SDK that is loaded before the server.',
    }),
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

/** The JSON Schema of the file, for editors. */
export function configurationJsonSchema(): unknown {
  return z.toJSONSchema(configurationSchema, { io: 'input' })
}

/** Whether a URL names by itself an address that is not public; where a name leads is seen later. */
function isPrivateHost(text: string): boolean {
  if (!URL.canParse(text)) return false
  const host = new URL(text).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? /(^|\.)localhost$/.test(host) : !isPublicAddress(host)
}

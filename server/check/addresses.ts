/** Whether buyers and providers find this server where it says that it is, and the merchant's pages may ask it. */
import { isIP } from 'node:net'
import type { Config } from '../config.ts'
import { isPublicAddress } from '../public-address.ts'
import { isLoopback } from '../safe-url.ts'
import { version } from '../version.ts'
import type { Answer, Ask } from './ask.ts'
import { failure, ok, warning, type Finding } from './finding.ts'
import { outsideProviders } from './providers.ts'
import { unreached } from './unreached.ts'

/** All addresses of a name. */
export type ResolveName = (name: string) => Promise<readonly string[]>

const PUBLIC = 'publicUrl'

export async function* checkPublicUrl(
  config: Config,
  ask: Ask,
  resolve: ResolveName,
): AsyncGenerator<Finding> {
  const { publicUrl } = config
  const isPrivate = namesPrivate(publicUrl)
  if (isPrivate) {
    const says = `${publicUrl} leads to this machine or network alone`
    const mend =
      'Set "publicUrl" to the https address at which buyers and providers reach the server.'
    yield outsideProviders(config).length > 0
      ? failure('public-url.public', PUBLIC, `${says}: buyers and webhooks do not get there`, mend)
      : warning('public-url.public', PUBLIC, says, mend)
  } else yield* checkName(publicUrl, resolve)
  yield* checkProxy(config)
  const health = await checkHealth(publicUrl, ask)
  yield health
  const isUp = health.level === 'ok'
  if (isUp) yield await checkVersion(publicUrl, ask)
  for (const { definition } of outsideProviders(config)) {
    yield await checkWebhook(
      `${publicUrl}/v1/webhooks/${definition.id}`,
      definition.id,
      isUp && ask,
    )
  }
}

/** Whether a server's address leads to this machine or its network, whatever the name server says. */
export function namesPrivate(url: string): boolean {
  const { hostname, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'http:' || isLoopback(hostname) || hostname.endsWith('.localhost')) return true
  return isIP(host) !== 0 && !isPublicAddress(host)
}

/** The server itself has no certificate. */
function* checkProxy({ publicUrl, trustedProxyHops }: Config): Generator<Finding> {
  if (!publicUrl.startsWith('https:')) return
  yield trustedProxyHops > 0
    ? ok(
        'public-url.proxy',
        PUBLIC,
        `the address before ${hops(trustedProxyHops)} of yours is a buyer's`,
      )
    : warning(
        'public-url.proxy',
        PUBLIC,
        'something before this server has the certificate, and with "trustedProxyHops" 0 all buyers have its address: their limits are one',
        'Set "trustedProxyHops" to how many proxies of yours a request passes.',
      )
}

function hops(count: number): string {
  return count === 1 ? 'the proxy' : `the ${count} proxies`
}

/** They tell how business goes. */
export function* checkMetrics({ metrics }: Config): Generator<Finding> {
  if (!metrics) return
  const { port, host, token } = metrics
  const where = port === undefined ? '/metrics' : `${host}:${port}`
  const isOpen = token === undefined && !isLoopback(host.includes(':') ? `[${host}]` : host)
  yield isOpen
    ? warning(
        'metrics.private',
        'metrics',
        `whoever can reach ${where} reads them`,
        'Set COINSLOT_METRICS_TOKEN, or make sure that the port is not reached from outside.',
      )
    : ok(
        'metrics.private',
        'metrics',
        `at ${where}, ${token === undefined ? 'from this machine' : 'with a token'}`,
      )
}

async function* checkName(url: string, resolve: ResolveName): AsyncGenerator<Finding> {
  const { hostname } = new URL(url)
  // A name that cannot be resolved is told of by the request.
  const addresses = isIP(hostname) ? [] : await resolve(hostname).catch(() => [])
  const other = addresses.find((address) => !isPublicAddress(address))
  if (other === undefined) return
  yield warning(
    'public-url.public',
    PUBLIC,
    `${hostname} leads to ${other} from here, which is not on the internet`,
    'Make sure that its public DNS entry leads to a public address, or webhooks do not arrive.',
  )
}

async function checkHealth(publicUrl: string, ask: Ask): Promise<Finding> {
  const answer = await ask(`${publicUrl}/healthz`)
  const { host } = new URL(publicUrl)
  if (typeof answer === 'string')
    return unreached('public-url.answers', PUBLIC, host, answer, 'Start the server. ')
  const { status, headers } = answer
  if (status >= 300 && status < 400) {
    return failure(
      'public-url.answers',
      PUBLIC,
      `${publicUrl} redirects${toTarget(headers['location']?.[0])}, and no provider follows that with a webhook`,
      'Set "publicUrl" to the address that answers by itself.',
    )
  }
  if (status === 200 && readJson(answer)['status'] === 'ok') {
    return ok('public-url.answers', PUBLIC, `${publicUrl} answers`)
  }
  return failure(
    'public-url.answers',
    PUBLIC,
    `${publicUrl}/healthz answers ${status}, and not as this server does`,
    'Have the proxy pass all requests of this address on to the server, with their paths.',
  )
}

/** An address of others is only shown as far as it is plain. */
function toTarget(location: string | undefined): string {
  return location && URL.canParse(location) ? ` to ${new URL(location).origin}` : ''
}

async function checkVersion(publicUrl: string, ask: Ask): Promise<Finding> {
  const answer = await ask(`${publicUrl}/coinslot.json`)
  const told = typeof answer === 'string' ? undefined : readJson(answer)['version']
  if (told === version)
    return ok('public-url.version', PUBLIC, `version ${version} is what runs there`)
  const isVersion = typeof told === 'string' && /^[\w.+-]{1,40}$/.test(told)
  return failure(
    'public-url.version',
    PUBLIC,
    isVersion
      ? `version ${told} runs there, and this is ${version}`
      : `${publicUrl}/coinslot.json does not say which version runs there`,
    'Restart the server after an update, and let no cache keep this address.',
  )
}

/** @param ask false where nothing at all answers at the public address */
async function checkWebhook(url: string, provider: string, ask: Ask | false): Promise<Finding> {
  const about = `webhook ${provider}`
  const address = `its address, for the provider's dashboard, is ${url}`
  if (!ask) {
    return warning(
      'webhook.address',
      about,
      `${address}; it was not looked at`,
      'Mend the public address first.',
    )
  }
  const answer = await ask(url)
  const status = typeof answer === 'string' ? answer : answer.status
  // To a GET the server itself says that it takes POST alone.
  if (status === 405) return ok('webhook.address', about, address)
  return warning(
    'webhook.address',
    about,
    `${address}, which answers ${status} where the server would say 405: something before it may keep webhooks away`,
    'Let POST requests to /v1/webhooks/ through, without a log-in, a challenge or a cache.',
  )
}

export function* checkOrigins(config: Config): Generator<Finding> {
  const { origins, publicUrl } = config
  const about = 'origins'
  if (origins.length === 0) {
    yield warning(
      'origins.listed',
      about,
      'only pages of this server itself may open a payment',
      'Add the origin of each page that has the element to "origins", such as https://shop.example.',
    )
  } else yield ok('origins.listed', about, `pages on ${origins.join(', ')} may open a payment`)
  const loopback = origins.filter((origin) => origin.startsWith('http:'))
  if (loopback.length > 0 && publicUrl.startsWith('https:')) {
    yield warning(
      'origins.https',
      about,
      `${loopback.join(', ')} is on the list: any program on a buyer's machine may serve such a page`,
      'Before you sell, take it off the list.',
    )
  }
  yield* checkReturns(config)
}

const RETURNS = ['successUrl', 'cancelUrl', 'failUrl'] as const

function* checkReturns({ checkouts, origins, publicUrl }: Config): Generator<Finding> {
  const known = new Set([...origins, new URL(publicUrl).origin])
  for (const [id, checkout] of checkouts) {
    const foreign = RETURNS.filter((key) => {
      const url = checkout[key]
      return url !== undefined && URL.canParse(url) && !known.has(new URL(url).origin)
    })
    if (foreign.length === 0) continue
    const hosts = new Set(foreign.map((key) => new URL(checkout[key] ?? '').host))
    yield warning(
      'origins.returns',
      'origins',
      `checkout "${id}" sends buyers to ${[...hosts].join(', ')} (${foreign.join(', ')}), which is not on the list: <coinslot-status> cannot ask from there`,
      'Add its origin to "origins", or correct the URL.',
    )
  }
}

function readJson({ text }: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

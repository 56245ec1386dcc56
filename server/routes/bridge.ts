/** `/bridge/{session}`: opens a payment with the provider's browser SDK, where it has no page of its own. */
import { Hono, type Context } from 'hono'
import { bridgePage, messagePage } from './bridge-page.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { returnUrls } from '../order.ts'
import { loadPageLanguage, type PageLanguage } from '../page-language.ts'
import type { ProviderBridge } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'
import type { Store } from '../store/store.ts'
import type { Env } from './guards.ts'
import { localeOf } from './page-locale.ts'

export interface BridgeDeps {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly store: Store
  readonly now: () => Date
}

/** Whoever knows a session's id may see its page: it is as hard to guess as the session is to read. */
export function bridgeRoutes({ providers, store, now }: BridgeDeps): Hono<Env> {
  return new Hono<Env>().get('/:session{cs_[A-Za-z0-9_-]+}', async (c) => {
    const session = await store.findSession(c.req.param('session'))
    c.header('Cache-Control', 'no-store')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Content-Security-Policy', pagePolicy())
    const language = await loadPageLanguage(localeOf(c, session?.locale ?? undefined))
    if (!session) return c.html(messagePage(language, language.status.unknown), 404)
    if (session.status !== 'pending' || session.expiresAt <= now()) {
      return sendOn(c, session, language)
    }
    const paid = await store.findPayment(session.order, session.id)
    if (paid) return sendOn(c, paid, language)
    const bridge = providers.get(session.provider)?.adapter.bridge
    const handoff = await store.findHandoff(session.id)
    const payment = handoff && (await bridge?.readHandoff(session.id, handoff))
    const urls = returnUrls(session)
    if (!bridge || !payment) {
      const { closed, startAgain } = language.page
      return c.html(messagePage(language, [closed, startAgain], urls.cancelUrl), 410)
    }
    c.header('Content-Security-Policy', pagePolicy(bridge))
    return c.html(bridgePage({ language, session, sdk: bridge.sdk, payment, urls }))
  })
}

/** A payment that is not to be opened any more: the shop's page says what became of it. */
function sendOn(
  c: Context<Env>,
  session: SessionRecord,
  language: PageLanguage,
): Response | Promise<Response> {
  const { successUrl, cancelUrl, failUrl } = returnUrls(session)
  const isMade = ['processing', 'paid', 'refunded'].includes(session.status)
  const url = isMade ? successUrl : session.status === 'failed' ? (failUrl ?? cancelUrl) : cancelUrl
  if (url) return c.redirect(url, 303)
  return c.html(messagePage(language, language.status[endingOf(session)]))
}

function endingOf({ status, exception }: SessionRecord): keyof PageLanguage['status'] {
  // "You have not been charged" would not be true: money came, and a person looks at it.
  if (exception && status !== 'paid' && status !== 'refunded') return 'review'
  // It has run out of time, and nobody has written that down yet.
  return status === 'pending' ? 'expired' : status
}

/** Only the provider's own origins may be reached from the page, and not even this server's API. */
function pagePolicy({ sdk, origins }: Partial<ProviderBridge> = {}): string {
  const theirs = origins?.join(' ') ?? "'none'"
  const sdkOrigin = sdk ? ` ${new URL(sdk.url).origin}` : ''
  return [
    "default-src 'none'",
    `script-src 'self'${sdkOrigin}`,
    `style-src 'self'${sdkOrigin}`,
    `connect-src ${theirs}`,
    `frame-src ${theirs}`,
    `img-src data:${sdkOrigin}`,
    `font-src${sdkOrigin || " 'none'"}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

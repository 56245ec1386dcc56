/** The bridge page's document: what is paid, how the opening of it goes, and the way back to the shop. */
import { html } from 'hono/html'
import { fillText } from '../contract/messages.ts'
import { chooseLocale } from '../contract/locale.ts'
import { createMoneyFormat } from '../contract/money-format.ts'
import type { ReturnUrls } from '../order.ts'
import type { PageLanguage } from '../page-language.ts'
import type { ProviderBridge } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'
import { buyerPage, type Html } from './buyer-page.ts'

const FILES = '../pages'
const STYLESHEET = `${FILES}/bridge.css`

export interface BridgePage {
  readonly language: PageLanguage
  readonly session: SessionRecord
  readonly sdk: ProviderBridge['sdk']
  /** What the provider's script opens; see `ProviderBridge`. */
  readonly payment: unknown
  readonly urls: ReturnUrls
}

/** The page of a pending payment. No value on it is ever script: all of them are attributes or text. */
export function bridgePage({ language, session, sdk, payment, urls }: BridgePage): Html {
  const { currency, checkout, provider } = session
  const { checkout: messages, page: words } = language
  const amount = createMoneyFormat(currency, chooseLocale(session.locale, language.tag)).full(
    session.amount,
  )
  const back = urls.cancelUrl ?? urls.failUrl ?? urls.successUrl
  // Ours comes before the SDK, so that it is there to tell when the SDK is not.
  const scripts = html`<script type="module" src="${FILES}/bridge/${provider}.js"></script>
    <script
      defer
      src="${sdk.url}"
      ${Object.entries(sdk.attributes).map(([name, value]) => html` ${name}="${value}"`)}
    ></script>`
  const title = fillText(messages.pay, () => amount)
  return buyerPage(
    { language, title, stylesheet: STYLESHEET, scripts },
    html`<main
      data-payment="${JSON.stringify(payment)}"
      data-success="${urls.successUrl ?? ''}"
      data-cancel="${urls.cancelUrl ?? ''}"
      data-fail="${urls.failUrl ?? ''}"
    >
      <h1>${words.heading}</h1>
      <p class="sum">${amount}</p>
      ${checkout.description && html`<p><bdi>${checkout.description}</bdi></p>`}
      <noscript>
        <p class="status">${words.noScript}</p>
      </noscript>
      <p
        class="status"
        role="status"
        data-opening="${words.opening}"
        data-opened="${words.opened}"
        data-slow="${words.slow}"
        data-unavailable="${words.notOpened}"
        data-failed="${words.broken}"
        data-canceled="${words.left}"
        data-done="${words.done}"
      ></p>
      <nav aria-label="${words.navigation}">
        <a href="" data-retry hidden>${messages.retry}</a>
        ${back && html`<a href="${back}">${words.back}</a>`}
      </nav>
    </main>`,
  )
}

/** A title and a sentence. */
type Message = readonly string[]

/** A page that only says something; with a way back where there is one. */
export function messagePage(language: PageLanguage, message: Message, back?: string): Html {
  const [title = '', text = ''] = message
  const { page: words } = language
  return buyerPage(
    { language, title, stylesheet: STYLESHEET },
    html`<main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${back && html`<nav aria-label="${words.navigation}"><a href="${back}">${words.back}</a></nav>`}
    </main>`,
  )
}

/** The bridge page's document: what is paid, how the opening of it goes, and the way back to the shop. */
import { html } from 'hono/html'
import { createMoneyFormat } from '../contract/money-format.ts'
import type { ReturnUrls } from '../order.ts'
import type { ProviderBridge } from '../providers/provider.ts'
import type { SessionRecord } from '../session.ts'

type Html = ReturnType<typeof html>

export interface BridgePage {
  readonly session: SessionRecord
  readonly sdk: ProviderBridge['sdk']
  /** What the provider's script opens; see `ProviderBridge`. */
  readonly payment: unknown
  readonly urls: ReturnUrls
}

/** The page of a pending payment. No value on it is ever script: all of them are attributes or text. */
export function bridgePage({ session, sdk, payment, urls }: BridgePage): Html {
  const { currency, checkout, provider } = session
  const amount = createMoneyFormat(currency, 'en').full(session.amount)
  const back = urls.cancelUrl ?? urls.failUrl ?? urls.successUrl
  // Ours comes before the SDK, so that it is there to tell when the SDK is not.
  const scripts = html`<script type="module" src="${provider}.js"></script>
    <script
      defer
      src="${sdk.url}"
      ${Object.entries(sdk.attributes).map(([name, value]) => html` ${name}="${value}"`)}
    ></script>`
  return page(
    `Pay ${amount}`,
    html`<main
      data-payment="${JSON.stringify(payment)}"
      data-success="${urls.successUrl ?? ''}"
      data-cancel="${urls.cancelUrl ?? ''}"
      data-fail="${urls.failUrl ?? ''}"
    >
      <h1>Your payment</h1>
      <p class="sum">${amount}</p>
      ${checkout.description && html`<p><bdi>${checkout.description}</bdi></p>`}
      <noscript>
        <p class="status">
          The payment cannot be opened without JavaScript. Turn it on and load this page again, or
          go back to the shop.
        </p>
      </noscript>
      <p
        class="status"
        role="status"
        data-opening="Opening the payment…"
        data-opened="The payment is open."
        data-slow="Opening the payment takes longer than it should. Wait a little, or try again."
        data-unavailable="The payment could not be opened. A content blocker may have stopped it, or the connection was lost. Please try again."
        data-failed="The payment service reports that something went wrong. Please try again, or go back to the shop."
        data-canceled="You have left the payment. You can try again."
        data-done="Thank you. The shop is told as soon as the payment is confirmed. You can close this page."
      ></p>
      <nav aria-label="Payment">
        <a href="" data-retry hidden>Try again</a>
        ${back && html`<a href="${back}">Back to the shop</a>`}
      </nav>
    </main>`,
    scripts,
  )
}

/** A page that only says something; with a way back where there is one. */
export function messagePage(title: string, text: string, back?: string): Html {
  return page(
    title,
    html`<main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${back && html`<nav aria-label="Payment"><a href="${back}">Back to the shop</a></nav>`}
    </main>`,
  )
}

function page(title: string, main: Html, scripts: Html | '' = ''): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="page.css" />
        ${scripts}
      </head>
      <body>
        ${main}
      </body>
    </html>`
}

/** The sandbox's hosted payment page, where a person plays the bank: pay, decline, cancel, expire. */
import { html } from 'hono/html'
import { returnUrl, type SandboxOutcome, type SandboxPayment } from './payment.ts'

type Html = ReturnType<typeof html>

const endings: Record<SandboxOutcome, { readonly title: string; readonly text: string }> = {
  paid: {
    title: 'This payment has been made',
    text: 'The sandbox bank has accepted it, and reports it to the shop’s server.',
  },
  declined: {
    title: 'This payment was declined',
    text: 'The sandbox bank has refused it. Nothing was charged.',
  },
  canceled: {
    title: 'This payment was cancelled',
    text: 'It was broken off before it was made. Nothing was charged.',
  },
  expired: {
    title: 'This payment has expired',
    text: 'It was not made in time. Nothing was charged.',
  },
}

/** The whole document for one payment; while it is open, a form posts the chosen `outcome`. */
export function paymentPage(payment: SandboxPayment, prefix: string): Html {
  if (payment.status === 'open') return openPage(payment, prefix)
  const { title, text } = endings[payment.status]
  const back = returnUrl(payment, payment.status)
  return page(
    title,
    prefix,
    html`<h1>${title}</h1>
      <p class="text">${text}</p>
      ${facts(payment)}
      ${
        back
          ? html`<a class="back" href="${back}">Go back to the shop</a>`
          : html`<p class="text">You can close this page.</p>`
      }`,
  )
}

/** A page that only says something, such as that there is no such payment. */
export function messagePage(title: string, text: string, prefix: string): Html {
  return page(
    title,
    prefix,
    html`<h1>${title}</h1>
      <p class="text">${text}</p>`,
  )
}

function openPage(payment: SandboxPayment, prefix: string): Html {
  const amount = price(payment)
  return page(
    `Pay ${amount}`,
    prefix,
    html`<h1>Your payment</h1>
      <p class="amount">${amount}</p>
      ${facts(payment)}
      <form method="post" action="${prefix}/pay/${payment.id}">
        <button class="pay" name="outcome" value="paid">Pay ${amount}</button>
        <p>A sandbox lets you choose what goes wrong:</p>
        <button name="outcome" value="declined">Decline the payment</button>
        <button name="outcome" value="canceled">Cancel and go back</button>
        <button name="outcome" value="expired">Let it expire</button>
      </form>`,
  )
}

function facts(payment: SandboxPayment): Html {
  const { id, status, description, expiresAt } = payment
  return html`<dl>
    ${status !== 'open' && fact('Amount', price(payment))}
    ${description && fact('For', html`<bdi>${description}</bdi>`)}
    ${status === 'open' && fact('Open until', moment(expiresAt))}
    ${fact('Reference', html`<span class="identifier">${id}</span>`)}
  </dl>`
}

function fact(name: string, value: unknown): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function page(title: string, prefix: string, main: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Sandbox bank</title>
        <link rel="stylesheet" href="${prefix}/page.css" />
      </head>
      <body>
        <header>
          <p>Sandbox bank</p>
          <p class="notice">Sandbox: no real money moves</p>
        </header>
        <main>${main}</main>
      </body>
    </html>`
}

/** Formats the decimal string itself, with the decimals it has: no float, no rounding. */
function price({ amount, currency }: SandboxPayment): string {
  const digits = amount.split('.')[1]?.length ?? 0
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(amount as Intl.StringNumericLiteral)
}

// Without script the server cannot know the reader's time zone, so it names its own.
function moment(at: Date): Html {
  const words = new Intl.DateTimeFormat('en', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return html`<time datetime="${at.toISOString()}">${words.format(at)} UTC</time>`
}

/** The sandbox's hosted payment page, where a person plays the bank and chooses how it ends. */
import { html } from 'hono/html'
import { parseAmount } from '../contract/money.ts'
import { createMoneyFormat } from '../contract/money-format.ts'
import { changeTo, endingOf, returnUrl, sumOf, type SandboxEnding } from './endings.ts'
import type { SandboxPayment } from './payment.ts'

type Html = ReturnType<typeof html>

/** What the page says of a payment, and for the rarer endings what is rehearsed by them. */
const stands: Readonly<Record<SandboxEnding, { readonly title: string; readonly text: string }>> = {
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
  processing: {
    title: 'This payment is on its way',
    text: 'The shop has been told that it is being processed. How does it go on?',
  },
  underpaid: {
    title: 'Too little was paid',
    text: 'The shop has been told how much came in. It does not count as paid.',
  },
  overpaid: {
    title: 'Too much was paid',
    text: 'The shop has been told how much came in, so that a person can look into it.',
  },
  late: {
    title: 'This payment came too late',
    text: 'It had expired when the money came in. The shop has been told of both.',
  },
  twice: {
    title: 'This payment was made twice',
    text: 'The shop has been told of both payments, so that one can be given back.',
  },
  refunded: {
    title: 'This payment was refunded',
    text: 'The money came in and was given back. The shop has been told of both.',
  },
}

interface Choice {
  readonly ending: SandboxEnding
  label(payment: SandboxPayment): string
  /** What the shop will be told. */
  readonly told?: Html
}

const plainChoices: readonly Choice[] = [
  { ending: 'declined', label: () => 'Decline the payment' },
  { ending: 'canceled', label: () => 'Cancel and go back' },
  { ending: 'expired', label: () => 'Let it expire' },
]

const rarerChoices: readonly Choice[] = [
  {
    ending: 'processing',
    label: () => 'Pay slowly',
    told: html`Your shop is told <code>processing</code>; then you decide here whether the money
      arrives.`,
  },
  {
    ending: 'underpaid',
    label: (payment) => `Pay only ${sum('underpaid', payment)}`,
    told: html`The session stays <code>pending</code>, with the exception <code>underpaid</code>.`,
  },
  {
    ending: 'overpaid',
    label: (payment) => `Pay more: ${sum('overpaid', payment)}`,
    told: html`The session stays <code>pending</code>, with the exception <code>overpaid</code>.`,
  },
  {
    ending: 'late',
    label: () => 'Pay too late',
    told: html`The session is <code>expired</code>, and then has the exception <code>late</code>.`,
  },
  {
    ending: 'twice',
    label: () => 'Pay twice',
    told: html`The session is <code>paid</code>, and then has the exception
      <code>duplicate</code>.`,
  },
  {
    ending: 'refunded',
    label: () => 'Pay, then refund',
    told: html`The session is <code>paid</code>, and then <code>refunded</code>.`,
  },
]

const slowChoices: readonly Choice[] = [
  { ending: 'paid', label: () => 'Let the money arrive' },
  { ending: 'declined', label: () => 'Decline it after all' },
]

/** The whole document for one payment; while it can still end, a form posts the chosen `outcome`. */
export function paymentPage(payment: SandboxPayment, prefix: string): Html {
  const ending = endingOf(payment)
  if (!ending) return openPage(payment, prefix)
  const { title, text } = stands[ending]
  return page(
    title,
    prefix,
    html`<h1>${title}</h1>
      <p class="text">${text}</p>
      ${facts(payment)}
      ${
        ending === 'processing' &&
        html`<form method="post" action="${prefix}/pay/${payment.id}">
          ${slowChoices.map((choice) => button(choice, payment))}
        </form>`
      }
      ${wayBack(payment, ending)}`,
  )
}

function wayBack(payment: SandboxPayment, ending: SandboxEnding): Html {
  const back = returnUrl(payment, ending)
  return back
    ? html`<a class="back" href="${back}">Go back to the shop</a>`
    : html`<p class="text">You can close this page.</p>`
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
  const amount = price(payment.amount, payment.currency)
  return page(
    `Pay ${amount}`,
    prefix,
    html`<h1>Your payment</h1>
      <p class="amount">${amount}</p>
      ${facts(payment)}
      <form method="post" action="${prefix}/pay/${payment.id}">
        <button class="pay" name="outcome" value="paid">Pay ${amount}</button>
        <p>A sandbox lets you choose what goes wrong:</p>
        ${plainChoices.map((choice) => button(choice, payment))}
        <details>
          <summary>More endings to rehearse</summary>
          ${rarerChoices.map((choice) => button(choice, payment))}
        </details>
      </form>`,
  )
}

/** Nothing where the payment cannot end like this: there is no less than the smallest amount. */
function button({ ending, label, told }: Choice, payment: SandboxPayment): Html | false {
  if (!changeTo(ending, payment)) return false
  if (!told) return html`<button name="outcome" value="${ending}">${label(payment)}</button>`
  return html`<div class="choice">
    <button name="outcome" value="${ending}" aria-describedby="told-${ending}">
      ${label(payment)}
    </button>
    <p id="told-${ending}">${told}</p>
  </div>`
}

function facts(payment: SandboxPayment): Html {
  const { id, status, amount, currency, description, expiresAt, events } = payment
  const money = events.filter((event) => event.amount !== null)
  return html`<dl>
    ${status !== 'open' && fact('Amount', price(amount, currency))}
    ${money.map((event) =>
      fact(event.type === 'paid' ? 'Received' : 'Given back', price(event.amount ?? '', currency)),
    )}
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
          <p class="notice">Test: no real money moves</p>
        </header>
        <main>${main}</main>
      </body>
    </html>`
}

/** A decimal string as a person reads it. */
function price(amount: string, currency: string): string {
  const minor = parseAmount(amount, currency)
  return typeof minor === 'bigint' ? createMoneyFormat(currency, 'en').full(minor) : amount
}

/** The sum that an ending brings, as a person reads it. */
function sum(ending: SandboxEnding, payment: SandboxPayment): string {
  return createMoneyFormat(payment.currency, 'en').full(sumOf(ending, payment))
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

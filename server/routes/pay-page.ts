/** The payment page in HTML alone: what is paid for, an amount or a field for it, a button, a code to scan. */
import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import { minorUnits } from '../checkout.ts'
import type { Checkout } from '../checkout-schema.ts'
import { readAmount } from '../contract/amount-text.ts'
import { fillText, type Messages } from '../contract/messages.ts'
import { createMoneyFormat, type MoneyFormat } from '../contract/money-format.ts'
import { formatAmount, parseAmount } from '../contract/money.ts'
import type { ErrorCode } from '../contract/schemas.ts'
import type { CustomerMessages } from '../contract/customer-messages.ts'
import type { PageLanguage } from '../page-language.ts'
import type { CustomerFault } from '../contract/customer-fields.ts'
import { buyerPage, type Html } from './buyer-page.ts'
import { customerFields, customerTexts, type CustomerForm } from './pay-fields.ts'

export type PayProblem = ErrorCode | keyof Messages | keyof CustomerMessages

export interface PayPage {
  readonly checkoutId: string | undefined
  readonly checkout: Checkout
  readonly offer: string | undefined
  /** Where the form is posted to. */
  readonly path: string
  /** Of the server's own address. */
  readonly base: string
  /** This page's address, to be shared. */
  readonly link: string
  /** The locale that amounts are written by. */
  readonly locale: string
  readonly language: PageLanguage
  readonly test: boolean
  /** As the buyer typed it; undefined where nobody has yet. */
  readonly amountText: string | undefined
  /** What is asked of the buyer. */
  readonly customer: CustomerForm
  /** Makes one payment of however many presses. */
  readonly key: string
  readonly problem?: PayProblem
  /** What the text may stand for, where that has to be asked. */
  readonly readings?: readonly bigint[]
}

// A code of more than this cannot be read off a screen; such links are sent, not scanned.
const MAX_CODE_LENGTH = 600

/** The whole document. */
export function payPage(page: PayPage): Html {
  const { checkout, locale, language } = page
  const link = linkWithAmount(page)
  const messages = language.checkout
  const money = createMoneyFormat(checkout.currency, locale)
  const title = checkout.description ?? messages.label
  const error = errorOf(page, money)
  return document(
    page,
    // What is read first of a page that comes again is why.
    error === undefined ? title : `${error} · ${title}`,
    html`${page.test && html`<p class="badge">${messages.test}</p>`}
      <h1><bdi>${checkout.description ?? messages.payUnknown}</bdi></h1>
      ${form(page, money)} ${link.length <= MAX_CODE_LENGTH && code(link, language)}`,
  )
}

/** A document that only says what went wrong, and leads to the payment page at `path` where that may help. */
export function messagePage(
  code: ErrorCode,
  language: PageLanguage,
  base: string,
  path: string | undefined,
): Html {
  // Whoever comes by a dead link should not be told to try again.
  const text = textOf(code === 'checkout_not_found' ? 'unavailable' : code, language)
  const way = html`<form action="${path}"><button>${language.checkout.retry}</button></form>`
  return document(
    { language, base },
    text,
    html`<h1>${text}</h1>
      ${path !== undefined && way}`,
  )
}

function form(page: PayPage, money: MoneyFormat): Html {
  const { checkout, path, offer, key, locale, language, problem } = page
  const messages = language.checkout
  const amount = minorUnits(checkout, 'amount')
  const sum = amount === undefined ? '' : money.full(amount)
  const error = errorOf(page, money)
  const isOfAmount = checkout.editable && problem?.startsWith('amount_')
  const faults = [...(page.customer.faults ?? [])]
  return html`<form method="post" action="${path}">
    ${error && !isOfAmount && summary(error, faults, page.customer)}
    ${!checkout.editable && html`<p class="sum">${sum}</p>`}
    ${checkout.editable && field(page, money, isOfAmount ? error : undefined)}
    ${customerFields(page.customer)}
    ${offer !== undefined && html`<input type="hidden" name="offer" value="${offer}" />`}
    <input type="hidden" name="key" value="${key}" />
    <input type="hidden" name="locale" value="${locale}" />
    <button>
      ${checkout.editable ? messages.payUnknown : fill(messages.pay, checkout, money)}
    </button>
  </form>`
}

function errorOf({ problem, checkout, language, readings }: PayPage, money: MoneyFormat) {
  return problem && fill(textOf(problem, language), checkout, money, readings)
}

/** What is wrong, and the ways to the fields that it is about. */
function summary(
  error: string,
  faults: readonly [string, CustomerFault][],
  { messages }: CustomerForm,
): Html {
  // Where no field asks for the focus, this does: the page says at once why it is here again.
  const focus = faults.length === 0 && raw('tabindex="-1" autofocus')
  const ways = faults.map(
    ([name, fault]) => html`<li><a href="#${name}">${messages[fault]}</a></li>`,
  )
  return html`<div id="error" role="alert" ${focus}>
    <p>${error}</p>
    ${
      ways.length > 0 &&
      html`<ul>
        ${ways}
      </ul>`
    }
  </div>`
}

function field(page: PayPage, money: MoneyFormat, error: string | undefined): Html {
  const { checkout, amountText, path, offer, locale, language } = page
  const amount = minorUnits(checkout, 'amount')
  const value = amountText ?? (amount === undefined ? '' : money.bare(amount))
  const hint = hintOf(checkout, language)
  const presets = checkout.presets.flatMap((text) => {
    const minor = parseAmount(text, checkout.currency)
    return typeof minor === 'bigint' ? [minor] : []
  })
  const linkTo = (minor: bigint) =>
    `${path}?${new URLSearchParams({ amount: money.bare(minor), locale, ...(offer && { offer }) })}`
  return html`<label for="amount">${language.checkout.label}</label>
    <div class="field ${money.isSymbolFirst ? '' : 'after'}">
      <span id="currency">${money.symbol}</span>
      <input
        id="amount"
        name="amount"
        inputmode="decimal"
        autocomplete="off"
        required
        value="${value}"
        aria-describedby="currency hint error"
        ${error === undefined ? '' : raw('aria-invalid="true" autofocus')}
      />
    </div>
    <p id="hint">${fill(hint, checkout, money)}</p>
    ${error !== undefined && html`<p id="error" role="alert">${error}</p>`}
    ${
      presets.length > 0 &&
      html`<ul class="presets">
        ${presets.map((minor) => html`<li><a href="${linkTo(minor)}">${money.full(minor)}</a></li>`)}
      </ul>`
    }`
}

/** Whoever pays on another device begins with the amount that is shown here. */
function linkWithAmount({ link, checkout, amountText, locale }: PayPage): string {
  if (!checkout.editable || amountText === undefined) return link
  const amount = readAmount(amountText, checkout.currency, locale)
  if (typeof amount !== 'bigint') return link
  const withAmount = new URL(link)
  withAmount.searchParams.set('amount', formatAmount(amount, checkout.currency))
  return withAmount.href
}

/** The page's own address, for a telephone's camera or a printer. */
function code(link: string, { page }: PageLanguage): Html {
  const picture = renderSVG(link, { border: 2 })
  return html`<details>
    <summary>${page.scan}</summary>
    <div class="code">${raw(picture)}</div>
    <p><a href="${link}">${link}</a></p>
  </details>`
}

function hintOf({ minAmount, maxAmount }: Checkout, { checkout: messages }: PageLanguage): string {
  if (minAmount && maxAmount) return messages.range
  if (minAmount) return messages.minimum
  return maxAmount ? messages.maximum : ''
}

function fill(
  text: string,
  checkout: Checkout,
  money: MoneyFormat,
  readings: readonly bigint[] = [],
): string {
  const amount = minorUnits(checkout, 'amount')
  const least = minorUnits(checkout, 'minAmount') ?? 1n
  const most = minorUnits(checkout, 'maxAmount')
  const values: Record<string, string | undefined> = {
    amount: amount === undefined ? undefined : money.full(amount),
    min: money.full(least),
    max: most === undefined ? undefined : money.full(most),
    example: money.bare(amount ?? least),
    readings: readings.map(money.bare).join(' / '),
  }
  return fillText(text, (place) => values[place] ?? '')
}

function textOf(code: PayProblem, { checkout, customer }: PageLanguage): string {
  const messages: Readonly<Record<string, string>> = { ...customerTexts(customer), ...checkout }
  return (Object.hasOwn(messages, code) && messages[code]) || checkout.failed
}

function document(
  { language, base }: Pick<PayPage, 'language' | 'base'>,
  title: string,
  content: Html,
): Html {
  const stylesheet = `${base}/pages/pay.css`
  return buyerPage({ language, title, stylesheet }, html`<main>${content}</main>`)
}

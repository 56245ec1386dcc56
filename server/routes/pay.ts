/** `/pay/{checkout}` and `/pay?offer=…`: a payment page that needs no script, and what forms are posted to. */
import { parse } from 'node:querystring'
import { ConstantBackoff, handleType, retry } from 'cockatiel'
import { Hono, type Context } from 'hono'
import { nanoid } from 'nanoid'
import { basePathOf } from '../base-path.ts'
import type { Config } from '../config.ts'
import type { ConfiguredProvider } from '../configured-providers.ts'
import { readAmount } from '../contract/amount-text.ts'
import { createMoneyFormat } from '../contract/money-format.ts'
import { formatAmount, parseAmount } from '../contract/money.ts'
import type { CreateSession, ErrorCode, Session } from '../contract/schemas.ts'
import {
  CoinslotError,
  IdempotencyInProgress,
  IdempotencyKeyReused,
  InvalidRequest,
  UnsupportedMediaType,
} from '../errors.ts'
import type { Answer, Caller } from '../intents.ts'
import type { Log } from '../log.ts'
import type { Sessions } from '../sessions.ts'
import { loadPageLanguage } from '../page-language.ts'
import { addressOf, limitBody, requireOrigin, requireUnreadBody, type Env } from './guards.ts'
import { toKnown } from './known-error.ts'
import { localeOf } from './page-locale.ts'
import { customerTexts, readCustomer, type Fields } from './pay-fields.ts'
import { messagePage, payPage, type PayPage, type PayProblem } from './pay-page.ts'

export interface PayDeps {
  readonly config: Config
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly sessions: Sessions
  readonly log: Log
}

const MAX_BODY_BYTES = 16_384
/** Whatever is added to a link on its way, it has a few dozen; to decode thousands takes long. */
const MAX_PARAMETERS = 64

// Where a form leads to is the provider's page, whose host is checked when the session is made.
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self' https: http://localhost:* http://127.0.0.1:*",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** After these the payment may have been begun all the same: the next try must be the same intent. */
const UNCERTAIN: ReadonlySet<PayProblem> = new Set([
  'idempotency_in_progress',
  'provider_timeout',
  'provider_unavailable',
  'rate_limited',
])

// Who presses twice has hung up on the first answer: the second press waits for the same one.
const untilAnswered = retry(handleType(IdempotencyInProgress), {
  maxAttempts: 40,
  backoff: new ConstantBackoff(250),
})

export function payRoutes({ config, providers, sessions, log }: PayDeps): Hono<Env> {
  const app = new Hono<Env>()
  const base = basePathOf(config.publicUrl)
  const { origin } = new URL(config.publicUrl)

  app.use(async (c, next) => {
    await next()
    c.header('Content-Security-Policy', POLICY)
    c.header('Cache-Control', 'no-store')
  })
  app.onError(async (error, c) => {
    const known = toKnown(error, c.req.raw)
    logFailure(c, known)
    setHeaders(c, known)
    const language = await loadPageLanguage(localeOf(c, readQuery(c)['locale']))
    const id = c.req.param('checkout')
    // A buyer who comes from a page that names no origin, as its policy for referrers may be, can pay on ours.
    const path = known.code === 'origin_not_allowed' && id !== undefined ? pathOf(id) : undefined
    return c.html(messagePage(known.code, language, base, path), known.status as 400)
  })

  for (const path of ['/', '/:checkout'] as const) {
    app.get(path, async (c) => {
      const { amount, locale, offer } = readQuery(c)
      const page = await pageFor(c, { amount, locale, offer })
      return c.html(payPage(locale === undefined ? asLocaleWrites(page) : page))
    })
    app.post(
      path,
      requireOrigin(config),
      requireUnreadBody,
      limitBody(MAX_BODY_BYTES),
      async (c) => {
        const fields = await readForm(c)
        return pay(c, await pageFor(c, fields))
      },
    )
  }
  return app

  function pathOf(id: string | undefined): string {
    return id === undefined ? `${base}/pay` : `${base}/pay/${encodeURIComponent(id)}`
  }

  async function pageFor(c: Context<Env>, fields: Fields): Promise<PayPage> {
    const id = c.req.param('checkout')
    const { offer, key } = fields
    const { checkout, missing } = await sessions.findTerms({ checkout: id, offer })
    const locale = localeOf(c, fields['locale'])
    const path = pathOf(id)
    const language = await loadPageLanguage(locale)
    const messages = customerTexts(language.customer)
    return {
      checkoutId: id,
      checkout,
      offer,
      base,
      path,
      link: `${origin}${path}${offer === undefined ? '' : `?offer=${offer}`}`,
      locale,
      language,
      customer: { parts: missing, fields, locale, messages },
      test: providers.get(checkout.provider)?.test ?? false,
      amountText: fields['amount'],
      key: isKey(key) ? key : newKey(),
    }
  }

  /** Sends the buyer to the provider, or says on the same page why not. */
  async function pay(c: Context<Env>, page: PayPage): Promise<Response> {
    const { checkout, checkoutId, offer, amountText, locale } = page
    const amount =
      amountText === undefined ? undefined : readAmount(amountText, checkout.currency, locale)
    if (typeof amount === 'string') {
      return refuse(amount === 'empty' ? 'amount_required' : `amount_${amount}`, 422)
    }
    if (typeof amount === 'object') return refuse('amount_ambiguous', 422, amount.ambiguous)
    const exact = amount === undefined ? undefined : formatAmount(amount, checkout.currency)
    const buyer = readCustomer(page.customer.parts, page.customer.fields)
    if ('faults' in buyer) {
      const customer = { ...page.customer, faults: buyer.faults }
      const problem = buyer.isEmpty ? 'customer_required' : 'customer_invalid'
      return c.html(payPage({ ...page, key: newKey(), customer, problem }), 422)
    }
    const body = {
      checkout: checkoutId,
      offer,
      amount: exact,
      locale,
      ...(buyer.customer && { customer: buyer.customer }),
    }
    try {
      const answer = await createOnce(body, {
        requestId: c.get('requestId'),
        origin: c.req.header('Origin'),
        address: addressOf(c, config),
        idempotencyKey: page.key,
      })
      const told = JSON.parse(answer.body) as Partial<Session & { code: ErrorCode }>
      if (told.redirectUrl !== undefined) return c.redirect(told.redirectUrl, 303)
      return refuse(told.code ?? 'session_not_open', answer.status)
    } catch (error) {
      if (!(error instanceof CoinslotError)) throw error
      logFailure(c, error)
      setHeaders(c, error)
      return refuse(error.code, error.status)
    }

    function refuse(
      problem: PayProblem,
      status: number,
      readings: readonly bigint[] = [],
    ): Response | Promise<Response> {
      const key = UNCERTAIN.has(problem) ? page.key : newKey()
      return c.html(payPage({ ...page, key, problem, readings }), status as 422)
    }
  }

  /** A form that is sent again with another amount, as after Back, is another intent. */
  async function createOnce(body: CreateSession, caller: Caller): Promise<Answer> {
    const create = (by: Caller) => untilAnswered.execute(() => sessions.create(body, by))
    return create(caller).catch((error: unknown) => {
      if (!(error instanceof IdempotencyKeyReused)) throw error
      return create({ ...caller, idempotencyKey: newKey() })
    })
  }

  function logFailure(c: Context<Env>, error: CoinslotError): void {
    if (error.status < 500) return
    log.error({ requestId: c.get('requestId'), err: error }, error.message)
  }
}

/** In an address that names no locale an amount is a decimal string: a point there never groups thousands. */
function asLocaleWrites(page: PayPage): PayPage {
  const { amountText = '', checkout, locale } = page
  const amount = parseAmount(amountText, checkout.currency)
  if (typeof amount !== 'bigint') return page
  return { ...page, amountText: createMoneyFormat(checkout.currency, locale).bare(amount) }
}

function setHeaders(c: Context<Env>, { headers }: CoinslotError): void {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}

/** What a link says, each name once. */
function readQuery(c: Context<Env>): Fields {
  const { search } = new URL(c.req.url)
  const all = parse(search.slice(1), '&', '=', { maxKeys: MAX_PARAMETERS })
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value].flat()[0]]))
}

/** @throws UnsupportedMediaType, InvalidRequest where a name is there twice */
async function readForm(c: Context<Env>): Promise<Fields> {
  const type = c.req.header('Content-Type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) throw new UnsupportedMediaType()
  const entries = [...new URLSearchParams(await c.req.text())]
  const fields: Fields = Object.fromEntries(entries)
  if (Object.keys(fields).length === entries.length) return fields
  throw new InvalidRequest([{ path: '', message: 'a field is there twice' }])
}

function isKey(key: string | undefined): key is string {
  return key !== undefined && /^[\w-]{16,255}$/.test(key)
}

function newKey(): string {
  return `pay_${nanoid(24)}`
}

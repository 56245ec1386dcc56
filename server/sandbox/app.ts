/** The sandbox provider's side: an HTTP API, a hosted page, and signed webhooks. No real money moves. */
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { formatAmount, parseAmount } from '../contract/money.ts'
import { isSafeUrl } from '../safe-url.ts'
import { changeTo, returnUrl, sandboxEndings, type SandboxEnding } from './endings.ts'
import type { SandboxLedger, SandboxPayment } from './payment.ts'
import { messagePage, paymentPage } from './page.ts'
import { pageStyles } from './page-styles.ts'
import type { SandboxReporter } from './reporter.ts'

export interface SandboxDeps {
  readonly ledger: SandboxLedger
  /** Sends the webhooks; resolves when one was taken or is being tried again in the background. */
  readonly report: SandboxReporter
  /** What the API's callers must present. */
  readonly apiKey: string
  /** Where buyers reach the hosted page, without a slash at its end. */
  readonly publicUrl: string
  readonly now: () => Date
}

const MAX_BODY_BYTES = 16_384

const safeUrl = z.string().refine(isSafeUrl).nullable()

const newPayment = z.strictObject({
  amount: z.string(),
  currency: z.string().length(3),
  description: z.string().nullable(),
  successUrl: safeUrl,
  cancelUrl: safeUrl,
  failUrl: safeUrl,
  webhookUrl: z.string().refine(isSafeUrl),
  expiresAt: z.iso.datetime(),
})

const outcomes = z.enum(sandboxEndings)

export function createSandboxApp(deps: SandboxDeps): Hono {
  const { ledger, report, now } = deps
  const app = new Hono()
  const prefix = new URL(deps.publicUrl).pathname.replace(/\/$/, '')

  app.use('/v1/*', bearerAuth({ token: deps.apiKey }))
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }))
  // What those two refuse is the caller's fault; anything else is for whoever this is part of.
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    throw error
  })

  app.post('/v1/payments', async (c) => {
    const body = newPayment.safeParse(await c.req.json().catch(() => null))
    const key = c.req.header('Idempotency-Key')
    if (!body.success || !key || !isExact(body.data)) return c.json({ error: 'bad_request' }, 400)
    const id = paymentId(key)
    await ledger.add({ ...body.data, id, expiresAt: new Date(body.data.expiresAt) })
    const payment = await ledger.find(id)
    return payment ? c.json(view(payment), 201) : c.json({ error: 'not_found' }, 404)
  })

  // What was made under a key, for one whose answer was lost.
  app.get('/v1/payments', async (c) => {
    const key = c.req.header('Idempotency-Key')
    const payment = key ? await current(paymentId(key)) : undefined
    return payment ? c.json(view(payment)) : c.json({ error: 'not_found' }, 404)
  })

  app.patch('/v1/payments/:id', async (c) => {
    const body = z
      .strictObject({ amount: z.string() })
      .safeParse(await c.req.json().catch(() => null))
    const payment = await current(c.req.param('id'))
    if (!payment) return c.json({ error: 'not_found' }, 404)
    if (!body.success || !isExact({ ...payment, ...body.data })) {
      return c.json({ error: 'bad_request' }, 400)
    }
    const changed = await ledger.changeAmount(payment.id, body.data.amount)
    return changed ? c.json(view(changed)) : c.json({ error: 'not_open' }, 409)
  })

  app.get('/v1/payments/:id', async (c) => {
    const payment = await current(c.req.param('id'))
    return payment ? c.json(view(payment)) : c.json({ error: 'not_found' }, 404)
  })

  app.get('/page.css', (c) => {
    c.header('Content-Type', 'text/css; charset=utf-8')
    c.header('Cache-Control', 'no-cache')
    return c.body(pageStyles)
  })

  app.get('/pay/:id', async (c) => {
    const payment = await current(c.req.param('id'))
    c.header('Content-Security-Policy', pagePolicy(payment))
    c.header('Cache-Control', 'no-store')
    if (payment) return c.html(paymentPage(payment, prefix))
    return c.html(
      messagePage('No such payment', 'This link leads to no payment here.', prefix),
      404,
    )
  })

  app.post('/pay/:id', async (c) => {
    const form = await c.req.parseBody().catch(() => undefined)
    const outcome = outcomes.safeParse(form?.['outcome'])
    const payment = await current(c.req.param('id'))
    const ended = outcome.success && payment && (await end(payment, outcome.data))
    const page = `${prefix}/pay/${encodeURIComponent(c.req.param('id'))}`
    // Not open any more (a second click, another tab), or not a choice of ours: show how it stands.
    if (!ended) return c.redirect(page, 303)
    // Here the buyer decides how it goes on.
    if (outcome.data === 'processing') return c.redirect(page, 303)
    return c.redirect(returnUrl(ended, outcome.data) ?? page, 303)
  })

  /** A payment as it is now: one past its time expires when somebody looks. */
  async function current(id: string): Promise<SandboxPayment | undefined> {
    const payment = await ledger.find(id)
    if (payment?.status !== 'open' || payment.expiresAt > now()) return payment
    return (await end(payment, 'expired')) ?? ledger.find(id)
  }

  /** Ends a payment and tells of it; undefined where it cannot end like this any more. */
  async function end(
    payment: SandboxPayment,
    ending: SandboxEnding,
  ): Promise<SandboxPayment | undefined> {
    const change = changeTo(ending, payment)
    const ended = change && (await ledger.record(payment.id, change, now()))
    if (!ended) return undefined
    for (const event of ended.events.slice(-change.events.length)) await report(ended, event)
    return ended
  }

  function view({ id, status, amount, currency, expiresAt, events }: SandboxPayment) {
    return { id, status, amount, currency, expiresAt, url: `${deps.publicUrl}/pay/${id}`, events }
  }

  return app
}

/** The same key makes the same payment; without one there would be two for one retried call. */
function paymentId(key: string): string {
  return `sbx_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`
}

function isExact({ amount, currency }: { amount: string; currency: string }): boolean {
  const minor = parseAmount(amount, currency)
  return typeof minor === 'bigint' && minor > 0n && formatAmount(minor, currency) === amount
}

/** Chromium holds `form-action` also against the redirect that follows, so the shop's pages are named. */
function pagePolicy(payment: SandboxPayment | undefined): string {
  const urls = [payment?.successUrl, payment?.cancelUrl, payment?.failUrl]
  const origins = new Set(urls.flatMap((url) => (url ? [new URL(url).origin] : [])))
  return [
    "default-src 'none'",
    "style-src 'self'",
    `form-action ${["'self'", ...origins].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

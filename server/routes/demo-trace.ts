/** Notes in the demo's trace the requests and webhooks that are about a session. */
import type { Context, MiddlewareHandler } from 'hono'
import type { Session } from '../contract/schemas.ts'
import type { DemoTrace, TraceEntry } from '../demo/trace.ts'
import type { Env } from './guards.ts'

/** `POST /v1/sessions`. */
export function traceOpening(trace: DemoTrace): MiddlewareHandler<Env> {
  return async function traceOpening(c, next) {
    const at = trace.at()
    await next()
    if (c.req.method !== 'POST' || c.res.status !== 201) return
    const session = (await c.res.clone().json()) as Session
    const entry: TraceEntry = {
      kind: 'request',
      at,
      method: 'POST',
      path: '/v1/sessions',
      status: c.res.status,
      requestId: c.get('requestId'),
      body: withoutSecrets((await readJson(c)) as Record<string, unknown>),
    }
    trace.open(session, entry)
  }
}

/** `POST /v1/webhooks/sandbox`; what was not taken tells nothing that could be believed. */
export function traceWebhook(trace: DemoTrace): MiddlewareHandler<Env> {
  return async function traceWebhook(c, next) {
    const at = trace.at()
    await next()
    if (!c.res.ok) return
    const { type, data } = (await readJson(c)) as SandboxWebhook
    const session = trace.sessionOf(data.id)
    if (session === undefined) return
    const { amount, currency } = data
    const { status } = c.res
    const provider = 'sandbox'
    trace.note(session, { kind: 'webhook', at, provider, status, type, amount, currency })
  }
}

interface SandboxWebhook {
  readonly type: string
  readonly data: { readonly id: string; readonly amount: string; readonly currency: string }
}

/** Hono keeps the bytes that the route has read. */
async function readJson(c: Context<Env>): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await c.req.arrayBuffer()))
}

/** An offer by its beginning, and of the buyer only what was told, not how it reads. */
function withoutSecrets({ offer, customer, ...body }: Record<string, unknown>) {
  return {
    ...body,
    ...(typeof offer === 'string' && { offer: `${offer.slice(0, 12)}…` }),
    ...(typeof customer === 'object' && customer && { customer: Object.keys(customer) }),
  }
}

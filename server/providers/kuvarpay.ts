/** KuvarPay: crypto payments, paid out in local currency; https://developers.kuvarpay.com */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SessionStatus } from '../contract/schemas.ts'
import { ProviderRejected, WebhookRejected } from '../errors.ts'
import { parseExactJson } from '../json.ts'
import { isSafeUrl } from '../safe-url.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import { fromProviderNumber, readMoney, toProviderNumber } from './amount.ts'
import { createBridge } from './kuvarpay-bridge.ts'
import { isPaidWhole, transactionsShape } from './kuvarpay-transactions.ts'
import { ownSessionIn } from './own-session.ts'
import type { Order, ProviderDefinition, ProviderSession } from './provider.ts'
import { seal } from './seal.ts'
import { verifyHmacSha256 } from './signature.ts'

const settings = z
  .strictObject({
    businessId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 characters without a space')
      .optional(),
    auth: z
      .enum(['x-api-key', 'authorization', 'bearer'])
      .default('x-api-key')
      .meta({ description: 'How the API key is sent: the documentation has all three.' }),
    sdkUrl: z
      .string()
      .refine(isSafeUrl, { message: 'must be an https URL (http on loopback)' })
      .default('https://pay.kuvarpay.com/kuvarpay-sdk.js'),
    redirectUrlTemplate: z
      .string()
      .refine(isTemplate, { message: 'must be an https URL with {sessionId} behind its host' })
      .optional()
      .meta({ description: 'A payment page to redirect to, instead of the bridge page.' }),
  })
  .refine(({ auth, businessId }) => auth !== 'x-api-key' || businessId !== undefined, {
    path: ['businessId'],
    message: 'is needed with "auth": "x-api-key"',
  })

type Settings = z.output<typeof settings>

const PATH = '/api/v1/checkout-sessions'
const SIGNATURE_HEADER = 'X-KuvarPay-Signature'

/** The form of KuvarPay's ids: nothing that would lead a path elsewhere. */
const reference = z.string().regex(/^[\w-][\w.:-]{0,199}$/)

const session = z.object({
  sessionId: reference,
  status: z.string(),
  /** What is asked for, not what was paid. */
  amount: z.unknown(),
  currency: z.string(),
})

const createdSession = session.extend({
  expiresAt: z.iso.datetime({ offset: true }).nullish().catch(null),
  authToken: z.string().min(1).max(8192).nullish(),
})

const askedSession = session.extend({ ...transactionsShape, redirectUrl: z.unknown().optional() })

// Only PENDING is documented; the others follow from the names of the events.
const STATUS: ReadonlyMap<string, SessionStatus> = new Map([
  ['PENDING', 'pending'],
  ['PAYMENT_RECEIVED', 'processing'],
  ['COMPLETED', 'paid'],
  ['FAILED', 'failed'],
  ['EXPIRED', 'expired'],
  ['CANCELLED', 'canceled'],
  ['CANCELED', 'canceled'],
])

const EVENTS: ReadonlyMap<string, SessionStatus> = new Map([
  ['checkout_session.payment_received', 'processing'],
  ['checkout_session.completed', 'paid'],
  ['checkout_session.failed', 'failed'],
  ['checkout_session.expired', 'expired'],
  // One payment: whether the session is complete by it, the session says.
  ['payment.completed', 'processing'],
])

export const kuvarpay: ProviderDefinition<typeof settings> = {
  id: 'kuvarpay',
  test: false,
  settings,
  secrets: ['KUVARPAY_API_KEY', 'KUVARPAY_WEBHOOK_SECRET'],
  secretsFor: ({ redirectUrlTemplate }) =>
    redirectUrlTemplate === undefined ? ['KUVARPAY_PUBLISHABLE_KEY'] : [],
  baseUrl: 'https://payment.kuvarpay.com',
  redirectHosts: ['kuvarpay.com', '*.kuvarpay.com'],

  create(setup) {
    const { settings, secrets, http, webhookUrl } = setup
    const apiKey = secrets['KUVARPAY_API_KEY'] ?? ''
    const headers = authHeaders(settings, apiKey)
    const bridge = settings.redirectUrlTemplate === undefined ? createBridge(setup) : undefined

    return {
      id: 'kuvarpay',
      capabilities: { update: false, status: true, idempotent: true, staticOrders: false },
      ...(bridge && { bridge }),

      async createSession(order, call) {
        const created = await http.send({
          method: 'POST',
          path: PATH,
          headers: { ...headers, 'Idempotency-Key': call.idempotencyKey },
          body: { ...orderBody(order), callbackUrl: webhookUrl },
          answer: envelope(asAsked(order)),
          idempotent: true,
        })
        return toProviderSession(dataOf(created), order)
      },

      async fetchReport(reference) {
        const asked = await http.send({
          method: 'GET',
          path: `${PATH}/${encodeURIComponent(reference)}`,
          headers,
          answer: envelope(askedSession.extend({ sessionId: z.literal(reference) })),
          idempotent: true,
        })
        const { sessionId, status, currency, redirectUrl, ...data } = dataOf(asked)
        // It is told back as it was given.
        const own = ownSessionIn(redirectUrl)
        const meaning = STATUS.get(status.toUpperCase())
        // Undefined would let a webhook decide.
        if (!meaning) {
          const report = toReport(sessionId, 'pending', undefined, currency)
          return { ...report, ...own, unknownStatus: status }
        }
        const isWhole = meaning !== 'paid' || isPaidWhole(data)
        const report = toReport(sessionId, meaning, isWhole ? data.amount : undefined, currency)
        return { ...report, ...own }
      },

      async readWebhook(request) {
        const text = verifyHmacSha256(request, SIGNATURE_HEADER, secrets['KUVARPAY_WEBHOOK_SECRET'])
        return readReport(text)
      },
    }

    async function toProviderSession(
      { sessionId, expiresAt, authToken }: z.output<typeof createdSession>,
      order: Order,
    ): Promise<ProviderSession> {
      const times = expiresAt ? { expiresAt: new Date(expiresAt) } : {}
      const template = settings.redirectUrlTemplate
      if (template !== undefined) {
        return { reference: sessionId, redirectUrl: fillIn(template, sessionId), ...times }
      }
      const payment = { sessionId, ...(authToken && { authToken }) }
      return {
        reference: sessionId,
        redirectUrl: setup.bridgeUrl(order.sessionId),
        handoff: await seal(payment, order.sessionId, apiKey),
        ...times,
      }
    }
  },
}

function authHeaders({ auth, businessId }: Settings, apiKey: string): Record<string, string> {
  const key = {
    'x-api-key': { 'X-API-Key': apiKey },
    authorization: { Authorization: apiKey },
    bearer: { Authorization: `Bearer ${apiKey}` },
  }[auth]
  return { ...key, ...(businessId !== undefined && { 'X-Business-ID': businessId }) }
}

/** Undefined members are not sent. */
function orderBody(order: Order): Record<string, unknown> {
  const { amount, currency, customer, kuvarpay } = order
  const name = [customer?.firstName, customer?.lastName].filter(Boolean).join(' ')
  return {
    amount: toProviderNumber(amount, currency),
    currency,
    description: order.description,
    customerName: name || undefined,
    customerEmail: customer?.email,
    // From the beginning, not from now: every try under one key is the same request.
    expiresIn: Math.floor((order.expiresAt.getTime() - order.createdAt.getTime()) / 1000),
    paymentTolerance: kuvarpay?.paymentTolerance,
    fromCurrency: kuvarpay?.fromCurrency,
    fromNetwork: kuvarpay?.fromNetwork,
    refundAddress: kuvarpay?.refundAddress,
    // There is one for every outcome; on the success page stands what the server knows of it.
    redirectUrl: order.successUrl,
  }
}

/** A session for another sum than ours must not be offered to anyone. */
function asAsked({ amount, currency }: Order) {
  return createdSession.extend({
    currency: z.literal(currency),
    amount: z.unknown().refine((told) => fromProviderNumber(told, currency) === amount),
  })
}

function envelope<T>(data: z.ZodType<T>) {
  return z.discriminatedUnion('success', [
    z.object({ success: z.literal(true), data }),
    z.object({ success: z.literal(false) }),
  ])
}

/** @throws ProviderRejected where a 200 says that it is none */
function dataOf<T>(answer: { success: true; data: T } | { success: false }): T {
  if (answer.success) return answer.data
  const cause = new Error('kuvarpay: answered success: false')
  throw new ProviderRejected('the payment provider refused the request', {}, { cause })
}

const toldSession = z.looseObject({})
const webhookBody = toldSession.extend({
  event: z.string().optional(),
  type: z.string().optional(),
  checkout_session: toldSession.optional(),
  data: toldSession.extend({ checkout_session: toldSession.optional() }).optional(),
})

/** Reads tolerantly: what a webhook looks like inside is not documented, and it is only a reason to ask. */
function readReport(text: string): PaymentReport | undefined {
  const body = parseWebhook(text)
  const event = body.event ?? body.type
  if (event !== undefined && !EVENTS.has(event)) return undefined
  const places = [body.checkout_session, body.data?.checkout_session, body.data, body].filter(
    (place) => place !== undefined,
  )
  // An `id` may be that of the event, or of one payment, so the names that leave no doubt come first.
  const ids = [
    ...places.flatMap((place) => [
      place['sessionId'],
      place['session_id'],
      place['checkoutSessionId'],
    ]),
    ...places.map((place) => place['id']),
  ]
  const found = ids.find((id) => reference.safeParse(id).success)
  if (typeof found !== 'string') throw new WebhookRejected('the body names no session')
  const sum = places.find((place) => place['amount'] !== undefined)
  const status = event === undefined ? undefined : EVENTS.get(event)
  return toReport(found, status ?? 'pending', sum?.['amount'], sum?.['currency'])
}

function parseWebhook(text: string): z.output<typeof webhookBody> {
  try {
    return webhookBody.parse(parseExactJson(text))
  } catch {
    throw new WebhookRejected('the body is not a payment report')
  }
}

/** There is no id that an asked status would share with a webhook: the same state is the same event. */
function toReport(
  reference: string,
  status: SessionStatus,
  amount: unknown,
  currency: unknown,
): PaymentReport {
  const money = readMoney(amount, currency)
  const state = [reference, status, String(money.amount), money.currency]
  return {
    provider: 'kuvarpay',
    eventId: createHash('sha256').update(JSON.stringify(state)).digest('base64url'),
    reference,
    status,
    ...money,
  }
}

/** The host must be known before there is a session, so that none can choose it. */
function isTemplate(text: string): boolean {
  const [one, other] = [fillIn(text, 'a'), fillIn(text, 'b')]
  return one !== other && isSafeUrl(one) && new URL(one).origin === new URL(other).origin
}

function fillIn(template: string, sessionId: string): string {
  return template.replaceAll('{sessionId}', encodeURIComponent(sessionId))
}

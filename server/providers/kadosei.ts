/** Kadosei: card payments by whichever service it routes them to; https://docs.kadosei.com/create-a-payment */
import { createHash } from 'node:crypto'
import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'
import type { SessionStatus } from '../contract/schemas.ts'
import { WebhookRejected } from '../errors.ts'
import { parseExactJson } from '../json.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import { readMoney, toProviderNumber } from './amount.ts'
import { ownSessionIn } from './own-session.ts'
import type { Order, ProviderDefinition } from './provider.ts'
import { reference } from './reference.ts'
import { verifyHmacSha256 } from './signature.ts'

const settings = z.strictObject({
  webhookHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
    // The documentation says that there is such a header, and not how it is called.
    .default('X-Kadosei-Signature')
    .meta({ description: 'The header with the HMAC-SHA256 of the raw body, in hex.' }),
})

const PATH = '/api/v1/sessions'

const sessionAnswer = z.object({
  sessionId: reference,
  checkoutUrl: z.string().min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
})

/** How a session stands: what is documented of it for the answer that creates one, and a guess elsewhere. */
const standing = z.object({
  sessionId: reference,
  status: z.string().optional(),
  amount: z.unknown().optional(),
  currency: z.unknown().optional(),
  // What it was given when it was made; whether it is told back is not documented.
  orderReference: z.unknown().optional(),
})
type Standing = z.output<typeof standing>

// PENDING, SUCCEEDED and the refunds are documented; the others are guessed from the names of events.
const STATUS: ReadonlyMap<string, SessionStatus> = new Map([
  ['PENDING', 'pending'],
  ['SUCCEEDED', 'paid'],
  // The merchant knows of what he gave back himself; the order is still a paid one.
  ['PARTIALLY_REFUNDED', 'paid'],
  ['REFUNDED', 'refunded'],
  ['FAILED', 'failed'],
  ['EXPIRED', 'expired'],
  ['CANCELLED', 'canceled'],
  ['CANCELED', 'canceled'],
])

// session.completed and session.expired are documented, the others are guessed after them.
const EVENT: ReadonlyMap<string, SessionStatus> = new Map([
  ['session.completed', 'paid'],
  ['session.expired', 'expired'],
  ['session.failed', 'failed'],
  ['session.cancelled', 'canceled'],
  ['session.canceled', 'canceled'],
])

// Where a path is not there, a server says one of these. The documentation speaks of asking for a
// session's status without saying where; this is where its refunds are.
const NO_SUCH_CALL = [404, 405, 501]

export const kadosei: ProviderDefinition<typeof settings> = {
  id: 'kadosei',
  test: false,
  settings,
  secrets: ['KADOSEI_API_KEY', 'KADOSEI_WEBHOOK_SECRET'],
  // The documentation names none.
  baseUrl: undefined,
  // It needs a customer; which members is not documented, and these are what card services ask for.
  needsCustomer: ['name', 'email'],
  // The page is that of the service it routes to, and this is the only one in the documentation.
  redirectHosts: ['checkout.stripe.com'],

  create({ settings, secrets, http }) {
    const headers = { authorization: `Bearer ${secrets['KADOSEI_API_KEY'] ?? ''}` }

    return {
      id: 'kadosei',
      capabilities: { update: false, status: true, idempotent: true, staticOrders: false },

      async createSession(order, call) {
        const { sessionId, checkoutUrl, expiresAt } = await http.send({
          method: 'POST',
          path: PATH,
          headers: { ...headers, 'idempotency-key': toUuid(call.idempotencyKey) },
          body: toBody(order),
          answer: sessionAnswer,
          idempotent: true,
        })
        return {
          reference: sessionId,
          redirectUrl: checkoutUrl,
          ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
        }
      },

      async fetchReport(reference) {
        const answer = await http.send({
          method: 'GET',
          path: `${PATH}/${encodeURIComponent(reference)}`,
          headers,
          answer: standing
            .extend({ sessionId: z.literal(reference), status: z.string() })
            .optional(),
          absent: NO_SUCH_CALL,
          idempotent: true,
        })
        const status = answer && STATUS.get(answer.status)
        // A status that we do not know has been asked for all the same: no webhook is believed over it.
        if (answer && !status) {
          return { ...toReport(answer, 'pending'), unknownStatus: answer.status }
        }
        return status && toReport(answer, status)
      },

      async readWebhook(request) {
        const secret = secrets['KADOSEI_WEBHOOK_SECRET']
        return readReport(verifyHmacSha256(request, settings.webhookHeader, secret))
      },
    }
  },
}

/** Members that are undefined are not sent. */
function toBody(order: Order): Record<string, unknown> {
  const { currency, shipping } = order
  const number = (minor: bigint | undefined) =>
    minor === undefined ? undefined : toProviderNumber(minor, currency)
  const isShippingTold = shipping?.type !== undefined || shipping?.method !== undefined
  const failure = order.failUrl ?? order.cancelUrl
  return {
    // Without a merchant's reference ours stands in the dashboard, so that a payment can be found.
    orderReference: order.orderId ?? order.sessionId,
    paymentMethod: 'card',
    currency,
    locale: order.locale === undefined ? undefined : toLocale(order.locale),
    amount: {
      total: number(order.amount),
      shipping: number(shipping?.amount),
      tax: number(order.tax),
    },
    orderItems:
      order.items.length > 0
        ? order.items.map((item) => ({ ...item, unitPrice: number(item.unitPrice) }))
        : undefined,
    customer: order.customer ?? {},
    shipping: isShippingTold ? { type: shipping.type, method: shipping.method } : undefined,
    additionalInformation: order.metadata,
    redirectUrls:
      order.successUrl === undefined && failure === undefined
        ? undefined
        : { success: order.successUrl, failure },
  }
}

/** `en-AU` and `zh-Hant-TW` as `en_AU` and `zh_TW`; undefined where it is no language tag after all. */
function toLocale(tag: string): string | undefined {
  try {
    const { language, region } = new Intl.Locale(tag.replaceAll('_', '-'))
    return region ? `${language}_${region}` : language
  } catch {
    return undefined
  }
}

/** The guide wants a UUID of version 4 as a key: always the same one for the same text. */
function toUuid(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function readReport(text: string): PaymentReport | undefined {
  const { event, session } = parseWebhook(text)
  // Its status and amount are those of the refund, of which there may be several; how the session
  // stands has to be asked, and this changes nothing by itself.
  if (event.startsWith('refund.')) return toReport({ sessionId: session.sessionId }, 'pending')
  const meaning = EVENT.get(event)
  if (session.status === undefined) return meaning && toReport(session, meaning)
  const status = STATUS.get(session.status)
  if (status) return toReport(session, status)
  // No amount of it is believed: it is a reason to ask, and for a person to look if it is said to be paid.
  const { sessionId, status: unknownStatus } = session
  return { ...toReport({ sessionId }, meaning === 'paid' ? 'paid' : 'pending'), unknownStatus }
}

/** What a webhook looks like is not documented: the session is looked for where others have it. */
function parseWebhook(text: string): { event: string; session: Standing } {
  const body = readJson(text)
  const places = [
    body,
    member(body, 'data'),
    member(body, 'session'),
    member(body, 'data', 'session'),
  ]
  const [session] = places.flatMap((place) => standing.safeParse(place).data ?? [])
  if (!session) throw new WebhookRejected('the body is not a report of a session')
  const event = member(body, 'event') ?? member(body, 'type')
  return { event: typeof event === 'string' ? event : '', session }
}

function member(value: unknown, ...names: readonly string[]): unknown {
  const [name, ...rest] = names
  if (name === undefined) return value
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isObject ? member((value as Record<string, unknown>)[name], ...rest) : undefined
}

function readJson(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch {
    throw new WebhookRejected('the body is not JSON')
  }
}

function toReport(
  { sessionId, amount, currency, orderReference }: Standing,
  status: SessionStatus,
): PaymentReport {
  const total = isLosslessNumber(amount) ? amount : (member(amount, 'total') ?? amount)
  const money = readMoney(total, currency)
  return {
    provider: 'kadosei',
    // A session takes one payment, so that a webhook, the same again and an asked status are one event.
    eventId: [sessionId, status, money.amount ?? '', money.currency ?? ''].join(' '),
    reference: sessionId,
    ...ownSessionIn(orderReference),
    status,
    ...money,
  }
}

/** Sprintcheckout: crypto payments; https://docs.sprintcheckout.com/api-reference/sessions/create */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SessionStatus } from '../contract/schemas.ts'
import { WebhookRejected } from '../errors.ts'
import { parseExactJson, writeExactJson } from '../json.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import { readMoney, toProviderNumber } from './amount.ts'
import { ownSessionIn } from './own-session.ts'
import type { Order, ProviderDefinition, ProviderSession, WebhookRequest } from './provider.ts'
import { reference } from './reference.ts'
import { assertSharedSecret } from './signature.ts'

const settings = z.strictObject({
  webhookHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
    .default('X-Webhook-Api-Key')
    .meta({
      description: 'The header that carries the shared secret; see Dashboard > Notifications.',
    }),
})

const PATH = '/api/checkout/v2/payment_session'

const sessionAnswer = z.object({ sessionId: reference, redirectUrl: z.string().min(1) })

// The documentation has FAILED; the page of 2023 and the WooCommerce plugin have FAIL.
const STATUS: ReadonlyMap<string, SessionStatus> = new Map([
  ['PENDING', 'pending'],
  ['SUCCESS', 'paid'],
  ['FAILED', 'failed'],
  ['FAIL', 'failed'],
  ['EXPIRED', 'expired'],
])

const webhookBody = z.object({
  paymentSessionId: reference,
  status: z.string(),
  amount: z.unknown().optional(),
  currency: z.string().nullish(),
  event: z.unknown().optional(),
  receipts: z.array(z.unknown()).nullish(),
  orderId: z.unknown().optional(),
  successUrl: z.unknown().optional(),
  cancelUrl: z.unknown().optional(),
  failUrl: z.unknown().optional(),
})

export const sprintcheckout: ProviderDefinition<typeof settings> = {
  id: 'sprintcheckout',
  test: false,
  settings,
  secrets: ['SPRINTCHECKOUT_API_KEY', 'SPRINTCHECKOUT_WEBHOOK_KEY'],
  baseUrl: 'https://api.sprintcheckout.com',
  redirectHosts: ['*.sprintcheckout.com'],
  staticOrders: true,

  create({ settings, secrets, http }) {
    const headers = { 'X-SC-ApiKey': secrets['SPRINTCHECKOUT_API_KEY'] ?? '' }

    return {
      id: 'sprintcheckout',
      capabilities: { update: true, status: false, idempotent: false, staticOrders: true },

      async createSession(order) {
        const answer = await http.send({
          method: 'POST',
          path: PATH,
          headers,
          body: { orderType: order.orderType, ...orderBody(order) },
          answer: sessionAnswer,
          idempotent: false,
        })
        return toProviderSession(answer)
      },

      async updateSession(reference, order) {
        const answer = await http.send({
          method: 'PUT',
          path: PATH,
          headers,
          // The schema of this call has a failUrl; that of the call that creates has none.
          body: { sessionId: reference, ...orderBody(order), failUrl: order.failUrl },
          answer: sessionAnswer.extend({ sessionId: z.literal(reference) }),
          idempotent: true,
        })
        return toProviderSession(answer)
      },

      async readWebhook({ headers, body }: WebhookRequest) {
        assertSharedSecret(
          headers.get(settings.webhookHeader),
          secrets['SPRINTCHECKOUT_WEBHOOK_KEY'],
        )
        return readReport(body)
      },
    }
  },
}

/** The fields that creating and updating have in common; undefined ones are not sent. */
function orderBody(order: Order): Record<string, unknown> {
  const { amount, minAmount, currency } = order
  return {
    amount: toProviderNumber(amount, currency),
    minAmount: minAmount === undefined ? undefined : toProviderNumber(minAmount, currency),
    editable: order.editableAtProvider,
    currency,
    // Without a merchant's reference ours stands in the dashboard, so that a payment can be found.
    orderId: order.orderId ?? order.sessionId,
    successUrl: order.successUrl,
    cancelUrl: order.cancelUrl,
  }
}

function toProviderSession(answer: z.output<typeof sessionAnswer>): ProviderSession {
  return { reference: answer.sessionId, redirectUrl: answer.redirectUrl }
}

function readReport(body: Uint8Array): PaymentReport {
  const told = parseWebhook(body)
  const { paymentSessionId, status, event, amount, currency, receipts } = told
  const report = {
    provider: 'sprintcheckout',
    // There is no delivery id. The documentation says to tell reports apart by paymentSessionId, but
    // a static order is paid more than once: what tells payments apart is their receipts, where they
    // are told, and else the bytes of the report. An empty list tells nothing.
    eventId: digest(receipts?.length ? writeExactJson([paymentSessionId, status, receipts]) : body),
    reference: paymentSessionId,
    // It has no keys for idempotency: where an answer was lost, this tells whose session it made.
    ...ownSessionIn(told.successUrl, told.cancelUrl, told.failUrl, told.orderId),
  }
  const meaning = STATUS.get(status)
  if (!meaning) {
    // No amount of it is believed, so that a person looks where money is told of.
    return {
      ...report,
      status: event === 'payment.succeeded' ? 'paid' : 'pending',
      unknownStatus: status,
    }
  }
  return { ...report, status: meaning, ...readMoney(amount, currency) }
}

function parseWebhook(body: Uint8Array): z.output<typeof webhookBody> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return webhookBody.parse(parseExactJson(text))
  } catch {
    throw new WebhookRejected('the body is not a payment report')
  }
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url')
}

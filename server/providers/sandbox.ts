/** The sandbox: a provider of our own for trying everything out, with nothing to sign up for. */
import { z } from 'zod'
import { formatAmount, parseAmount } from '../contract/money.ts'
import type { SessionStatus } from '../contract/schemas.ts'
import { WebhookRejected } from '../errors.ts'
import { parseJson } from '../json.ts'
import type { PaymentReport } from '../settlement/settle.ts'
import type { ProviderDefinition, ProviderSession } from './provider.ts'
import { reference } from './reference.ts'
import { verifyStandardWebhook } from './signature.ts'

const settings = z.strictObject({})

const statuses = z.enum([
  'open',
  'processing',
  'paid',
  'declined',
  'canceled',
  'expired',
  'refunded',
])

const payment = z.object({
  id: reference,
  status: statuses,
  amount: z.string(),
  currency: z.string(),
})
const paymentHistory = payment.extend({
  events: z.array(
    z.object({ id: z.string().min(1), type: statuses, amount: z.string().nullable() }),
  ),
})
const paymentAnswer = payment.extend({ url: z.string(), expiresAt: z.iso.datetime() })
// A status that we do not know is an event of a kind that we do not follow.
const webhookBody = z.object({ data: payment.extend({ status: z.string() }) })

const STATUS: Readonly<Record<z.output<typeof statuses>, SessionStatus>> = {
  open: 'pending',
  processing: 'processing',
  paid: 'paid',
  declined: 'failed',
  canceled: 'canceled',
  expired: 'expired',
  refunded: 'refunded',
}

type Payment = z.output<typeof payment>
/** What is told of a payment; no amount where it is not of money. */
type Told = Omit<Payment, 'amount'> & { readonly amount: string | null }

export const sandbox: ProviderDefinition<typeof settings> = {
  id: 'sandbox',
  test: true,
  settings,
  secrets: [],
  baseUrl: '/sandbox',
  redirectHosts: [],

  create({ secrets, webhookUrl, http, now }) {
    const secret = secrets['SANDBOX_SECRET'] ?? ''
    const headers = { authorization: `Bearer ${secret}` }

    return {
      id: 'sandbox',
      capabilities: { update: true, status: true, idempotent: true, staticOrders: false },

      async createSession(order, call) {
        const answer = await http.send({
          method: 'POST',
          path: '/v1/payments',
          headers: { ...headers, 'idempotency-key': call.idempotencyKey },
          body: {
            amount: formatAmount(order.amount, order.currency),
            currency: order.currency,
            description: order.description ?? null,
            successUrl: order.successUrl ?? null,
            cancelUrl: order.cancelUrl ?? null,
            failUrl: order.failUrl ?? null,
            webhookUrl,
            expiresAt: order.expiresAt.toISOString(),
          },
          answer: paymentAnswer,
          idempotent: true,
        })
        return toProviderSession(answer)
      },

      async findSession(call) {
        const answer = await http.send({
          method: 'GET',
          path: '/v1/payments',
          headers: { ...headers, 'idempotency-key': call.idempotencyKey },
          answer: payment.optional(),
          absent: [404],
          idempotent: true,
        })
        return answer?.id
      },

      async updateSession(reference, order) {
        const answer = await http.send({
          method: 'PATCH',
          path: `/v1/payments/${encodeURIComponent(reference)}`,
          headers,
          body: { amount: formatAmount(order.amount, order.currency) },
          answer: paymentAnswer.extend({ id: z.literal(reference) }),
          idempotent: true,
        })
        return toProviderSession(answer)
      },

      async fetchReport(reference) {
        const answer = await http.send({
          method: 'GET',
          path: `/v1/payments/${encodeURIComponent(reference)}`,
          headers,
          answer: paymentHistory.extend({ id: z.literal(reference) }),
          idempotent: true,
        })
        return toReports(answer)
      },

      async readWebhook(request) {
        const { id, text } = verifyStandardWebhook(request, secret, now())
        const body = webhookBody.safeParse(readJson(text))
        if (!body.success) throw new WebhookRejected('the body is not a payment report')
        const { data } = body.data
        const status = statuses.safeParse(data.status)
        return status.success ? toReport(id, { ...data, status: status.data }) : undefined
      },
    }
  },
}

function toProviderSession(answer: z.output<typeof paymentAnswer>): ProviderSession {
  return {
    reference: answer.id,
    redirectUrl: answer.url,
    expiresAt: new Date(answer.expiresAt),
  }
}

/** All that became of a payment, under the ids that its webhooks have too: two payments stay two. */
function toReports({ events, ...payment }: z.output<typeof paymentHistory>): PaymentReport[] {
  if (events.length === 0) return [toReport(`${payment.id}-0`, payment)]
  return events.map(({ id, type: status, amount }) => toReport(id, { ...payment, status, amount }))
}

function toReport(eventId: string, { id, status, amount, currency }: Told): PaymentReport {
  const minor = amount === null ? undefined : parseAmount(amount, currency)
  return {
    provider: 'sandbox',
    eventId,
    reference: id,
    status: STATUS[status],
    ...(typeof minor === 'bigint' && { amount: minor, currency }),
  }
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

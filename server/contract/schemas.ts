/** Every request and answer of the HTTP interface; the widget imports their types, never this code. */
import { z } from 'zod'
import type { Address, Customer } from './customer.ts'
import { EMAIL, PHONE, PLAIN } from './customer-fields.ts'

function plainText(maxLength: number) {
  return z.string().min(1).max(maxLength).regex(PLAIN, 'must not contain control characters')
}

const locale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag, such as de-CH')

const addressSchema = z
  .strictObject({
    line1: plainText(200),
    line2: plainText(200).optional(),
    city: plainText(100),
    state: plainText(100).optional(),
    postalCode: plainText(20).optional(),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code'),
  })
  .meta({ id: 'Address' }) satisfies z.ZodType<Address>

export const customerSchema = z
  .strictObject({
    firstName: plainText(100).optional(),
    lastName: plainText(100).optional(),
    email: z.email({ pattern: EMAIL }).max(254).optional(),
    phone: z.string().regex(PHONE, 'must be a telephone number').optional(),
    billingAddress: addressSchema.optional(),
    shippingAddress: addressSchema.optional(),
  })
  .meta({
    id: 'Customer',
    description: 'Passed through to the provider, never stored.',
  }) satisfies z.ZodType<Customer>

/** An amount as it comes in: any string here, because what it lacks is said with a code of its own. */
const amountIn = z
  .string()
  .meta({ description: 'Decimal string in major units, such as "25.00".', examples: ['25.00'] })

const amountOut = z.string().meta({
  description: "Decimal string in major units with exactly the currency's number of decimals.",
  examples: ['25.00'],
})

/** A payment link has it in its address, where many servers take no more. */
export const MAX_OFFER_LENGTH = 8192

export const createSessionSchema = z
  .strictObject({
    checkout: plainText(64).optional(),
    offer: z.string().min(1).max(MAX_OFFER_LENGTH).optional(),
    amount: amountIn.optional(),
    clientReferenceId: plainText(200).optional(),
    locale: locale.optional(),
    customer: customerSchema.optional(),
  })
  .refine((body) => body.checkout !== undefined || body.offer !== undefined, {
    message: 'checkout or offer is required',
    path: ['checkout'],
  })
  .meta({ id: 'CreateSession' })

export const updateSessionSchema = z
  .strictObject({ amount: amountIn, customer: customerSchema.optional() })
  .meta({ id: 'UpdateSession' })

export const sessionStatusSchema = z
  .enum(['pending', 'processing', 'paid', 'failed', 'canceled', 'expired', 'refunded'])
  .meta({ id: 'SessionStatus' })

const sessionExceptionSchema = z
  .enum(['underpaid', 'overpaid', 'late', 'duplicate', 'mismatch'])
  .meta({ id: 'SessionException', description: 'Money that needs a person to look at it.' })

export const sessionSchema = z
  .strictObject({
    id: z.string().meta({ examples: ['cs_mwr9vcr33q2-7wAAAAAAAAAAAAAAAAAAAAA'] }),
    status: sessionStatusSchema,
    exception: sessionExceptionSchema.nullable(),
    amount: amountOut,
    currency: z.string(),
    description: z.string().nullable(),
    checkout: z.string().nullable(),
    orderId: z.string().optional().meta({
      description: "The merchant's own, where the configuration or a signed offer has one.",
    }),
    clientReferenceId: z
      .string()
      .nullable()
      .meta({ description: 'From the page, where a buyer could have written another.' }),
    redirectUrl: z.url().optional().meta({ description: 'Only while the session is pending.' }),
    test: z.boolean().meta({ description: 'No real money moves.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Session' })

/** `session.flagged` tells of an `exception`; the others are named after the status. */
const notificationTypeSchema = z
  .enum([
    'session.paid',
    'session.processing',
    'session.failed',
    'session.canceled',
    'session.expired',
    'session.refunded',
    'session.flagged',
  ])
  .meta({ id: 'NotificationType' })

export const notificationSchema = z
  .strictObject({ type: notificationTypeSchema, timestamp: z.iso.datetime(), data: sessionSchema })
  .meta({
    id: 'Notification',
    description: "Sent to the merchant's own system, signed as Standard Webhooks 1.0.",
  })

/** What can be asked of a buyer; `name` is the first or the last, or both. */
export const customerPartSchema = z
  .enum(['name', 'email', 'phone', 'billingAddress', 'shippingAddress'])
  .meta({ id: 'CustomerPart' })

export const checkoutTermsSchema = z
  .strictObject({
    id: z.string(),
    description: z.string().nullable(),
    currency: z.string(),
    fractionDigits: z.number().int(),
    amount: amountOut.nullable(),
    editable: z.boolean(),
    minAmount: amountOut.nullable(),
    maxAmount: amountOut.nullable(),
    presets: z.array(amountOut),
    collect: z.array(customerPartSchema),
    test: z.boolean(),
  })
  .meta({ id: 'Checkout' })

/** Every `code` of the contract; `errors.ts` has a class for each that this server gives. */
export const errorCodeSchema = z
  .enum([
    'invalid_request',
    'idempotency_key_missing',
    'idempotency_key_invalid',
    'origin_not_allowed',
    'not_found',
    'checkout_not_found',
    'session_not_found',
    'provider_not_found',
    'method_not_allowed',
    'idempotency_in_progress',
    'session_not_open',
    'order_already_paid',
    'payload_too_large',
    'unsupported_media_type',
    'idempotency_key_reused',
    'webhook_rejected',
    'amount_required',
    'amount_malformed',
    'amount_precision',
    'amount_not_editable',
    'amount_below_minimum',
    'amount_above_maximum',
    'offer_invalid',
    'offer_expired',
    'customer_required',
    'rate_limited',
    'too_many_streams',
    'store_unavailable',
    'internal',
    'provider_rejected',
    'provider_unavailable',
    'provider_timeout',
  ])
  .meta({ id: 'ErrorCode' })

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: errorCodeSchema,
    requestId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    currency: z.string().optional(),
    fractionDigits: z.number().int().optional(),
    amount: amountOut.nullable().optional(),
    minAmount: amountOut.nullable().optional(),
    maxAmount: amountOut.nullable().optional(),
    missing: z
      .array(customerPartSchema)
      .optional()
      .meta({ description: 'What of the customer has to be sent.' }),
    retryable: z.boolean().optional(),
    session: z
      .union([z.string(), sessionSchema])
      .optional()
      .meta({ description: 'The session, or its id where the provider failed.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' })

export type CreateSession = z.infer<typeof createSessionSchema>
export type UpdateSession = z.infer<typeof updateSessionSchema>
export type SessionStatus = z.infer<typeof sessionStatusSchema>
export type SessionException = z.infer<typeof sessionExceptionSchema>
export type Session = z.infer<typeof sessionSchema>
export type NotificationType = z.infer<typeof notificationTypeSchema>
export type Notification = z.infer<typeof notificationSchema>
export type CheckoutTerms = z.infer<typeof checkoutTermsSchema>
export type CustomerPart = z.infer<typeof customerPartSchema>
export type ErrorCode = z.infer<typeof errorCodeSchema>
export type Problem = z.infer<typeof problemSchema>

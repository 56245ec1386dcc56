/** `/openapi.json`: the HTTP interface described from the very schemas that it is checked against. */
import { Hono } from 'hono'
import { z } from 'zod'
import {
  checkoutTermsSchema,
  createSessionSchema,
  errorCodeSchema,
  notificationSchema,
  problemSchema,
  sessionSchema,
  updateSessionSchema,
} from '../contract/schemas.ts'
import { version } from '../version.ts'
import type { Env } from './guards.ts'

const COMPONENTS = '#/components/schemas/'
const ref = (schema: z.ZodType) => ({ $ref: COMPONENTS + z.globalRegistry.get(schema)?.id })

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema: ref(schema) } },
})
const plain = (description: string) => ({ description })

const problem = {
  description: `A problem; its code is one of: ${errorCodeSchema.options.join(', ')}.`,
  content: { 'application/problem+json': { schema: ref(problemSchema) } },
}

const body = (schema: z.ZodType) => ({
  required: true,
  content: { 'application/json': { schema: ref(schema) } },
})

const inPath = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
})

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Random, new for each intent to pay, the same for each try at it; kept for 24 hours.',
  schema: { type: 'string', pattern: '^"?[A-Za-z0-9_-]{16,255}"?$' },
}

const signedHeader = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
})

const session = (description: string) => json(description, sessionSchema)

/** The document, OpenAPI 3.1. */
export function openApiDocument(serverUrl: string) {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => COMPONENTS + id,
    // The document says once which JSON Schema it is in, and has its own way of naming parts.
    override: ({ jsonSchema }) => {
      delete jsonSchema.$id
      delete jsonSchema.$schema
    },
  })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Coinslot',
      version,
      description: 'Money is a decimal string in major units on every wire: "25.00", never 25.',
    },
    servers: [{ url: serverUrl }],
    components: { schemas },
    webhooks: {
      notification: {
        post: {
          operationId: 'notify',
          summary: "Tells the merchant's own system of a change, at least once",
          parameters: [
            signedHeader('webhook-id', 'The same each time the same thing is told.'),
            signedHeader('webhook-timestamp', 'When this attempt was made, in Unix seconds.'),
            signedHeader('webhook-signature', 'As Standard Webhooks 1.0 has it.'),
          ],
          requestBody: body(notificationSchema),
          responses: {
            '2XX': plain('Received'),
            410: plain('Not to be told again'),
            default: plain('To be told again later, not before a Retry-After'),
          },
        },
      },
    },
    paths: {
      '/v1/checkouts/{id}': {
        get: {
          operationId: 'getCheckout',
          summary: 'What a checkout lets a buyer pay',
          parameters: [inPath('id')],
          responses: { 200: json('The terms', checkoutTermsSchema), default: problem },
        },
      },
      '/v1/sessions': {
        post: {
          operationId: 'createSession',
          summary: 'Open a payment session',
          parameters: [idempotencyKey],
          requestBody: body(createSessionSchema),
          responses: { 201: session('Opened: go to its redirectUrl'), default: problem },
        },
      },
      '/v1/sessions/{id}': {
        get: {
          operationId: 'getSession',
          summary: 'Where a payment stands',
          parameters: [inPath('id')],
          responses: { 200: session('The session'), default: problem },
        },
        patch: {
          operationId: 'updateSession',
          summary: 'Change the amount of a pending, editable session',
          parameters: [inPath('id'), idempotencyKey],
          requestBody: body(updateSessionSchema),
          responses: { 200: session('Changed'), default: problem },
        },
      },
      '/v1/sessions/{id}/events': {
        get: {
          operationId: 'followSession',
          summary: 'Where a payment stands, now and at each change, until its status is final',
          parameters: [inPath('id')],
          responses: {
            200: {
              description: 'Server-sent events `session`, whose data is the session as JSON',
              content: { 'text/event-stream': { schema: ref(sessionSchema) } },
            },
            default: problem,
          },
        },
      },
      '/v1/webhooks/{provider}': {
        post: {
          operationId: 'receiveWebhook',
          summary: "A provider's report, signed in the provider's own way",
          parameters: [inPath('provider')],
          requestBody: { required: true, content: { 'application/json': { schema: {} } } },
          responses: { 200: plain('Stored durably'), default: problem },
        },
      },
      '/healthz': {
        get: { operationId: 'isUp', responses: { 200: plain('The process is up') } },
      },
      '/readyz': {
        get: {
          operationId: 'isReady',
          responses: { 200: plain('Ready'), 503: plain('The store cannot be used') },
        },
      },
    },
  }
}

export function openApiRoutes(serverUrl: string): Hono<Env> {
  const document = openApiDocument(serverUrl)
  return new Hono<Env>().get('/openapi.json', (c) => c.json(document))
}

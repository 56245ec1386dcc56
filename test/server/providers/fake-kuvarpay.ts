/** A fake KuvarPay that judges every request by the documented one, and more strictly where it can. */
import { createHmac } from 'node:crypto'
import { createJudge } from './documented-request.ts'
import {
  answerWith,
  foreignAnswers,
  jsonAnswer,
  startFakeProvider,
  type FakeAnswer,
  type FakeProvider,
  type FakeRequest,
  type Fault,
} from './fake-provider.ts'

export type AuthStyle = 'x-api-key' | 'authorization' | 'bearer'

export interface FakeKuvarPayOptions {
  readonly apiKey: string
  readonly businessId: string
  readonly auth: AuthStyle
  readonly webhookSecret?: string
}

export interface FakeKuvarPay extends FakeProvider {
  /** The sessions that were really made, as they are now, by their id. */
  readonly sessions: ReadonlyMap<string, FakeSession>
  /** What was refused, and why; empty where every request was as documented. */
  readonly complaints: readonly string[]
  /** Moves a session: to another status, with payments, or to whatever a hostile one would say. */
  change(sessionId: string, change: FakeSession): void
  /** A webhook as KuvarPay signs it. */
  webhook(event: string, sessionId: string): { headers: Record<string, string>; raw: string }
}

export type FakeSession = Readonly<Record<string, unknown>>

export const KUVARPAY_PATH = '/api/v1/checkout-sessions'
export const SDK_PATH = '/kuvarpay-sdk.js'

/** Stands in the credential of each session, which nobody but the bridge page may see. */
export const TOKEN_CANARY = 'eyJ-auth-token-canary'

export async function startFakeKuvarPay(options: FakeKuvarPayOptions): Promise<FakeKuvarPay> {
  const sessions = new Map<string, FakeSession>()
  const byKey = new Map<string, FakeAnswer>()
  const complaints: string[] = []
  let deliveries = 0

  function refuse(status: number, complaint: string): FakeAnswer {
    complaints.push(complaint)
    return jsonAnswer(status, { success: false, error: complaint })
  }

  function create(request: FakeRequest): FakeAnswer {
    const complaint = complaintAbout(request)
    if (complaint) return refuse(400, complaint)
    const key = String(request.headers['idempotency-key'] ?? '')
    if (!key) return refuse(400, 'there is no Idempotency-Key')
    const known = byKey.get(key)
    if (known) return known
    const asked = request.body as FakeSession
    const sessionId = `cs_${String(sessions.size + 1).padStart(32, '0')}`
    const expiresAt = new Date(request.at.getTime() + Number(asked['expiresIn'] ?? 1800) * 1000)
    const session = {
      ...sessionData(sessionId, asked),
      expiresAt: expiresAt.toISOString(),
      createdAt: request.at.toISOString(),
    }
    sessions.set(sessionId, session)
    const answer = jsonAnswer(200, { success: true, data: session })
    byKey.set(key, answer)
    return answer
  }

  function find(sessionId: string): FakeAnswer {
    const session = sessions.get(sessionId)
    if (!session) return refuse(404, 'there is no such session')
    const { authToken: _, ...data } = session
    return jsonAnswer(200, { success: true, data: { transactions: [], ...data } })
  }

  const fake = await startFakeProvider((request) => {
    if (request.path === SDK_PATH) return sdkAnswer
    const [, id] = /^\/api\/v1\/checkout-sessions(?:\/([\w-]+))?$/.exec(request.path) ?? []
    if (!request.path.startsWith(KUVARPAY_PATH)) return refuse(404, 'no such path')
    const unproven = complaintAboutKey(request, options)
    if (unproven) return refuse(401, unproven)
    if (request.method === 'POST' && request.path === KUVARPAY_PATH) return create(request)
    if (request.method === 'GET' && id !== undefined) return find(id)
    return refuse(404, 'no such method')
  })
  return Object.assign(fake, {
    sessions,
    complaints,
    change(sessionId: string, change: FakeSession) {
      sessions.set(sessionId, { ...sessions.get(sessionId), ...change })
    },
    webhook(event: string, sessionId: string) {
      const raw = JSON.stringify({ event, data: { sessionId } })
      deliveries += 1
      return {
        raw,
        headers: {
          'X-KuvarPay-Signature': signatureOf(raw, options.webhookSecret ?? ''),
          'X-KuvarPay-Event': event,
          'X-KuvarPay-Delivery': `dlv_${deliveries}`,
        },
      }
    },
  })
}

export function signatureOf(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

export function sessionData(sessionId: string, change: FakeSession = {}): FakeSession {
  return { sessionId, status: 'PENDING', authToken: `${TOKEN_CANARY}-${sessionId}`, ...change }
}

const asAsked = sessionData('cs_1', { amount: 25.5, currency: 'USD' })

/** Answers that are not what the documentation promises, each with the request carried out. */
export const brokenAnswers: Readonly<Record<string, Fault>> = {
  ...foreignAnswers,
  'JSON that stops half-way': { kind: 'answer', body: '{"success":true,"data":{"sessionId":"cs' },
  'JSON that names a key twice': {
    kind: 'answer',
    body: '{"success":false,"success":true,"data":{"sessionId":"cs_1","status":"PENDING","amount":25.5,"currency":"USD"}}',
  },
  'no envelope': answerWith(asAsked),
  'success in words': answerWith({ success: 'true', data: {} }),
  'no data': answerWith({ success: true }),
  'null as data': dataAnswer(null),
  'a list as data': dataAnswer([]),
  'no sessionId': dataAnswer({ status: 'PENDING', amount: 25.5, currency: 'USD' }),
  'a number as sessionId': dataAnswer({ ...asAsked, sessionId: 1 }),
  'an empty sessionId': dataAnswer({ ...asAsked, sessionId: '' }),
  'a sessionId that leads elsewhere': dataAnswer({ ...asAsked, sessionId: '../transactions' }),
  'no status': dataAnswer({ ...asAsked, status: undefined }),
  'no amount': dataAnswer({ ...asAsked, amount: undefined }),
  'no currency': dataAnswer({ ...asAsked, currency: undefined }),
}

export function dataAnswer(data: unknown): Fault {
  return answerWith({ success: true, data })
}

const complaintAbout = createJudge({
  type: 'object',
  additionalProperties: false,
  required: ['amount', 'currency', 'callbackUrl'],
  properties: {
    amount: { type: 'number', exclusiveMinimum: 0 },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    description: { type: 'string', minLength: 1 },
    customerName: { type: 'string', minLength: 1 },
    customerEmail: { type: 'string', format: 'email' },
    expiresIn: { type: 'integer', minimum: 60 },
    paymentTolerance: { type: 'number', minimum: 0.01 },
    fromCurrency: { type: 'string', minLength: 1 },
    fromNetwork: { type: 'string', minLength: 1 },
    refundAddress: { type: 'string', minLength: 10 },
    callbackUrl: { type: 'string', format: 'uri' },
    redirectUrl: { type: 'string', format: 'uri' },
  },
})

/** Each style takes its own headers only, and all want the business. */
function complaintAboutKey(
  { headers }: FakeRequest,
  { apiKey, businessId, auth }: FakeKuvarPayOptions,
): string | undefined {
  const expected = {
    'x-api-key': { 'x-api-key': apiKey, authorization: undefined },
    authorization: { 'x-api-key': undefined, authorization: apiKey },
    bearer: { 'x-api-key': undefined, authorization: `Bearer ${apiKey}` },
  }[auth]
  if (headers['x-business-id'] !== businessId) return 'X-Business-ID is not right'
  const wrong = Object.entries(expected).find(([name, value]) => headers[name] !== value)
  return wrong && `${wrong[0]} is not right`
}

/**
 * A stand-in for KuvarPay's SDK: it reads its settings from its own element's attributes, and opens a
 * frame whose buttons are the buyer's choices.
 */
const sdkAnswer: FakeAnswer = {
  status: 200,
  headers: { 'content-type': 'text/javascript' },
  body: `
const settings = { ...document.currentScript.dataset }
window.KuvarPay = {
  openPayment(payment, callbacks, options) {
    window.opened = [...(window.opened ?? []), { settings, payment, options }]
    const dialog = document.createElement('dialog')
    for (const [label, tell] of [
      ['Pay', () => callbacks.onSuccess(payment.sessionId)],
      ['Leave', () => callbacks.onCancel()],
      ['Break', () => callbacks.onError(new Error('broken'))],
    ]) {
      const button = document.createElement('button')
      button.textContent = label
      button.addEventListener('click', () => { tell(); tell() })
      dialog.append(button)
    }
    document.body.append(dialog)
    dialog.showModal()
  },
}
`,
}

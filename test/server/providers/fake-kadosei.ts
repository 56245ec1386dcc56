/** A fake Kadosei that judges every request by the documented shape, and more strictly where it can. */
import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createJudge } from './documented-request.ts'
import {
  answerWith,
  foreignAnswers,
  jsonAnswer,
  readExact,
  startFakeProvider,
  type FakeAnswer,
  type FakeProvider,
  type FakeRequest,
  type Fault,
} from './fake-provider.ts'

export const KADOSEI_PATH = '/api/v1/sessions'

export type FakeStatus =
  'PENDING' | 'SUCCEEDED' | 'FAILED' | 'EXPIRED' | 'CANCELLED' | 'REFUNDED' | 'PARTIALLY_REFUNDED'

export interface FakeSession {
  readonly request: { readonly amount: { readonly total: number }; readonly currency: string }
  /** The digits of its total. */
  readonly total: string
  /** Our session, by the name that it was given. */
  readonly orderReference: string
  readonly status: FakeStatus
}

export interface FakeWebhook {
  readonly headers: Record<string, string>
  readonly body: string
}

export interface FakeKadosei extends FakeProvider {
  /** The sessions that were really made, as they are now, by their id. */
  readonly sessions: ReadonlyMap<string, FakeSession>
  /** What was refused, and why; empty where every request was as documented. */
  readonly complaints: readonly string[]
  /** Moves a session and gives the webhook that tells of it. */
  move(sessionId: string, status: FakeStatus): FakeWebhook
  /** From now on no session can be asked for: there is nothing at that path. */
  hideSessions(): void
}

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const EVENT: Readonly<Record<FakeStatus, string>> = {
  PENDING: 'session.created',
  SUCCEEDED: 'session.completed',
  FAILED: 'session.failed',
  EXPIRED: 'session.expired',
  CANCELLED: 'session.cancelled',
  REFUNDED: 'refund.completed',
  PARTIALLY_REFUNDED: 'refund.completed',
}

/**
 * @param apiKey the only one that is let in
 * @param webhookSecret what its webhooks are signed with
 * @param expiresAt when it says that its sessions end
 */
export async function startFakeKadosei(
  apiKey: string,
  webhookSecret: string,
  expiresAt = '2026-11-21T13:00:00Z',
): Promise<FakeKadosei> {
  const sessions = new Map<string, FakeSession>()
  const answers = new Map<string, { readonly to: string; readonly answer: FakeAnswer }>()
  const complaints: string[] = []
  let isHidden = false

  function refuse(statusCode: number, message: string): FakeAnswer {
    complaints.push(message)
    return jsonAnswer(statusCode, { statusCode, message: [message], error: 'Refused' })
  }

  function create(request: FakeRequest): FakeAnswer {
    const key = String(request.headers['idempotency-key'])
    if (!UUID_V4.test(key)) return refuse(400, 'the Idempotency-Key is no UUID of version 4')
    const before = answers.get(key)
    if (before && before.to !== request.rawBody) return refuse(422, 'the key was used before')
    if (before) return before.answer
    const complaint = complaintAbout(request)
    if (complaint) return refuse(400, complaint)
    const sessionId = randomUUID()
    const { amount, orderReference } = readExact<{
      amount: { total: object }
      orderReference: string
    }>(request)
    sessions.set(sessionId, {
      request: request.body as FakeSession['request'],
      total: String(amount.total),
      orderReference,
      status: 'PENDING',
    })
    const answer = jsonAnswer(201, { ...sessionAnswer(sessionId), expiresAt })
    answers.set(key, { to: request.rawBody, answer })
    return answer
  }

  function show(path: string): FakeAnswer {
    const sessionId = path.slice(KADOSEI_PATH.length + 1)
    const session = sessions.get(sessionId)
    // Not a complaint: whoever asks cannot know.
    if (isHidden || !session) return jsonAnswer(404, { statusCode: 404, error: 'Not Found' })
    const { amount, currency } = session.request
    return jsonAnswer(200, { sessionId, status: session.status, amount, currency })
  }

  const fake = await startFakeProvider((request) => {
    const { method, path, headers } = request
    if (headers.authorization !== `Bearer ${apiKey}`) return refuse(401, 'the token is not right')
    if (method === 'POST' && path === KADOSEI_PATH) return create(request)
    if (method === 'GET' && path.startsWith(`${KADOSEI_PATH}/`)) return show(path)
    return refuse(404, 'no such path')
  })

  return Object.assign(fake, {
    sessions,
    complaints,
    hideSessions: () => void (isHidden = true),
    move(sessionId: string, status: FakeStatus): FakeWebhook {
      const session = sessions.get(sessionId)
      if (!session) throw new Error('there is no such session')
      sessions.set(sessionId, { ...session, status })
      const { amount, currency } = session.request
      const told = { sessionId, status, amount, currency }
      const refund = { sessionId, refundId: randomUUID(), status: 'COMPLETED', amount: 1, currency }
      const data = EVENT[status].startsWith('refund.') ? refund : told
      return signKadosei(JSON.stringify({ event: EVENT[status], data }), webhookSecret)
    },
  })
}

export function signKadosei(body: string | Uint8Array, secret: string) {
  const digest = createHmac('sha256', secret).update(body).digest('hex')
  return { headers: { 'X-Kadosei-Signature': `sha256=${digest}` }, body: body as string }
}

export function sessionAnswer(sessionId: string): Record<string, unknown> {
  return {
    sessionId,
    checkoutUrl: `https://checkout.stripe.com/pay/cs_test_${sessionId}`,
    status: 'PENDING',
    routing: { selectedProvider: 'stripe', score: 92.5 },
    expiresAt: '2026-11-21T13:00:00Z',
    createdAt: '2026-11-21T12:00:00Z',
  }
}

const OTHER = '00000000-0000-4000-8000-000000000000'
const { checkoutUrl: _, ...WITHOUT_URL } = sessionAnswer(OTHER)

/** Answers that are not what the documentation promises, each with the request carried out. */
export const brokenAnswers: Readonly<Record<string, Fault>> = {
  ...foreignAnswers,
  'JSON that stops half-way': { kind: 'answer', body: '{"sessionId":"00000000-0000-4000-' },
  'JSON that names a key twice': {
    kind: 'answer',
    body: '{"sessionId":"1","checkoutUrl":"https://checkout.stripe.com/1","checkoutUrl":"https://checkout.stripe.com/2"}',
  },
  'a list': answerWith([sessionAnswer(OTHER)]),
  'no checkoutUrl': answerWith(WITHOUT_URL),
  'null as checkoutUrl': answerWith({ ...WITHOUT_URL, checkoutUrl: null }),
  'an empty checkoutUrl': answerWith({ ...WITHOUT_URL, checkoutUrl: '' }),
  'no sessionId': answerWith({ checkoutUrl: 'https://checkout.stripe.com/1' }),
  'a number as sessionId': answerWith({ ...sessionAnswer(OTHER), sessionId: 1 }),
  'an empty sessionId': answerWith(sessionAnswer('')),
  'a sessionId with a NUL': answerWith({ ...sessionAnswer(OTHER), sessionId: 'a\0' }),
  'a sessionId that leads out of its path': answerWith({
    ...sessionAnswer(OTHER),
    sessionId: '..',
  }),
  'a time of its end that is none': answerWith({ ...sessionAnswer(OTHER), expiresAt: 'soon' }),
}

const complaintAbout = createJudge(
  JSON.parse(
    readFileSync(new URL('kadosei-session-schema.json', import.meta.url), 'utf8'),
  ) as object,
)

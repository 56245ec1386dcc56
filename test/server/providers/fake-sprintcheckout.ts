/** A fake Sprintcheckout that judges every request by the documented schemas, and more strictly where it can. */
import { readFileSync } from 'node:fs'
import { createJudge, type Judge } from './documented-request.ts'
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

export interface FakeSprintcheckout extends FakeProvider {
  /** The sessions that were really made, as they are now, by their id. */
  readonly sessions: ReadonlyMap<string, FakeSession>
  /** What was refused, and why; empty where every request was as documented. */
  readonly complaints: readonly string[]
  /** What really became of each session, in its order: the judge of what is paid. */
  readonly history: ReadonlyMap<string, readonly FakeEvent[]>
  /** Something becomes of a session: money may always come in, but one that was paid does not end. */
  happen(sessionId: string, status: FakeEvent['status']): void
  /** The text of a webhook that tells this of a session. */
  webhookOf(sessionId: string, status: FakeEvent['status'] | 'PENDING'): string
}

export interface FakeEvent {
  readonly status: 'SUCCESS' | 'FAILED' | 'EXPIRED'
}

/** What was asked for, and the digits of its amount. */
export type FakeSession = Readonly<Record<string, unknown>> & { readonly amountText: string }

export const SPRINTCHECKOUT_PATH = '/api/checkout/v2/payment_session'

/** @param apiKey the only one that is let in */
export async function startFakeSprintcheckout(apiKey: string): Promise<FakeSprintcheckout> {
  const sessions = new Map<string, FakeSession>()
  const complaints: string[] = []
  const history = new Map<string, FakeEvent[]>()

  function refuse(status: number, complaint: string): FakeAnswer {
    complaints.push(complaint)
    return jsonAnswer(status, { error: complaint })
  }

  function create(request: FakeRequest): FakeAnswer {
    const complaint = complaintAboutNew(request)
    if (complaint) return refuse(400, complaint)
    const sessionId = `sc_${String(sessions.size + 1).padStart(8, '0')}`
    sessions.set(sessionId, toSession(request))
    return jsonAnswer(201, sessionAnswer(sessionId))
  }

  function update(request: FakeRequest): FakeAnswer {
    const complaint = complaintAboutChanged(request)
    if (complaint) return refuse(400, complaint)
    const { sessionId, ...change } = toSession(request) as FakeSession & { sessionId: string }
    const session = sessions.get(sessionId)
    if (!session) return refuse(404, 'there is no such session')
    sessions.set(sessionId, { ...session, ...change })
    return jsonAnswer(200, sessionAnswer(sessionId))
  }

  const fake = await startFakeProvider((request) => {
    if (request.path !== SPRINTCHECKOUT_PATH) return refuse(404, 'no such path')
    if (request.headers['x-sc-apikey'] !== apiKey) return refuse(401, 'X-SC-ApiKey is not right')
    if (request.method === 'POST') return create(request)
    if (request.method === 'PUT') return update(request)
    return refuse(404, 'no such method')
  })
  return Object.assign(fake, {
    sessions,
    complaints,
    history,
    happen(sessionId: string, status: FakeEvent['status']) {
      const events = history.get(sessionId) ?? []
      const isOver = events.length > 0 && status !== 'SUCCESS'
      if (!isOver) history.set(sessionId, [...events, { status }])
    },
    webhookOf(paymentSessionId: string, status: FakeEvent['status'] | 'PENDING') {
      const session: Readonly<Record<string, unknown>> = sessions.get(paymentSessionId) ?? {}
      const { amount, currency, orderId } = session
      return JSON.stringify({ paymentSessionId, status, amount, currency, orderId })
    },
  })
}

function toSession(request: FakeRequest): FakeSession {
  const { amount } = readExact<{ amount: object }>(request)
  return { ...(request.body as Readonly<Record<string, unknown>>), amountText: String(amount) }
}

export function sessionAnswer(sessionId: string): { sessionId: string; redirectUrl: string } {
  return { sessionId, redirectUrl: `https://app.sprintcheckout.com/?uid=${sessionId}` }
}

/** Answers that are not what the documentation promises, each with the request carried out. */
export const brokenAnswers: Readonly<Record<string, Fault>> = {
  ...foreignAnswers,
  'JSON that stops half-way': { kind: 'answer', body: '{"sessionId":"sc_1","redirectUrl":"https' },
  'JSON that names a key twice': {
    kind: 'answer',
    body: '{"sessionId":"sc_1","redirectUrl":"https://app.sprintcheckout.com/?uid=sc_1","redirectUrl":"https://app.sprintcheckout.com/?uid=sc_2"}',
  },
  'a list': answerWith([sessionAnswer('sc_1')]),
  'no redirectUrl': answerWith({ sessionId: 'sc_1' }),
  'null as redirectUrl': answerWith({ sessionId: 'sc_1', redirectUrl: null }),
  'an empty redirectUrl': answerWith({ sessionId: 'sc_1', redirectUrl: '' }),
  'no sessionId': answerWith({ redirectUrl: sessionAnswer('sc_1').redirectUrl }),
  'a number as sessionId': answerWith({ ...sessionAnswer('sc_1'), sessionId: 1 }),
  'an empty sessionId': answerWith(sessionAnswer('')),
  'a sessionId with a NUL': answerWith({ ...sessionAnswer('sc_1'), sessionId: 'a\0' }),
  'a sessionId with half of a character': answerWith({
    ...sessionAnswer('sc_1'),
    sessionId: '\ud800',
  }),
  'a sessionId without an end': answerWith({
    ...sessionAnswer('sc_1'),
    sessionId: 's'.repeat(256),
  }),
}

/** Where a redirect URL may not lead, whoever answers with it. */
export const hostileRedirectUrls: readonly string[] = [
  'javascript:alert(1)',
  'data:text/html,hello',
  'app.sprintcheckout.com',
  '/pay',
  '//evil.example',
  'https:evil.example',
  'http://evil.example',
  'https://evil.example',
  'http://app.sprintcheckout.com/?uid=sc_1',
  'https://user@app.sprintcheckout.com',
  'https://user:word@app.sprintcheckout.com',
  'https://app.sprintcheckout.com@evil.example',
  'https://app.sprintcheckout.com.evil.example',
  'https://evil.example/.sprintcheckout.com',
  'https://evil.example#.sprintcheckout.com',
  'https://evil.example\\.sprintcheckout.com',
  'https://notsprintcheckout.com',
  'https://app.sprintcheckout.com:8443',
  'https://app.sprintcheckout.com.',
  'https://аpp.sprintcheckout.com', // its first letter is Cyrillic
  'https://app.sprintcheckоut.com', // and so is this one's second o
  ' https://app.sprintcheckout.com',
  'https://app.sprint\tcheckout.com',
  'https://app.sprintcheckout.com/\r\nSet-Cookie: a=b',
  'http://0x7f000001',
  'http://2130706433',
  'http://127.1',
  'http://169.254.169.254/latest/meta-data',
]

const openApi = JSON.parse(
  readFileSync(new URL('sprintcheckout-openapi.json', import.meta.url), 'utf8'),
) as { components: { schemas: Record<string, object> } }

const complaintAboutNew = judgeBy('NewPaymentSession')
const complaintAboutChanged = judgeBy('PaymentSession')

function judgeBy(name: string): Judge {
  const schema = openApi.components.schemas[name]
  if (!schema) throw new Error(`the documentation has no schema ${name}`)
  return createJudge({ ...schema, additionalProperties: false })
}

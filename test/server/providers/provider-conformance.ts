/** What every provider's adapter keeps to, tried against that provider's own fake. */
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ConstantBackoff } from 'cockatiel'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import {
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
  WebhookRejected,
} from '../../../server/errors.ts'
import { createProviderHttp, type ProviderHttpOptions } from '../../../server/providers/http.ts'
import type {
  Order,
  PaymentProvider,
  ProviderDefinition,
  WebhookRequest,
} from '../../../server/providers/provider.ts'
import { createTransport } from '../../../server/transport.ts'
import { ERROR_CANARY, type FakeProvider, type Fault, type LedgerEntry } from './fake-provider.ts'

/** One provider, as the suite needs to know it. */
export interface ProviderSubject {
  readonly definition: ProviderDefinition
  /** By environment variable; none of them may occur in an error. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** The provider's settings in the configuration file. */
  readonly settings?: unknown
  startFake(): Promise<FakeProvider>
  /** What the fake is sent, as parsed JSON, for an order with all and with the fewest members. */
  readonly creates: { readonly full: unknown; readonly bare: unknown }
  readonly updates?: {
    full(reference: string): unknown
    bare(reference: string): unknown
  }
  /** Finds the amount in a request's raw text, in its first group. */
  readonly sentAmount: RegExp
  /** Statuses by which the provider says that a session cannot be asked for. */
  readonly absent?: readonly number[]
  /** Answers with the right status that are not what the provider promises. */
  readonly brokenAnswers: Readonly<Record<string, Fault>>
  readonly webhook: WebhookSubject
}

export interface WebhookSubject {
  /** The environment variable with the secret. */
  readonly secretName: string
  readonly otherSecret: string
  /** The header with the secret or the signature. */
  readonly header: string
  /** Whether the proof covers the body, so that a changed body is noticed. */
  readonly coversBody: boolean
  /** Whether capitals and small letters are the same in the proof, as in hexadecimal digits. */
  readonly isCaseless?: boolean
  /** Proves a body as the provider does. */
  sign(body: string | Uint8Array, secret: string): WebhookRequest
  /** A webhook's text; the amount is written into it as it is. */
  body(payment: WebhookPayment): string
  /** The provider's word for a status, and ours. */
  readonly statuses: readonly (readonly [string, SessionStatus])[]
  /** Bodies that are genuine and tell of nothing that we follow. */
  readonly uninteresting: Readonly<Record<string, string>>
}

export interface WebhookPayment {
  readonly reference: string
  readonly status: string
  readonly amount: string
  readonly currency: string
}

export interface Started {
  readonly adapter: PaymentProvider
  readonly fake: FakeProvider
}

export type StartOptions = Pick<ProviderHttpOptions, 'deadline' | 'backoff'> & {
  readonly secrets?: ProviderSubject['secrets']
  readonly settings?: unknown
}

export const AT = new Date('2026-11-21T12:00:00.000Z')
export const CALL = { idempotencyKey: 'cs_idempotency_key_of_the_test' }
export const WEBHOOK_URL = 'http://127.0.0.1:8080/v1/webhooks/provider'
export const bridgeUrl = (sessionId: string) => `http://127.0.0.1:8080/bridge/${sessionId}`

const PERSON_CANARY = 'ada.canary@example.com'

export const bareOrder: Order = {
  sessionId: 'cs_bare_order',
  amount: 2550n,
  currency: 'USD',
  minAmount: undefined,
  description: undefined,
  orderId: undefined,
  orderType: 'TRANSIENT',
  editableAtProvider: false,
  kuvarpay: undefined,
  successUrl: undefined,
  cancelUrl: undefined,
  failUrl: undefined,
  createdAt: AT,
  expiresAt: new Date('2026-11-22T12:00:00.000Z'),
  locale: undefined,
  customer: undefined,
  metadata: undefined,
  items: [],
  shipping: undefined,
  tax: undefined,
}

export const fullOrder: Order = {
  ...bareOrder,
  sessionId: 'cs_full_order',
  minAmount: 500n,
  description: 'Support the “city” library',
  orderId: 'inv-00010',
  orderType: 'STATIC',
  editableAtProvider: true,
  successUrl: 'https://shop.example/thanks?coinslot_session=cs_full_order',
  cancelUrl: 'https://shop.example/donate?coinslot_session=cs_full_order',
  failUrl: 'https://shop.example/sorry?coinslot_session=cs_full_order',
  locale: 'de-CH',
  customer: { email: PERSON_CANARY },
  metadata: { campaign: 'autumn' },
  items: [
    { name: 'Ticket', sku: 'T-1', quantity: 2, unitPrice: 900n },
    { name: 'Map', sku: undefined, quantity: 1, unitPrice: 450n },
  ],
  shipping: { type: 'express', method: 'post', amount: 200n },
  tax: 100n,
}

const transport = createTransport()

/** An adapter and its fake, which the end of the test closes. */
export async function startAdapter(
  { definition, startFake, ...subject }: ProviderSubject,
  { secrets, settings, ...timing }: StartOptions = {},
): Promise<Started> {
  const fake = await startFake()
  onTestFinished(() => fake.close())
  const adapter = definition.create({
    settings: definition.settings.parse(settings ?? subject.settings ?? {}),
    secrets: { ...subject.secrets, ...secrets },
    baseUrl: fake.url,
    webhookUrl: WEBHOOK_URL,
    bridgeUrl,
    http: createProviderHttp({
      provider: definition.id,
      baseUrl: fake.url,
      transport,
      backoff: new ConstantBackoff(0),
      ...timing,
    }),
    now: () => AT,
  })
  return { adapter, fake }
}

/** A call that can fail, made ready so that it is the only one still to be sent. */
interface PreparedCall extends Started {
  send(): Promise<unknown>
  /** What this call alone has sent. */
  sent(): readonly LedgerEntry[]
}

type CallName = 'createSession' | 'updateSession' | 'fetchReport'

const REJECTED = [400, 401, 403, 404, 409, 410, 422]
const UNAVAILABLE = [304, 408, 429, 500, 502, 503, 504]
const REDIRECTS = [301, 302, 303, 307, 308] as const
const MAX_TRIES = 3

const LOST_ANSWERS: Readonly<Record<string, Fault>> = {
  'the connection is cut before the request counts': { kind: 'reset', when: 'before' },
  'the connection is cut after the request was carried out': { kind: 'reset', when: 'after' },
  'the connection is cut in the middle of the answer': { kind: 'truncated' },
  'the answer has no end': { kind: 'endless' },
}

/** Runs the suite for one provider. */
export function describeProvider(subject: ProviderSubject): void {
  const { definition, webhook } = subject
  const calls = callsOf(subject)

  describe(`${definition.id}: a call that fails`, () => {
    describe.each(calls)('$name', ({ name, idempotent }) => {
      const tries = idempotent ? MAX_TRIES : 1

      const isRefusal = (status: number) =>
        name !== 'fetchReport' || !subject.absent?.includes(status)
      // Under a key, it is a conflict with a try of before that is still being worked on.
      const isUnderWay = (status: number) =>
        status === 409 && name === 'createSession' && idempotent

      it.each(REJECTED.filter((status) => isRefusal(status) && !isUnderWay(status)))(
        'is rejected for good, after one request, by an answer of %i',
        async (status) => {
          const call = await prepare(subject, name)
          call.fake.next({ kind: 'status', status })
          expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderRejected)
          expect(call.sent()).toHaveLength(1)
        },
      )

      it.each([...UNAVAILABLE.filter(isRefusal), ...REJECTED.filter(isUnderWay)])(
        'finds the provider unavailable by an answer of %i',
        async (status) => {
          const call = await prepare(subject, name)
          call.fake.next(...thrice({ kind: 'status', status }))
          expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderUnavailable)
          // Whoever is turned away at the door may come again.
          expect(call.sent()).toHaveLength(status === 429 ? MAX_TRIES : tries)
        },
      )

      it.each(REDIRECTS)(
        'does not follow a redirect of %i, and takes no key there',
        async (status) => {
          const call = await prepare(subject, name)
          call.fake.next(...thrice({ kind: 'redirect', status }))
          expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderUnavailable)
          expect(call.fake.elsewhere).toHaveLength(0)
        },
      )

      it.each(Object.entries(LOST_ANSWERS))('finds it unavailable where %s', async (_, fault) => {
        const call = await prepare(subject, name)
        call.fake.next(...thrice(fault))
        expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderUnavailable)
        const isCounted = fault.kind !== 'reset' || fault.when === 'after'
        expect(call.sent()).toHaveLength(isCounted ? tries : 0)
      })

      it.each(Object.entries(subject.brokenAnswers))(
        'finds it unavailable where it answers with %s',
        async (_, fault) => {
          const call = await prepare(subject, name)
          call.fake.next(...thrice(fault))
          expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderUnavailable)
          expect(call.sent()).toHaveLength(tries)
        },
      )

      it('finds it unavailable where nobody listens', async () => {
        const call = await prepare(subject, name)
        await call.fake.close()
        expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderUnavailable)
        expect(call.sent()).toHaveLength(0)
      })

      it.each(['hang', 'stall'] as const)(
        'ends with the deadline where the provider does not (%s)',
        async (kind) => {
          const deadline = new AbortController()
          const call = await prepare(subject, name, { deadline: () => deadline.signal })
          call.fake.next({ kind })
          const arrival = call.fake.arrival()
          const failure = failureOf(subject, call.send())
          await arrival
          deadline.abort()
          expect(await failure).toBeInstanceOf(ProviderTimeout)
          expect(call.sent()).toHaveLength(1)
        },
      )

      if (!idempotent) return

      it('ends with the deadline between two tries', async () => {
        const deadline = new AbortController()
        const aWeek = new ConstantBackoff(7 * 24 * 60 * 60 * 1000)
        const call = await prepare(subject, name, {
          deadline: () => deadline.signal,
          backoff: {
            next() {
              queueMicrotask(() => deadline.abort())
              return aWeek.next()
            },
          },
        })
        call.fake.next({ kind: 'status', status: 503 })
        expect(await failureOf(subject, call.send())).toBeInstanceOf(ProviderTimeout)
        expect(call.sent()).toHaveLength(1)
      })

      it('is mended by a later try, which is the very same request', async () => {
        const call = await prepare(subject, name)
        call.fake.next({ kind: 'status', status: 503 }, { kind: 'reset', when: 'after' })
        await call.send()
        expect(call.sent()).toHaveLength(MAX_TRIES)
        const [first, ...later] = call.sent()
        for (const { rawBody, headers } of later) {
          expect(rawBody).toBe(first?.rawBody)
          expect(headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
        }
      })
    })
  })

  describe.runIf(subject.absent)(`${definition.id}: a session that cannot be asked for`, () => {
    it.each(subject.absent ?? [])('is told by %i, after one request', async (status) => {
      const call = await prepare(subject, 'fetchReport')
      call.fake.next({ kind: 'status', status })
      expect(await call.send()).toBeUndefined()
      expect(call.sent()).toHaveLength(1)
    })
  })

  describe(`${definition.id}: webhooks that are refused`, () => {
    const secret = subject.secrets[webhook.secretName] ?? ''
    const genuine = () => webhook.sign(webhook.body(payment(webhook)), secret)
    const without = ({ headers, body }: WebhookRequest, value?: string): WebhookRequest => {
      const changed = new Headers(headers)
      changed.delete(webhook.header)
      if (value !== undefined) changed.set(webhook.header, value)
      return { headers: changed, body }
    }
    const proof = (request: WebhookRequest) => request.headers.get(webhook.header) ?? ''
    const forgeries: Readonly<Record<string, () => WebhookRequest>> = {
      'no header at all': () => ({ headers: new Headers(), body: genuine().body }),
      'no proof': () => without(genuine()),
      'an empty proof': () => without(genuine(), ''),
      'a proof that is cut short': () => without(genuine(), proof(genuine()).slice(0, -1)),
      'a proof with something after it': () => without(genuine(), `${proof(genuine())}A`),
      'a proof cut to half': () => {
        const request = genuine()
        return without(request, proof(request).slice(0, proof(request).length / 2))
      },
      ...(!webhook.isCaseless && {
        'a proof in capitals': () => without(genuine(), proof(genuine()).toUpperCase()),
      }),
      "another's proof": () => webhook.sign(webhook.body(payment(webhook)), webhook.otherSecret),
    }

    it.each(Object.entries(forgeries))('%s', async (_, forge) => {
      const { adapter } = await startAdapter(subject)
      const failure = await failureOf(subject, adapter.readWebhook(forge()))
      expect(failure).toBeInstanceOf(WebhookRejected)
    })

    it.each(['', undefined])(
      'every one, even with an empty proof, while the secret is %j',
      async (unset) => {
        const { adapter } = await startAdapter(subject, {
          secrets: { [webhook.secretName]: unset },
        })
        for (const request of [genuine(), without(genuine()), without(genuine(), '')]) {
          expect(await failureOf(subject, adapter.readWebhook(request))).toBeInstanceOf(
            WebhookRejected,
          )
        }
      },
    )

    const changes: Readonly<Record<string, (text: string) => string | Uint8Array>> = {
      'another amount': (text) => text.replace('25.50', '25.51'),
      'a space more': (text) => text.replace(':', ': '),
      'a line break at the end': (text) => `${text}\n`,
      'a byte order mark': (text) => `\u{feff}${text}`,
      'the same, written by another hand': (text) => JSON.stringify(JSON.parse(text), null, 1),
      'the same, with a letter escaped': (text) => text.replace('r', '\\u0072'),
      'the same, compressed': (text) => gzipSync(text),
      'a report of another session': (text) => text.replace('reference-1', 'reference-2'),
      'no body': () => '',
    }
    it.each(webhook.coversBody ? Object.entries(changes) : [])(
      'one whose body was changed: %s',
      async (_, change) => {
        const { adapter } = await startAdapter(subject)
        const { headers } = genuine()
        const body = toBytes(change(webhook.body(payment(webhook))))
        const failure = await failureOf(subject, adapter.readWebhook({ headers, body }))
        expect(failure).toBeInstanceOf(WebhookRejected)
      },
    )

    const nonsense: Readonly<Record<string, string | Uint8Array>> = {
      'is empty': '',
      'is not JSON': 'paid',
      'stops half-way': webhook.body(payment(webhook)).slice(0, -2),
      'is not UTF-8': Uint8Array.of(0x7b, 0xff, 0x7d),
      'is null': 'null',
      'is a list': '[]',
      'lacks everything': '{}',
      'names a key twice': webhook.body(payment(webhook)).replace('{', '{"status":1,"status":2,'),
      'is nested without end': '['.repeat(50_000),
      'is of a session whose id leads out of its path': webhook.body({
        ...payment(webhook),
        reference: '..',
      }),
      'is of a session whose id has no end': webhook.body({
        ...payment(webhook),
        reference: 'r'.repeat(256),
      }),
    }
    it.each(Object.entries(nonsense))('a proven one that %s', async (_, body) => {
      const { adapter } = await startAdapter(subject)
      const failure = await failureOf(subject, adapter.readWebhook(webhook.sign(body, secret)))
      expect(failure).toBeInstanceOf(WebhookRejected)
    })
  })

  describe(`${definition.id}: webhooks that are read`, () => {
    const secret = subject.secrets[webhook.secretName] ?? ''
    const read = async (change: Partial<WebhookPayment>) => {
      const { adapter } = await startAdapter(subject)
      const body = webhook.body({ ...payment(webhook), ...change })
      return adapter.readWebhook(webhook.sign(body, secret))
    }

    it.each(Object.entries(webhook.uninteresting))('tell nothing: %s', async (_, body) => {
      const { adapter } = await startAdapter(subject)
      expect(await adapter.readWebhook(webhook.sign(body, secret))).toBeUndefined()
    })

    it.each(webhook.statuses)('%s means %s', async (theirs, ours) => {
      expect(await read({ status: theirs })).toMatchObject({
        provider: definition.id,
        reference: 'reference-1',
        status: ours,
        amount: 2550n,
        currency: 'USD',
      })
    })

    it('are one event however often they are told, and another for another session', async () => {
      const first = await read({})
      expect((await read({}))?.eventId).toBe(first?.eventId)
      expect((await read({ reference: 'reference-2' }))?.eventId).not.toBe(first?.eventId)
    })

    it.each([
      ['25.5', 'USD', 2550n],
      ['25', 'USD', 2500n],
      ['25.50', 'USD', 2550n],
      ['0.29', 'USD', 29n],
      ['9999999999999.99', 'USD', 999_999_999_999_999n],
      ['500', 'JPY', 500n],
      ['1.234', 'KWD', 1234n],
      ['0.0001', 'CLF', 1n],
    ])('read the amount %s %s exactly', async (amount, currency, minor) => {
      expect(await read({ amount, currency })).toMatchObject({ amount: minor, currency })
    })

    it.each([
      ['-25.50', 'USD'],
      ['1e3', 'USD'],
      ['2.55E1', 'USD'],
      ['25.505', 'USD'],
      ['0.5', 'JPY'],
    ])('say that something was paid, but no amount: %s %s', async (amount, currency) => {
      const report = await read({ amount, currency })
      expect(report).toMatchObject({ reference: 'reference-1' })
      expect(report).not.toHaveProperty('amount')
      expect(report).not.toHaveProperty('currency')
    })
  })

  describe(`${definition.id}: a call that succeeds`, () => {
    it('has a method for each thing that the provider is said to be able to do', async () => {
      const { adapter } = await startAdapter(subject)
      expect(adapter.id).toBe(definition.id)
      expect(adapter.updateSession !== undefined).toBe(adapter.capabilities.update)
      expect(subject.updates !== undefined).toBe(adapter.capabilities.update)
      expect(adapter.fetchReport !== undefined).toBe(adapter.capabilities.status)
      expect(definition.staticOrders ?? false).toBe(adapter.capabilities.staticOrders)
    })

    it('brings the reference and an absolute redirect URL back', async () => {
      const { adapter } = await startAdapter(subject)
      const first = await adapter.createSession(fullOrder, CALL)
      expect(first.reference).not.toBe('')
      expect(URL.canParse(first.redirectUrl)).toBe(true)
    })

    it('makes another session for another key', async () => {
      const { adapter } = await startAdapter(subject)
      const first = await adapter.createSession(bareOrder, CALL)
      const second = await adapter.createSession(bareOrder, { idempotencyKey: 'cs_another_key' })
      expect(second.reference).not.toBe(first.reference)
    })

    it.each(['full', 'bare'] as const)('creates with just what is known (%s)', async (kind) => {
      const { adapter, fake } = await startAdapter(subject)
      await adapter.createSession(kind === 'full' ? fullOrder : bareOrder, CALL)
      expect(fake.ledger.at(-1)?.body).toStrictEqual(subject.creates[kind])
    })

    it.each(subject.updates ? (['full', 'bare'] as const) : [])(
      'updates with just what is known (%s)',
      async (kind) => {
        const { adapter, fake } = await startAdapter(subject)
        const { reference } = await adapter.createSession(bareOrder, CALL)
        const order = kind === 'full' ? fullOrder : bareOrder
        const updated = await adapter.updateSession?.(reference, order, CALL)
        expect(updated?.reference).toBe(reference)
        expect(fake.ledger.at(-1)?.body).toStrictEqual(subject.updates?.[kind](reference))
      },
    )

    it.each([
      ['JPY', 0],
      ['USD', 2],
      ['KWD', 3],
      ['CLF', 4],
    ])(
      'writes amounts in %s, which has %i decimals, digit for digit',
      async (currency, decimals) => {
        const { adapter, fake } = await startAdapter(subject)
        const { reference } = await adapter.createSession({ ...bareOrder, currency }, CALL)
        let keys = 0
        await fc.assert(
          fc.asyncProperty(amounts(decimals), async (text) => {
            const order = { ...bareOrder, currency, amount: BigInt(text.replace('.', '')) }
            await adapter.createSession(order, { idempotencyKey: `cs_amounts_${(keys += 1)}` })
            expect(sentAmount(subject, fake)).toBe(text)
            if (!adapter.updateSession) return
            await adapter.updateSession(reference, order, CALL)
            expect(sentAmount(subject, fake)).toBe(text)
          }),
        )
      },
    )
  })
}

/** Amounts of up to 15 digits with exactly so many decimals, and more than nothing. */
function amounts(decimals: number): fc.Arbitrary<string> {
  const fraction = decimals ? `\\.[0-9]{${decimals}}` : ''
  return fc
    .stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${14 - decimals}})${fraction}$`))
    .filter((text) => /[1-9]/.test(text))
}

function sentAmount({ sentAmount }: ProviderSubject, fake: FakeProvider): string | undefined {
  return sentAmount.exec(fake.ledger.at(-1)?.rawBody ?? '')?.[1]
}

/** The calls that the provider has; to change or to ask twice does no harm, to create twice may. */
function callsOf({
  definition,
  settings,
  updates,
}: ProviderSubject): { name: CallName; idempotent: boolean }[] {
  const { capabilities } = definition.create({
    settings: definition.settings.parse(settings ?? {}),
    secrets: {},
    baseUrl: '',
    webhookUrl: '',
    bridgeUrl,
    http: { send: () => Promise.reject(new Error('nothing is sent yet')) },
    now: () => AT,
  })
  const all = [
    { name: 'createSession', idempotent: capabilities.idempotent, is: true },
    { name: 'updateSession', idempotent: true, is: updates !== undefined },
    { name: 'fetchReport', idempotent: true, is: capabilities.status },
  ] as const
  return all.filter(({ is }) => is)
}

async function prepare(
  subject: ProviderSubject,
  name: CallName,
  options?: StartOptions,
): Promise<PreparedCall> {
  const { adapter, fake } = await startAdapter(subject, options)
  const isCreate = name === 'createSession'
  const reference = isCreate ? '' : (await adapter.createSession(bareOrder, CALL)).reference
  const before = fake.ledger.length
  return {
    adapter,
    fake,
    async send() {
      if (name === 'createSession') return adapter.createSession(fullOrder, CALL)
      if (name === 'updateSession') return adapter.updateSession?.(reference, fullOrder, CALL)
      return adapter.fetchReport?.(reference)
    },
    sent: () => fake.ledger.slice(before),
  }
}

/** The error that a call ends with, once it is sure that it tells no secret, nobody's data and no provider's words. */
export async function failureOf(
  subject: ProviderSubject,
  call: Promise<unknown>,
): Promise<unknown> {
  const failure: unknown = await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
  const told = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure)
  const secrets = [...Object.values(subject.secrets), subject.webhook.otherSecret]
  for (const secret of secrets)
    if (secret) expect(told).not.toContain(secret.replace(/^whsec_/, ''))
  expect(told).not.toContain(ERROR_CANARY)
  expect(told).not.toContain(PERSON_CANARY)
  return failure
}

function payment({ statuses }: WebhookSubject): WebhookPayment {
  const [[status] = ['']] = statuses
  return { reference: 'reference-1', status, amount: '25.50', currency: 'USD' }
}

function thrice(fault: Fault): Fault[] {
  return [fault, fault, fault]
}

export function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}

/** The policy alone, and then the whole server: whatever a body says, only the configured terms hold. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Checkout, checkoutSchema } from '../../server/checkout-schema.ts'
import { decideAmount } from '../../server/checkout.ts'
import { CoinslotError } from '../../server/errors.ts'
import { providerThat, readProblem, readSession, SELF, startCoinslot } from './coinslot-harness.ts'

const OPEN = { provider: 'sandbox', currency: 'USD', editable: true }
const CHECKOUTS = {
  fixed: { provider: 'sandbox', currency: 'EUR', amount: '19.90' },
  editable: { ...OPEN, amount: '25.00', minAmount: '5.00', maxAmount: '5000.00' },
  open: OPEN,
  least: { ...OPEN, minAmount: '10.00' },
  most: { ...OPEN, maxAmount: '10.00' },
  yen: { ...OPEN, currency: 'JPY', amount: '500', minAmount: '100' },
  dinar: { ...OPEN, currency: 'KWD', maxAmount: '99.999' },
}
type CheckoutId = keyof typeof CHECKOUTS

function checkoutOf(id: CheckoutId): Checkout {
  return checkoutSchema.parse(CHECKOUTS[id])
}

function refusalOf(id: CheckoutId, requested: string | undefined): CoinslotError {
  try {
    decideAmount(checkoutOf(id), requested)
  } catch (error) {
    if (error instanceof CoinslotError) return error
    throw error
  }
  throw new Error('the amount was not refused')
}

describe('deciding what is charged', () => {
  it.each([
    ['fixed', '19.89', 'amount_not_editable'],
    ['fixed', '19.91', 'amount_not_editable'],
    ['fixed', '0', 'amount_not_editable'],
    ['fixed', '1990', 'amount_not_editable'],
    ['fixed', '19.900', 'amount_precision'],
    ['fixed', '19,90', 'amount_malformed'],
    ['editable', '4.99', 'amount_below_minimum'],
    ['editable', '5000.01', 'amount_above_maximum'],
    ['editable', '5.001', 'amount_precision'],
    ['editable', '-25.00', 'amount_malformed'],
    ['editable', '', 'amount_malformed'],
    ['open', undefined, 'amount_required'],
    ['open', '0', 'amount_below_minimum'],
    ['open', '0.00', 'amount_below_minimum'],
    ['open', '10000000000000', 'amount_above_maximum'],
    ['least', undefined, 'amount_required'],
    ['least', '9.99', 'amount_below_minimum'],
    ['most', '10.01', 'amount_above_maximum'],
    ['most', '0', 'amount_below_minimum'],
    ['yen', '99', 'amount_below_minimum'],
    ['yen', '100.0', 'amount_precision'],
    ['dinar', '100.000', 'amount_above_maximum'],
  ] as const)('refuses for %s: %s, %s', (id, requested, code) => {
    expect(refusalOf(id, requested).code).toBe(code)
  })

  it.each([
    ['open', 'x', { currency: 'USD', fractionDigits: 2, amount: null }],
    ['yen', '1.5', { currency: 'JPY', fractionDigits: 0, amount: '500' }],
    ['fixed', '1', { currency: 'EUR', fractionDigits: 2, amount: '19.90' }],
    ['editable', '1', { currency: 'USD', minAmount: '5.00', maxAmount: '5000.00' }],
    ['open', '0', { currency: 'USD', minAmount: '0.01', maxAmount: null }],
    ['dinar', '100', { currency: 'KWD', minAmount: '0.001', maxAmount: '99.999' }],
    ['open', '1'.repeat(20), { currency: 'USD', maxAmount: '9999999999999.99' }],
  ] as const)('tells with the refusal for %s which terms hold: %s', (id, requested, members) => {
    expect(refusalOf(id, requested).members).toMatchObject(members)
  })

  it.each([
    ['fixed', undefined, 1990n],
    ['fixed', '19.90', 1990n],
    ['fixed', '19.9', 1990n],
    ['editable', undefined, 2500n],
    ['editable', '5', 500n],
    ['editable', '5000', 500000n],
    ['open', '0.01', 1n],
    ['open', '9999999999999.99', 999_999_999_999_999n],
    ['yen', '100', 100n],
    ['dinar', '99.999', 99999n],
  ] as const)('charges for %s, when asked for %s, exactly %s', (id, requested, minor) => {
    expect(decideAmount(checkoutOf(id), requested)).toBe(minor)
  })

  it('never charges outside a checkout’s terms, whatever the text', () => {
    fc.assert(
      fc.property(checkoutIds, amountTexts, (id, text) => {
        const minor = chargeOf(id, text)
        if (minor !== undefined) expectWithinTerms(id, minor)
      }),
      { numRuns: 10_000 },
    )
  })

  it('charges exactly what is asked for, wherever that is within the terms', () => {
    fc.assert(
      fc.property(termsAndAmount, ({ id, minor }) => {
        const { digits } = TERMS[id]
        const text = String(minor).padStart(digits + 1, '0')
        const cut = text.length - digits
        const written = digits ? `${text.slice(0, cut)}.${text.slice(cut)}` : text
        expect(chargeOf(id, written)).toBe(minor)
      }),
      { numRuns: 2_000 },
    )
  })
})

// The same terms once more, written by hand in minor units: what the code is held against.
const TERMS: Record<CheckoutId, { currency: string; digits: number; least: bigint; most: bigint }> =
  {
    fixed: { currency: 'EUR', digits: 2, least: 1_990n, most: 1_990n },
    editable: { currency: 'USD', digits: 2, least: 500n, most: 500_000n },
    open: { currency: 'USD', digits: 2, least: 1n, most: 999_999_999_999_999n },
    least: { currency: 'USD', digits: 2, least: 1_000n, most: 999_999_999_999_999n },
    most: { currency: 'USD', digits: 2, least: 1n, most: 1_000n },
    yen: { currency: 'JPY', digits: 0, least: 100n, most: 999_999_999_999_999n },
    dinar: { currency: 'KWD', digits: 3, least: 1n, most: 99_999n },
  }

const checkoutIds = fc.constantFrom(...(Object.keys(CHECKOUTS) as CheckoutId[]))

const termsAndAmount = checkoutIds.chain((id) =>
  fc.record({
    id: fc.constant(id),
    minor: fc.bigInt({ min: TERMS[id].least, max: TERMS[id].most }),
  }),
)

/** Text that is nearly an amount, and text that is nothing like one. */
const amountTexts = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[1-9]\d{0,4}(\.\d{1,3})?$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[ +-]?\d{0,20}[.,]?\d{0,5}(e\d)?$/) },
  fc.constantFrom('19.90', '19.9', '5', '4.99', '5000', '5000.01', '0', '0.00', '-0', '10.00'),
  fc.constantFrom('99', '100', '99.999', '100.000', '9'.repeat(16), '1'.repeat(33), ' 25', '2５'),
  fc.double().map(String),
  fc.string(),
)

function chargeOf(id: CheckoutId, text: string): bigint | undefined {
  try {
    return decideAmount(checkoutOf(id), text)
  } catch (error) {
    if (error instanceof CoinslotError && error.status === 422) return undefined
    throw error
  }
}

function expectWithinTerms(id: CheckoutId, minor: bigint): void {
  const { least, most } = TERMS[id]
  expect(minor >= least && minor <= most, `${id}: ${minor}`).toBe(true)
}

const FORGED = (
  'currency minAmount maxAmount editable provider orderType test status id paymentTolerance ' +
  'orderId redirectUrl successUrl Amount'
).split(' ')

/** What a page can put in a body, from what ours sends to what an attacker would try. */
const bodies = fc.record(
  {
    checkout: fc.oneof(
      { weight: 12, arbitrary: checkoutIds },
      fc.constantFrom('none', '__proto__', '', 'FIXED', 1, null, ['open']),
    ),
    amount: fc.oneof(
      { weight: 8, arbitrary: amountTexts },
      fc.constantFrom(25, 0, -1, 1e21, null, true, ['25.00'], { amount: '25.00' }),
    ),
    clientReferenceId: fc.oneof(
      { weight: 8, arbitrary: fc.stringMatching(/^[\w=<>$]{1,20}$/) },
      fc.string(),
    ),
    locale: fc.constantFrom('de-CH', 'en', 'fr_CA', 'zh-Hant-TW', 'x'),
    // Each of these would change the terms, were it believed.
    terms: fc.oneof(
      { weight: 9, arbitrary: fc.constant({}) },
      fc.dictionary(
        fc.constantFrom(...FORGED),
        fc.constantFrom<unknown>('0.01', 'JPY', 'USD', true, 'sandbox', 'paid', 0, null),
        { minKeys: 1, maxKeys: 3 },
      ),
    ),
  },
  { requiredKeys: ['checkout', 'terms'] },
)

describe('10,000 generated bodies', () => {
  it('open no session and reach no provider but on the configured terms', async () => {
    const ledger: { description: CheckoutId; amount: string; currency: string }[] = []
    const checkouts = Object.entries(CHECKOUTS).map(([id, checkout]) => [
      id,
      // So that the provider's own record tells which checkout it was asked for.
      { ...checkout, description: id },
    ])
    const { createSession, request } = await startCoinslot({
      configuration: {
        providers: { sandbox: {} },
        checkouts: Object.fromEntries(checkouts),
        rateLimits: { perCheckout: 10_000, perProvider: 10_000 },
      },
      environment: { LOG_LEVEL: 'silent' },
      transport: providerThat((call) => {
        const order = JSON.parse(call.body ?? '{}') as (typeof ledger)[number]
        const id = `sbx_${ledger.push(order)}`
        const { amount, currency } = order
        const expiresAt = '2030-01-01T00:00:00Z'
        const url = `${SELF}/sandbox/pay/${id}`
        return { status: 201, body: { id, status: 'open', amount, currency, url, expiresAt } }
      }),
    })
    let refused = 0

    await fc.assert(
      fc.asyncProperty(bodies, async ({ terms, ...body }) => {
        const before = ledger.length
        const answer = await createSession({ ...body, ...terms })
        if (answer.status !== 201) {
          const { code } = await readProblem(answer)
          expect([400, 404, 422]).toContain(answer.status)
          expect(code).toMatch(/^(invalid_request|checkout_not_found|amount_\w+)$/)
          expect(ledger.length).toBe(before)
          refused += 1
          return
        }
        const session = await readSession(answer)
        const stored = await readSession(await request('GET', `/v1/sessions/${session.id}`))
        expect(stored).toEqual(session)
        expect(ledger.length).toBe(before + 1)
        const order = ledger[before]!
        expect(order.description).toBe(body.checkout)
        expect({ amount: order.amount, currency: order.currency }).toEqual({
          amount: stored.amount,
          currency: TERMS[order.description].currency,
        })
        expect(stored.currency).toBe(order.currency)
        expectWithinTerms(order.description, exactMinor(order.description, stored.amount))
        if (body.amount !== undefined) expect(sameNumber(body.amount, stored.amount)).toBe(true)
      }),
      { numRuns: 10_000 },
    )

    // Neither way was rare, or the above would say little.
    expect(ledger.length).toBeGreaterThan(1_500)
    expect(refused).toBeGreaterThan(1_500)
  }, 120_000)
})

/** Minor units of an amount that must have exactly its currency's decimals. */
function exactMinor(id: CheckoutId, amount: string): bigint {
  const { digits } = TERMS[id]
  expect(amount).toMatch(digits ? new RegExp(`^\\d+\\.\\d{${digits}}$`) : /^\d+$/)
  return BigInt(amount.replace('.', ''))
}

/** Whether two decimal strings are the same number, without a float between them. */
function sameNumber(asked: unknown, charged: string): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  return typeof asked === 'string' && plain(asked) === plain(charged)
}

describe('a change of the amount that crosses a payment', () => {
  const configuration = {
    providers: { sprintcheckout: {} },
    checkouts: { donation: { ...CHECKOUTS.editable, provider: 'sprintcheckout' } },
  }

  it.each([
    ['5.00', '5000.00', 200],
    ['5000.00', '5.00', 200],
    ['5.00', '5000.00', 409],
  ])('leaves %s as paid, not %s, where a change is answered %i', async (paid, wanted, status) => {
    let onUpdate: () => void = () => undefined
    let answerUpdate: () => void = () => undefined
    const updating = new Promise<void>((resolve) => (onUpdate = resolve))
    const updated = new Promise<void>((resolve) => (answerUpdate = resolve))
    const { createSession, request } = await startCoinslot({
      configuration,
      environment: { SPRINTCHECKOUT_API_KEY: 'key', SPRINTCHECKOUT_WEBHOOK_KEY: 'word' },
      transport: providerThat(async ({ method }) => {
        if (method === 'PUT') onUpdate()
        if (method === 'PUT') await updated
        const redirectUrl = 'https://checkout.sprintcheckout.com/1'
        const body = { sessionId: 'sc_1', redirectUrl }
        return { status: method === 'PUT' ? status : 200, body }
      }),
    })
    const { id } = await readSession(await createSession({ checkout: 'donation', amount: paid }))
    const path = `/v1/sessions/${id}`

    const change = request('PATCH', path, { body: { amount: wanted } })
    await updating
    const report = `{"paymentSessionId":"sc_1","status":"SUCCESS","amount":${paid},"currency":"USD"}`
    const webhook = await request('POST', '/v1/webhooks/sprintcheckout', {
      raw: report,
      headers: { 'X-Webhook-Api-Key': 'word' },
    })
    expect(webhook.status).toBe(200)
    answerUpdate()

    const answer = await change
    expect(answer.status).toBe(409)
    expect(await readProblem(answer)).toMatchObject({
      code: 'session_not_open',
      session: { id, status: 'paid', amount: paid },
    })
    expect(await readSession(await request('GET', path))).toMatchObject({
      status: 'paid',
      amount: paid,
    })
  })
})

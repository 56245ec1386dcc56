/** Amounts as an attacker, a foreign keyboard or a careless program writes them; none is ever guessed. */
import { describe, expect, it } from 'vitest'
import { parseAmount } from '../../server/contract/money.ts'
import { type Harness, readProblem, readSession, startCoinslot } from './coinslot-harness.ts'

const NBSP = '\u00a0'
const NARROW_NBSP = '\u202f'

// Strings that a browser's Number() or parseFloat() would make something of, or a person would.
const MALFORMED: Readonly<Record<string, readonly string[]>> = {
  'as other locales write it': [
    '1.234,50',
    '1,234.50',
    '1,5',
    '1 234,50',
    `1${NBSP}234,50`,
    `1${NARROW_NBSP}234,50`,
    "1'234.50",
    '12,34,567.00',
  ],
  'in other digits': ['١٢٣٫٤٥', '١٢٣', '१२३', '１２３', '12٫5', '1２', '²', '½', 'Ⅻ', '𝟏𝟐'],
  'in a programmer’s notation': ['1e3', '1E-2', '1e308', '1e309', '0x10', '0b11', '0o17', '12n'],
  'with a sign': ['-0', '-1', '-25.00', '+5', '--1', '\u221212', '(25.00)'],
  'that is a word': ['NaN', 'Infinity', '-Infinity', 'null', 'true', 'undefined'],
  'that is JSON': ['[1]', '{}', '"25.00"'],
  'with white space': [' 12 ', '12 ', '12\n', '\n12', '12\r\n', '\t12', `${NBSP}12`, '\u300012'],
  'with invisible characters': [
    '\ufeff12',
    '\u200f12',
    '\u200e12',
    '\u061c12',
    '\u202e12',
    '\u206612',
    '12\u200b',
    '1\u00ad2',
    '12\0',
    '\0',
  ],
  'that is empty': ['', ' ', '   ', NBSP],
  'with missing or spare digits': [
    '.5',
    '5.',
    '.',
    '00012',
    '00',
    '01.00',
    '1_000',
    '12..3',
    '1.2.3',
  ],
  'with a currency': ['$12', '€12', '12 USD', '12€', '25.00%'],
  'that is longer than 32 characters': ['1'.repeat(33), '1.'.repeat(5_000), '9'.repeat(15_000)],
  'with a query inside': ["25.00' OR '1'='1", '25.00;DROP TABLE sessions', '25.00--'],
}

// Written as JSON text, because JSON.stringify would tidy some of them up.
const NOT_STRINGS = [
  '25',
  '25.00',
  '-0',
  '1e3',
  '1e400',
  '9007199254740993',
  'null',
  'true',
  'false',
  '[1]',
  '["25.00"]',
  '{}',
  '{"valueOf":"25.00"}',
]

const TOO_PRECISE = [
  ['open', '1.234'],
  ['open', '25.000'],
  ['open', '0.30000000000000004'],
  ['open', '1.005'],
  ['yen', '100.50'],
  ['yen', '100.0'],
  ['dinar', '1.2345'],
  ['unidad', '1.00000'],
] as const

const configuration = {
  providers: { sandbox: {} },
  checkouts: {
    donation: editable('USD', { amount: '25.00', minAmount: '5.00', maxAmount: '5000.00' }),
    open: editable('USD', { amount: '25.00' }),
    yen: editable('JPY', { amount: '500', minAmount: '100', maxAmount: '10000' }),
    dinar: editable('KWD', { amount: '5.000', minAmount: '0.500', maxAmount: '99.999' }),
    unidad: editable('CLF', { amount: '1.0000' }),
    mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' },
  },
}

function editable(currency: string, amounts: Record<string, string>) {
  return { provider: 'sandbox', currency, editable: true, ...amounts }
}

interface Till extends Harness {
  /** Asks for an amount, given as the JSON text that goes on the wire. */
  ask(checkout: string, amountJson: string): Promise<Response>
  /** What the provider was asked to charge since the till was opened. */
  charged(): unknown[]
  /** What the sessions that were there before say now. */
  untouched(): Promise<boolean>
}

/** The two ways in which an amount comes in; each ends in the same policy. */
const DOORS = [
  { door: 'POST /v1/sessions', accepted: 201, openTill: openCreateTill },
  { door: 'PATCH /v1/sessions/{id}', accepted: 200, openTill: openUpdateTill },
] as const

async function openCreateTill(): Promise<Till> {
  const harness = await startCoinslot({ configuration })
  return {
    ...harness,
    ask: (checkout, amountJson) =>
      harness.request('POST', '/v1/sessions', {
        raw: `{"checkout":${JSON.stringify(checkout)},"amount":${amountJson}}`,
      }),
    charged: () => harness.sent.map(amountOf),
    untouched: async () => true,
  }
}

async function openUpdateTill(checkout: string): Promise<Till> {
  const harness = await startCoinslot({ configuration })
  const { id, amount } = await readSession(await harness.createSession({ checkout }))
  harness.sent.length = 0
  return {
    ...harness,
    ask: (_, amountJson) =>
      harness.request('PATCH', `/v1/sessions/${id}`, { raw: `{"amount":${amountJson}}` }),
    charged: () => harness.sent.map(amountOf),
    async untouched() {
      const session = await readSession(await harness.request('GET', `/v1/sessions/${id}`))
      return session.amount === amount && session.status === 'pending'
    },
  }
}

function amountOf({ body = '{}' }: { body?: string }): unknown {
  return (JSON.parse(body) as { amount?: unknown }).amount
}

async function expectRefusal(
  till: Till,
  answer: Response,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const problem = await readProblem(answer)
  expect({ status: answer.status, code: problem['code'] }).toEqual({ status, code })
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(till.charged()).toEqual([])
  expect(await till.untouched()).toBe(true)
  return problem
}

describe.each(DOORS)('an amount at $door', ({ accepted, openTill }) => {
  describe.each(Object.entries(MALFORMED))('is refused %s:', (_, amounts) => {
    it.each(amounts.map((amount) => [JSON.stringify(amount).slice(0, 40), amount]))(
      '%s',
      async (_, amount) => {
        const till = await openTill('open')
        const answer = await till.ask('open', JSON.stringify(amount))
        const terms = await expectRefusal(till, answer, 422, 'amount_malformed')
        expect(terms).toMatchObject({ currency: 'USD', fractionDigits: 2, amount: '25.00' })
      },
    )
  })

  it.each(NOT_STRINGS)('is refused as the JSON value %s', async (json) => {
    const till = await openTill('open')
    const problem = await expectRefusal(till, await till.ask('open', json), 400, 'invalid_request')
    expect(problem['errors']).toMatchObject([{ path: 'amount' }])
  })

  it.each(TOO_PRECISE)('for %s is never rounded: %s', async (checkout, amount) => {
    const till = await openTill(checkout)
    const answer = await till.ask(checkout, JSON.stringify(amount))
    await expectRefusal(till, answer, 422, 'amount_precision')
  })

  it.each([
    ['donation', '4.99', 'amount_below_minimum'],
    ['donation', '5000.01', 'amount_above_maximum'],
    ['donation', '0', 'amount_below_minimum'],
    ['donation', '0.00', 'amount_below_minimum'],
    ['open', '0', 'amount_below_minimum'],
    ['open', '9007199254740993', 'amount_above_maximum'],
    ['open', '10000000000000.00', 'amount_above_maximum'],
    ['open', '9'.repeat(32), 'amount_above_maximum'],
    ['yen', '99', 'amount_below_minimum'],
    ['yen', '10001', 'amount_above_maximum'],
    ['dinar', '0.499', 'amount_below_minimum'],
    ['dinar', '100', 'amount_above_maximum'],
    ['mug', '19.89', 'amount_not_editable'],
    ['mug', '19.91', 'amount_not_editable'],
    ['mug', '0.01', 'amount_not_editable'],
  ])('for %s outside its terms is refused: %s, %s', async (checkout, amount, code) => {
    const till = await openTill(checkout)
    const answer = await till.ask(checkout, JSON.stringify(amount))
    await expectRefusal(till, answer, 422, code)
  })

  it.each([
    ['donation', '5', '5.00'],
    ['donation', '5.00', '5.00'],
    ['donation', '5000', '5000.00'],
    ['donation', '19.99', '19.99'],
    ['donation', '8.20', '8.20'],
    ['donation', '8.2', '8.20'],
    ['donation', '64.10', '64.10'],
    ['open', '4.35', '4.35'],
    ['open', '0.01', '0.01'],
    // 2 ** 53 + 1 and more: a float would have made it even.
    ['open', '9007199254740.93', '9007199254740.93'],
    ['open', '9999999999999.99', '9999999999999.99'],
    ['yen', '100', '100'],
    ['dinar', '1.234', '1.234'],
    ['dinar', '99.999', '99.999'],
    ['unidad', '1.0001', '1.0001'],
    ['mug', '19.9', '19.90'],
  ])('for %s within its terms is exact to the last unit: %s', async (checkout, amount, exact) => {
    const till = await openTill(checkout)
    const answer = await till.ask(checkout, JSON.stringify(amount))
    expect(answer.status).toBe(accepted)
    expect(await readSession(answer)).toMatchObject({ amount: exact })
    expect(till.charged()).toEqual([exact])
  })

  it.each(['1'.repeat(100_000), '1.'.repeat(50_000)])(
    'of 100 kB is refused as too large',
    async (amount) => {
      const till = await openTill('open')
      const answer = await till.ask('open', JSON.stringify(amount))
      await expectRefusal(till, answer, 413, 'payload_too_large')
    },
  )
})

describe('an amount that is left out', () => {
  it('is refused by a PATCH, which has nothing else to change', async () => {
    const { createSession, request, sent } = await startCoinslot({ configuration })
    const { id } = await readSession(await createSession({ checkout: 'donation' }))
    const before = sent.length
    const answer = await request('PATCH', `/v1/sessions/${id}`, { body: {} })
    expect(answer.status).toBe(400)
    expect(await readProblem(answer)).toMatchObject({ code: 'invalid_request' })
    expect(sent.length).toBe(before)
  })

  it('is refused by a checkout that suggests none', async () => {
    const checkouts = { open: { provider: 'sandbox', currency: 'USD', editable: true } }
    const { createSession, sent } = await startCoinslot({
      configuration: { ...configuration, checkouts },
    })
    const answer = await createSession({ checkout: 'open' })
    expect(answer.status).toBe(422)
    expect(await readProblem(answer)).toMatchObject({
      code: 'amount_required',
      currency: 'USD',
      fractionDigits: 2,
      amount: null,
    })
    expect(sent).toEqual([])
  })

  it('means the configured one', async () => {
    const { createSession, sent } = await startCoinslot({ configuration })
    expect(await readSession(await createSession({ checkout: 'mug' }))).toMatchObject({
      amount: '19.90',
    })
    expect(sent.map(amountOf)).toEqual(['19.90'])
  })
})

describe('reading an amount', () => {
  it.each(['1'.repeat(1_000_000), '1.'.repeat(500_000), `0${'.0'.repeat(500_000)}`])(
    'costs nothing, however long the text is',
    (text) => {
      const times = Array.from({ length: 5 }, () => {
        const startedAt = performance.now()
        expect(parseAmount(text, 'USD')).toBe('malformed')
        return performance.now() - startedAt
      })
      // The best of some, because another process may have had the core.
      expect(Math.min(...times)).toBeLessThan(5)
    },
  )
})

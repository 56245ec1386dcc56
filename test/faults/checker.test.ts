import { describe, expect, it } from 'vitest'
import { check, INVARIANTS, type Invariant } from './checker.ts'
import type { Observed, Opening, SessionRow, Told } from './observed.ts'
import type { LedgerSession } from './provider-words.ts'

const NOW = new Date('2026-11-21T12:00:00Z')

const row: SessionRow = {
  id: 'cs_1',
  status: 'paid',
  exception: null,
  amount: '25.00',
  currency: 'USD',
  client_reference_id: 'key-1',
  provider: 'sprintcheckout',
  reference: 'sc_1',
  created_at: '2026-11-21T11:00:00Z',
  expires_at: '2026-11-22T11:00:00Z',
}

const opening: Opening = {
  key: 'key-1',
  provider: 'sprintcheckout',
  amount: '25.00',
  startedAt: 0,
  endedAt: 1,
  status: 201,
  body: JSON.stringify({ id: 'cs_1', redirectUrl: 'https://app.sprintcheckout.com/?uid=sc_1' }),
}

const there: LedgerSession = {
  provider: 'sprintcheckout',
  reference: 'sc_1',
  order: 'cs_1',
  amount: '25.00',
  currency: 'USD',
  happened: ['paid'],
}

const told: Told = {
  id: 'msg_1',
  type: 'session.paid',
  session: 'cs_1',
  status: 'paid',
  body: '{}',
}

const delivery = {
  status: 200,
  webhook: {
    provider: 'sprintcheckout',
    reference: 'sc_1',
    what: 'paid',
    headers: {},
    body: '{}',
  },
} as const

/** One buyer who has paid, and all is well. */
const good: Observed = {
  openings: [opening],
  looks: [],
  deliveries: [delivery],
  freezes: [],
  rows: {
    sessions: [row],
    intents: [{ key: 'key-1', session_id: 'cs_1', answer: '{}', created_at: '' }],
    reports: [{ provider: 'sprintcheckout', reference: 'sc_1', status: 'paid' }],
    outbox: [{ destination: 'url', due_at: null, created_at: '' }],
    attempts: [],
  },
  ledger: [there],
  told: [told],
  words: ['a line of a log'],
  secrets: ['canary'],
  isRestored: false,
  at: NOW,
}

const withRows = (rows: Partial<Observed['rows']>): Observed => ({
  ...good,
  rows: { ...good.rows, ...rows },
})
const withRow = (change: Partial<SessionRow>) => withRows({ sessions: [{ ...row, ...change }] })
const withOpenings = (...changes: readonly Partial<Opening>[]): Observed => ({
  ...good,
  openings: changes.map((change) => Object.assign({}, opening, change)),
})
const withLedger = (...changes: readonly Partial<LedgerSession>[]): Observed => ({
  ...good,
  ledger: changes.map((change) => Object.assign({}, there, change)),
})
/** The provider has several, and all but one are known to have been set aside. */
const withAttempts = (...changes: readonly Partial<LedgerSession>[]): Observed => ({
  ...withLedger(...changes),
  rows: { ...good.rows, attempts: changes.slice(1).map(() => ({ session_id: 'cs_1' })) },
})
const withTold = (...changes: readonly Partial<Told>[]): Observed => ({
  ...good,
  told: changes.map((change) => Object.assign({}, told, change)),
})
const seen = (...statuses: readonly string[]): Observed => ({
  ...good,
  looks: statuses.map((status, place) => ({
    session: 'cs_1',
    status,
    startedAt: place * 10,
    endedAt: place * 10 + 1,
  })),
})
const other = JSON.stringify({
  id: 'cs_1',
  redirectUrl: 'https://app.sprintcheckout.com/?uid=sc_1#2',
})

const BROKEN: Readonly<Record<Invariant, Readonly<Record<string, Observed>>>> = {
  I1: {
    'an acknowledged session that is gone': withRows({ sessions: [] }),
    'a page that belongs to no session that is kept': withRow({ reference: 'sc_2' }),
    'another amount than was asked for': withRow({ amount: '24.00' }),
    'an answer that is gone': withRows({ intents: [] }),
  },
  I2: {
    'a session at the provider that we do not know': withLedger({}, { order: 'cs_2' }),
    'two sessions of one key': withRows({ sessions: [row, { ...row, id: 'cs_2' }] }),
    'two pages shown for one key': withOpenings({}, { body: other }),
    'two sessions at the provider though each answer came': withLedger({}, { reference: 'sc_2' }),
    'another try that nobody knows of': {
      ...withLedger({}, { reference: 'sc_2' }),
      ...tries(undefined, 201),
    },
    'two at a provider that knows keys, whatever was lost': {
      ...withLedger({}, { reference: 'sc_2' }),
      openings: [
        { ...opening, provider: 'kadosei' },
        { ...opening, provider: 'kadosei', status: undefined },
      ],
    },
  },
  I3: {
    'paid without money': withLedger({ happened: [] }),
    'paid by another session': withRow({ reference: 'sc_2' }),
    'paid another sum': withLedger({ amount: '1.00' }),
    'paid in another currency': withLedger({ currency: 'JPY' }),
  },
  I4: {
    'money that changed nothing': withRow({ status: 'pending' }),
    'money of no session': withRows({ sessions: [] }),
    'a flag without a reason': withRow({ exception: 'duplicate' }),
    'late, though nothing had ended': withRow({ status: 'expired', exception: 'late' }),
    'a refund that nobody noticed': withLedger({ happened: ['paid', 'refunded'] }),
  },
  I5: {
    'a merchant who was told nothing': withTold(),
    'two messages of one payment': withTold({}, { id: 'msg_2' }),
    'a message that came with other bytes again': withTold({}, { body: '{"status":"paid"}' }),
    'told of a payment that is none': withRow({ status: 'pending' }),
    'a message that waits for ever': withRows({
      outbox: [{ destination: 'url', due_at: '2026-11-21T12:00:00Z', created_at: '' }],
    }),
  },
  I6: {
    'paid, then pending': seen('paid', 'pending'),
    'paid, then failed': seen('paid', 'failed'),
    'expired, then paid': seen('expired', 'paid'),
    'a merchant told of an end, then of another': withTold({}, { id: 'msg_2', status: 'expired' }),
  },
  I7: { 'other bytes for the same question': withOpenings({}, { body: other }) },
  I8: { 'a secret in a log': { ...good, words: ['the key is canary'] } },
  I9: {
    'a session that is open past its end': withRow({
      status: 'pending',
      expires_at: '2026-11-21T11:00:00Z',
    }),
  },
  I10: { 'a webhook acknowledged and not kept': withRows({ reports: [] }) },
}

describe('the checker', () => {
  it.each(
    Object.entries(BROKEN).flatMap(([invariant, cases]) =>
      Object.entries(cases).map(([what, observed]) => ({ invariant, what, observed })),
    ),
  )('sees $invariant broken by $what', ({ invariant, observed }) => {
    expect(check(observed, 'atRest').map((violation) => violation.invariant)).toContain(invariant)
  })

  it('has a case for each invariant', () => {
    expect(Object.keys(BROKEN)).toEqual(Object.keys(INVARIANTS))
  })

  it.each<[string, Observed]>([
    ['a buyer who paid', good],
    ['a message that came twice', withTold({}, {})],
    ['a status that went forward', seen('pending', 'paid', 'paid', 'refunded')],
    [
      'a key that was forgotten in time',
      { ...withRows({ intents: [] }), at: new Date('2026-11-23') },
    ],
    [
      'another try where nobody knows what came of the first',
      { ...withAttempts({}, { reference: 'sc_2', happened: [] }), ...tries(undefined, 201) },
    ],
    [
      'another try by the server that took a frozen one over',
      {
        ...withAttempts({}, { reference: 'sc_2', happened: [] }),
        ...tries(409, 201),
        freezes: [{ startedAt: 0.5, endedAt: 2 }],
      },
    ],
    [
      'money that came after the provider had told of the end',
      {
        ...withLedger({ happened: ['failed', 'paid'] }),
        rows: { ...good.rows, sessions: [{ ...row, status: 'failed', exception: 'late' }] },
        told: [
          { ...told, type: 'session.failed', status: 'failed' },
          { ...told, id: 'msg_2', type: 'session.flagged', status: 'failed' },
        ],
      },
    ],
  ])('finds nothing wrong with %s', (_, observed) => {
    expect(check(observed, 'atRest')).toEqual([])
  })

  it('does not ask of the middle of a run what holds at its end', () => {
    const middle = { ...withRow({ status: 'pending' }), told: [] }
    expect(check(middle, 'atRest')).not.toEqual([])
    expect(check(middle, 'anytime')).toEqual([])
  })
})

function tries(...statuses: readonly (number | undefined)[]): Pick<Observed, 'openings'> {
  return { openings: statuses.map((status) => Object.assign({}, opening, { status })) }
}

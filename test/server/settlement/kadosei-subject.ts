/** Kadosei as a subject of the settlement suite: it can be asked, and a session of it is paid once. */
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { createTransport } from '../../../server/transport.ts'
import { startCoinslot } from '../coinslot-harness.ts'
import { startFakeKadosei, type FakeStatus } from '../providers/fake-kadosei.ts'
import type {
  ProviderStand,
  SettlementSubject,
  StandOptions,
  Told,
} from './settlement-conformance.ts'

const API_KEY = 'ks_test_key'
const WEBHOOK_SECRET = 'whsec_kadosei'

const WORDS: Readonly<Partial<Record<Told, FakeStatus>>> = {
  pending: 'PENDING',
  paid: 'SUCCEEDED',
  failed: 'FAILED',
  expired: 'EXPIRED',
  refunded: 'REFUNDED',
}

const STATUS: Readonly<Record<FakeStatus, SessionStatus>> = {
  PENDING: 'pending',
  SUCCEEDED: 'paid',
  FAILED: 'failed',
  EXPIRED: 'expired',
  CANCELLED: 'canceled',
  REFUNDED: 'refunded',
  PARTIALLY_REFUNDED: 'paid',
}

/** Where a session of Kadosei goes from where; from anywhere else it stays. */
const AFTER: Readonly<Partial<Record<FakeStatus, readonly FakeStatus[]>>> = {
  PENDING: ['SUCCEEDED', 'FAILED', 'EXPIRED'],
  SUCCEEDED: ['REFUNDED'],
}

export const kadoseiSubject: SettlementSubject = {
  provider: 'kadosei',
  canAsk: true,
  histories: [
    ['pending', 'paid', 'expired', 'refunded'],
    ['pending', 'failed', 'paid'],
  ],
  start,
}

async function start({ wrap, settings, environment }: StandOptions): Promise<ProviderStand> {
  const fake = await startFakeKadosei(API_KEY, WEBHOOK_SECRET)
  const statusOf = (reference: string) => fake.sessions.get(reference)?.status ?? 'PENDING'
  const harness = await startCoinslot({
    configuration: {
      ...settings,
      providers: { kadosei: { baseUrl: fake.url } },
      checkouts: { donation: { provider: 'kadosei', currency: 'USD', amount: '25.00' } },
    },
    environment: {
      ...environment,
      KADOSEI_API_KEY: API_KEY,
      KADOSEI_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    transport: wrap(createTransport()),
  })
  return {
    harness,
    customer: { firstName: 'Jane', lastName: 'Smith', email: 'jane@shop.example' },
    references: async () => [...fake.sessions.keys()],
    async happen(reference, what) {
      const word = wordFor(what)
      if (AFTER[statusOf(reference)]?.includes(word)) fake.move(reference, word)
    },
    webhook(reference, told) {
      const now = statusOf(reference)
      const { headers, body } = fake.move(reference, wordFor(told))
      fake.move(reference, now)
      return { raw: body, headers }
    },
    async ledger(reference) {
      const status = STATUS[statusOf(reference)]
      const hasMoney = status === 'paid' || status === 'refunded'
      return { status, isPaid: hasMoney, hasMoney }
    },
    async close() {
      await harness.coinslot.close()
      await fake.close()
    },
  }
}

function wordFor(told: Told): FakeStatus {
  const word = WORDS[told]
  if (!word) throw new Error(`Kadosei has no word for ${told}`)
  return word
}

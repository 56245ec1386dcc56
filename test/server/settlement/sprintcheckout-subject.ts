/** Sprintcheckout as a subject of the settlement suite: it cannot be asked, so its webhooks are all there is. */
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { createTransport } from '../../../server/transport.ts'
import { startCoinslot } from '../coinslot-harness.ts'
import { startFakeSprintcheckout, type FakeEvent } from '../providers/fake-sprintcheckout.ts'
import type { ProviderStand, SettlementSubject, StandOptions } from './settlement-conformance.ts'

const API_KEY = 'sc-api-key'
const WEBHOOK_KEY = 'sc-webhook-key'

const WORDS: Readonly<Record<string, FakeEvent['status']>> = {
  paid: 'SUCCESS',
  failed: 'FAILED',
  expired: 'EXPIRED',
}
const STATUS: Readonly<Record<FakeEvent['status'], SessionStatus>> = {
  SUCCESS: 'paid',
  FAILED: 'failed',
  EXPIRED: 'expired',
}

export const sprintcheckoutSubject: SettlementSubject = {
  provider: 'sprintcheckout',
  canAsk: false,
  histories: [
    ['pending', 'paid', 'failed', 'expired'],
    ['pending', 'expired', 'paid'],
  ],
  start,
}

async function start({ wrap, settings, environment }: StandOptions): Promise<ProviderStand> {
  const fake = await startFakeSprintcheckout(API_KEY)
  const harness = await startCoinslot({
    configuration: {
      ...settings,
      providers: { sprintcheckout: {} },
      checkouts: { donation: { provider: 'sprintcheckout', currency: 'USD', amount: '25.00' } },
    },
    environment: {
      ...environment,
      SPRINTCHECKOUT_API_KEY: API_KEY,
      SPRINTCHECKOUT_WEBHOOK_KEY: WEBHOOK_KEY,
      SPRINTCHECKOUT_BASE_URL: fake.url,
    },
    transport: wrap(createTransport()),
  })
  return {
    harness,
    references: async () => [...fake.sessions.keys()],
    happen: async (reference, what) => fake.happen(reference, wordFor(what)),
    webhook: (reference, told) => ({
      raw: fake.webhookOf(reference, told === 'pending' ? 'PENDING' : wordFor(told)),
      headers: { 'X-Webhook-Api-Key': WEBHOOK_KEY },
    }),
    async ledger(reference) {
      const events = fake.history.get(reference) ?? []
      const [first] = events
      const payments = events.filter(({ status }) => status === 'SUCCESS')
      return {
        status: first ? STATUS[first.status] : 'pending',
        // A success after the end is a success to Sprintcheckout; it does not tell which came first.
        isPaid: payments.length === 1,
        hasMoney: payments.length > 0,
      }
    },
    async close() {
      await harness.coinslot.close()
      await fake.close()
    },
  }
}

function wordFor(told: string): FakeEvent['status'] {
  const word = WORDS[told]
  if (!word) throw new Error(`Sprintcheckout has no word for ${told}`)
  return word
}

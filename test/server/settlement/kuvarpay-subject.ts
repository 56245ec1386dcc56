/** KuvarPay as a subject of the settlement suite: it can be asked, and tells when money is on its way. */
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { createTransport } from '../../../server/transport.ts'
import { startCoinslot } from '../coinslot-harness.ts'
import { startFakeKuvarPay } from '../providers/fake-kuvarpay.ts'
import type {
  ProviderStand,
  SettlementSubject,
  StandOptions,
  Told,
} from './settlement-conformance.ts'

const API_KEY = 'kp-api-key'
const WEBHOOK_SECRET = 'whs_kuvarpay'

const WORDS: Readonly<Partial<Record<Told, { readonly status: string; readonly event: string }>>> =
  {
    pending: { status: 'PENDING', event: 'webhook.test' },
    processing: { status: 'PAYMENT_RECEIVED', event: 'checkout_session.payment_received' },
    paid: { status: 'COMPLETED', event: 'checkout_session.completed' },
    failed: { status: 'FAILED', event: 'checkout_session.failed' },
    expired: { status: 'EXPIRED', event: 'checkout_session.expired' },
  }

const STATUS: Readonly<Record<string, SessionStatus>> = {
  PENDING: 'pending',
  PAYMENT_RECEIVED: 'processing',
  COMPLETED: 'paid',
  FAILED: 'failed',
  EXPIRED: 'expired',
}

/** Where a session of KuvarPay goes from where; from anywhere else it stays. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PAYMENT_RECEIVED', 'COMPLETED', 'FAILED', 'EXPIRED'],
  PAYMENT_RECEIVED: ['COMPLETED', 'FAILED', 'EXPIRED'],
}

export const kuvarpaySubject: SettlementSubject = {
  provider: 'kuvarpay',
  canAsk: true,
  histories: [
    ['pending', 'processing', 'paid', 'expired'],
    ['pending', 'processing', 'failed', 'paid'],
  ],
  start,
}

async function start({ wrap, settings, environment }: StandOptions): Promise<ProviderStand> {
  const fake = await startFakeKuvarPay({
    apiKey: API_KEY,
    businessId: 'biz_1',
    auth: 'x-api-key',
    webhookSecret: WEBHOOK_SECRET,
  })
  const statusOf = (reference: string) => String(fake.sessions.get(reference)?.['status'])
  const harness = await startCoinslot({
    configuration: {
      ...settings,
      providers: { kuvarpay: { businessId: 'biz_1' } },
      checkouts: { donation: { provider: 'kuvarpay', currency: 'USD', amount: '25.00' } },
    },
    environment: {
      ...environment,
      KUVARPAY_API_KEY: API_KEY,
      KUVARPAY_PUBLISHABLE_KEY: 'pk_test',
      KUVARPAY_WEBHOOK_SECRET: WEBHOOK_SECRET,
      KUVARPAY_BASE_URL: fake.url,
    },
    transport: wrap(createTransport()),
  })
  return {
    harness,
    references: async () => [...fake.sessions.keys()],
    async happen(reference, what) {
      const { status } = wordFor(what)
      if (AFTER[statusOf(reference)]?.includes(status)) fake.change(reference, { status })
    },
    webhook: (reference, told) => fake.webhook(wordFor(told).event, reference),
    async ledger(reference) {
      const status = STATUS[statusOf(reference)] ?? 'pending'
      return { status, isPaid: status === 'paid', hasMoney: status === 'paid' }
    },
    async close() {
      await harness.coinslot.close()
      await fake.close()
    },
  }
}

function wordFor(told: Told) {
  const word = WORDS[told]
  if (!word) throw new Error(`KuvarPay has no word for ${told}`)
  return word
}

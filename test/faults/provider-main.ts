/** The fake providers as a process of its own: does what it is told to over IPC, and tells what it knows. */
import { startFakeKadosei, type FakeStatus } from '../server/providers/fake-kadosei.ts'
import { startFakeSprintcheckout } from '../server/providers/fake-sprintcheckout.ts'
import { KEYS, type Happening, type LedgerSession, type ProviderWords } from './provider-words.ts'

const KADOSEI_STATUS: Readonly<Record<Happening, FakeStatus>> = {
  paid: 'SUCCEEDED',
  failed: 'FAILED',
  expired: 'EXPIRED',
  refunded: 'REFUNDED',
}

const SPRINTCHECKOUT_STATUS = { paid: 'SUCCESS', failed: 'FAILED', expired: 'EXPIRED' } as const

const A_DAY_MS = 24 * 60 * 60 * 1000

const kadosei = await startFakeKadosei(
  KEYS.KADOSEI_API_KEY,
  KEYS.KADOSEI_WEBHOOK_SECRET,
  new Date(Date.now() + A_DAY_MS).toISOString(),
)
const sprintcheckout = await startFakeSprintcheckout(KEYS.SPRINTCHECKOUT_API_KEY)
const fakes = { kadosei, sprintcheckout }
const happened = new Map<string, Happening[]>()

const words: ProviderWords = {
  addresses: async () => ({
    kadosei: portOf(kadosei.url),
    sprintcheckout: portOf(sprintcheckout.url),
  }),

  async next(provider, faults) {
    fakes[provider].next(...faults)
  },

  async heal() {
    for (const fake of Object.values(fakes)) fake.heal()
  },

  async happen(provider, reference, what) {
    happened.set(reference, [...(happened.get(reference) ?? []), what])
    if (provider === 'kadosei') {
      const { headers, body } = kadosei.move(reference, KADOSEI_STATUS[what])
      return { provider, reference, what, headers, body }
    }
    if (what === 'refunded') throw new Error('Sprintcheckout tells of no refunds')
    const status = SPRINTCHECKOUT_STATUS[what]
    sprintcheckout.happen(reference, status)
    const headers = { 'X-Webhook-Api-Key': KEYS.SPRINTCHECKOUT_WEBHOOK_KEY }
    return { provider, reference, what, headers, body: sprintcheckout.webhookOf(reference, status) }
  },

  ledger: async () => [...kadoseiLedger(), ...sprintcheckoutLedger()],
  complaints: async () => Object.values(fakes).flatMap(({ complaints }) => complaints),
}

function kadoseiLedger(): LedgerSession[] {
  return [...kadosei.sessions].map(([reference, { request, total, orderReference }]) => ({
    provider: 'kadosei',
    reference,
    order: orderReference,
    amount: total,
    currency: request.currency,
    happened: happened.get(reference) ?? [],
  }))
}

function sprintcheckoutLedger(): LedgerSession[] {
  return [...sprintcheckout.sessions].map(([reference, session]) => ({
    provider: 'sprintcheckout',
    reference,
    order: String(session['orderId']),
    amount: session.amountText,
    currency: String(session['currency']),
    happened: happened.get(reference) ?? [],
  }))
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

type Word = (...values: readonly unknown[]) => Promise<unknown>

process.on(
  'message',
  ({ id, word, values }: { id: number; word: keyof ProviderWords; values: [] }) => {
    ;(words[word] as Word)(...values).then(
      (result) => process.send?.({ id, result }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    )
  },
)
process.on('disconnect', () => process.exit())
process.send?.('ready')

/** The sandbox as a subject of the settlement suite: its ledger is read and written beside the server. */
import { Hono } from 'hono'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { parseAmount } from '../../../server/contract/money.ts'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { demoConfiguration } from '../../../server/demo/configuration.ts'
import { createSandboxApp } from '../../../server/sandbox/app.ts'
import {
  receivedOf,
  type SandboxChange,
  type SandboxPayment,
} from '../../../server/sandbox/payment.ts'
import { createSandboxReporter } from '../../../server/sandbox/reporter.ts'
import { createSandboxLedger } from '../../../server/store/sandbox-ledger.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import type { Transport } from '../../../server/transport.ts'
import { SELF, startCoinslot, transportTo, type Harness } from '../coinslot-harness.ts'
import type {
  LedgerWord,
  ProviderStand,
  SettlementSubject,
  StandOptions,
  Told,
} from './settlement-conformance.ts'

export interface SandboxStand extends ProviderStand {
  /** A payment as the ledger has it. */
  payment(reference: string): Promise<SandboxPayment>
  /** Opens its hosted page, or posts this form to it. */
  visit(reference: string, form?: Readonly<Record<string, string>>): Promise<Response>
}

export interface SandboxOptions extends Partial<StandOptions> {
  /** The sandbox's own webhooks arrive; they are lost otherwise. */
  readonly webhooksArrive?: boolean
  readonly configuration?: unknown
  readonly now?: () => Date
}

/**
 * A Coinslot and a sandbox beside it, with a database of its own: what the judge reads and writes there
 * waits for nothing that the server does.
 */
export async function startSandboxStand({
  wrap = (transport) => transport,
  webhooksArrive = false,
  configuration,
  settings,
  environment = {},
  now = () => new Date(),
}: SandboxOptions = {}): Promise<SandboxStand> {
  const database = await openSqlite(':memory:')
  const { db } = database
  const ledger = createSandboxLedger(database)
  const toServer = transportTo((request) => harness.coinslot.fetch(request))
  let secret: string | undefined
  let bank: Hono | undefined

  // The server makes its sandbox's secret up: the first call tells it.
  function openBank(bearer = ''): Hono {
    secret = bearer.slice('Bearer '.length)
    const app = createSandboxApp({
      ledger,
      report: createSandboxReporter({
        secret,
        transport: webhooksArrive ? toServer : loseWebhook,
        now,
        onFailure: () => undefined,
      }),
      apiKey: secret,
      publicUrl: `${SELF}/sandbox`,
      now,
    })
    return new Hono().route('/sandbox', app)
  }

  const harness: Harness = await startCoinslot({
    configuration: settings ? { ...demoConfiguration, ...settings } : configuration,
    environment,
    now,
    transport: wrap((request) => {
      const open = (bank ??= openBank(request.headers['authorization']))
      return transportTo((arrived) => open.fetch(arrived))(request)
    }),
  })

  async function payment(reference: string): Promise<SandboxPayment> {
    const found = await ledger.find(reference)
    if (!found) throw new Error(`the sandbox has no payment ${reference}`)
    return found
  }

  return {
    harness,
    payment,
    visit: async (reference, form) => {
      if (!bank) throw new Error('the sandbox has not been called yet')
      const body = form && new URLSearchParams(form)
      return bank.request(`/sandbox/pay/${reference}`, body ? { method: 'POST', body } : {})
    },
    references: async () => {
      const inOrder = sql`rowid`
      const rows = await db.selectFrom('sandbox_payments').select('id').orderBy(inOrder).execute()
      return rows.map(({ id }) => id)
    },
    async happen(reference, what) {
      const change = changeBy(what, await payment(reference))
      if (change) await ledger.record(reference, change, now())
    },
    webhook(reference, told) {
      const status = told === 'pending' ? 'open' : told
      const data = { id: reference, status, amount: '25.00', currency: 'USD' }
      const raw = JSON.stringify({ type: `payment.${status}`, timestamp: now(), data })
      const id = `${reference}-${told}`
      const at = now()
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret ?? '').sign(id, at, raw),
      }
      return { raw, headers }
    },
    ledger: async (reference) => wordOf(await payment(reference)),
    async close() {
      await harness.coinslot.close()
      await db.destroy()
    },
  }
}

export const sandboxSubject: SettlementSubject = {
  provider: 'sandbox',
  canAsk: true,
  histories: [
    ['pending', 'processing', 'paid', 'expired', 'refunded'],
    ['pending', 'processing', 'expired', 'paid', 'refunded'],
  ],
  start: startSandboxStand,
}

function changeBy(
  what: Exclude<Told, 'pending'>,
  payment: SandboxPayment,
): SandboxChange | undefined {
  const { status: from, amount } = payment
  const hasMoney = receivedOf(payment).length > 0
  const isOver = from !== 'open' && from !== 'processing'
  if (what === 'paid' && !hasMoney) {
    const to = isOver ? from : 'paid'
    return { from, to, events: [{ type: 'paid', amount }] }
  }
  if (what === 'refunded' && hasMoney) {
    return { from, to: from === 'paid' ? 'refunded' : from, events: [{ type: 'refunded', amount }] }
  }
  if (isOver || what === 'paid' || what === 'refunded') return undefined
  const to = what === 'failed' ? 'declined' : what
  return { from, to, events: [{ type: to, amount: null }] }
}

/** The judge's own reading of the ledger, which shares nothing with the adapter's. */
function wordOf(payment: SandboxPayment): LedgerWord {
  const { events, amount, currency } = payment
  const received = events.filter(({ type }) => type === 'paid')
  const end = events.find(({ type }) => type === 'expired' || type === 'declined')
  const inTime = received.filter((event) => !end || events.indexOf(event) < events.indexOf(end))
  const sum = inTime.reduce(
    (total, event) => total + BigInt((event.amount ?? '0').replace('.', '')),
    0n,
  )
  const isPaid = received.length === 1 && sum === parseAmount(amount, currency)
  return { status: STATUS[payment.status], isPaid, hasMoney: received.length > 0 }
}

const STATUS: Readonly<Record<SandboxPayment['status'], SessionStatus>> = {
  open: 'pending',
  processing: 'processing',
  paid: 'paid',
  declined: 'failed',
  canceled: 'canceled',
  expired: 'expired',
  refunded: 'refunded',
}

const loseWebhook: Transport = async () => ({ status: 200, body: Buffer.of() })

/** The sandbox as a subject of the settlement suite: its ledger is read and written beside the server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { createProviders } from '../../../server/configured-providers.ts'
import { parseAmount } from '../../../server/contract/money.ts'
import type { SessionStatus } from '../../../server/contract/schemas.ts'
import { createLog } from '../../../server/log.ts'
import {
  receivedOf,
  type SandboxChange,
  type SandboxPayment,
} from '../../../server/sandbox/payment.ts'
import { idForLog } from '../../../server/session.ts'
import { settle } from '../../../server/settlement/settle.ts'
import { createSettlement } from '../../../server/settlement/settlement.ts'
import { createSandboxLedger } from '../../../server/store/sandbox-ledger.ts'
import { createSqlStore } from '../../../server/store/sql-store.ts'
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
}

export interface SandboxOptions extends Partial<StandOptions> {
  /** The sandbox's own webhooks arrive; they are lost otherwise. */
  readonly webhooksArrive?: boolean
  readonly configuration?: unknown
  readonly now?: () => Date
}

/** A Coinslot with its sandbox, and a second connection to the file that both keep their tables in. */
export async function startSandboxStand({
  wrap = (transport) => transport,
  webhooksArrive = false,
  configuration,
  now = () => new Date(),
}: SandboxOptions = {}): Promise<SandboxStand> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-sandbox-'))
  const path = join(folder, 'coinslot.db')
  const toSelf = transportTo((request) => harness.coinslot.fetch(request))
  const transport = wrap((request) =>
    new URL(request.url).pathname.startsWith('/v1/webhooks/') && !webhooksArrive
      ? Promise.resolve({ status: 200, body: nothing() })
      : toSelf(request),
  )
  const harness: Harness = await startCoinslot({
    configuration,
    databaseUrl: `file:${path}`,
    transport,
    now,
  })
  const db = await openSqlite(path)
  const ledger = createSandboxLedger(db)

  async function payment(reference: string): Promise<SandboxPayment> {
    const found = await ledger.find(reference)
    if (!found) throw new Error(`the sandbox has no payment ${reference}`)
    return found
  }

  return {
    harness,
    payment,
    references: async () => {
      const inOrder = sql`rowid`
      const rows = await db.selectFrom('sandbox_payments').select('id').orderBy(inOrder).execute()
      return rows.map(({ id }) => id)
    },
    async happen(reference, what) {
      const change = changeBy(what, await payment(reference))
      if (change) await ledger.record(reference, change, new Date())
    },
    webhook(reference, told) {
      const status = told === 'pending' ? 'open' : told
      const data = { id: reference, status, amount: '25.00', currency: 'USD' }
      const raw = JSON.stringify({ type: `payment.${status}`, timestamp: new Date(), data })
      const id = `${reference}-${told}`
      const at = new Date()
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secretOf(harness)).sign(id, at, raw),
      }
      return { raw, headers }
    },
    ledger: async (reference) => wordOf(await payment(reference)),
    async ask(sessionId) {
      await askBeside(harness, db, toSelf, sessionId)
    },
    async close() {
      await harness.coinslot.close()
      await db.destroy()
      await rm(folder, { recursive: true })
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

/** Asks as another server beside this one does, over the same file. */
async function askBeside(
  { coinslot, logs, ...harness }: Harness,
  db: Awaited<ReturnType<typeof openSqlite>>,
  transport: Transport,
  sessionId: string,
): Promise<void> {
  const now = () => new Date()
  const log = createLog('info', { write: (line: string) => void logs.push(line) })
  const store = createSqlStore(db, {
    settle,
    destinations: [],
    onChange: ({ id, status, exception }) => log.info({ session: idForLog(id), status, exception }),
  })
  const providers = createProviders(coinslot.config, {
    transport,
    selfUrl: SELF,
    sandboxSecret: secretOf({ coinslot, logs, ...harness }),
    now,
  })
  const session = await store.findSession(sessionId)
  if (session) await createSettlement({ providers, store, log, now }).ask(session)
}

/** What the server tells its sandbox, to be let in. */
function secretOf({ sent }: Harness): string {
  const [bearer] = sent.flatMap(({ headers }) => headers['authorization'] ?? [])
  if (!bearer) throw new Error('the sandbox has not been called yet')
  return bearer.slice('Bearer '.length)
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

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What `coinslot sessions` refuses, and how it lists, shows and exports. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Ending } from '../../server/answer.ts'
import { checkoutSchema } from '../../server/checkout-schema.ts'
import { print } from '../../server/commands/print.ts'
import { listFlaggedFirst } from '../../server/commands/session-pages.ts'
import { tellSessions } from '../../server/commands/sessions.ts'
import { idForLog, type SessionRecord } from '../../server/session.ts'
import { settle } from '../../server/settlement/settle.ts'
import { createSqlStore } from '../../server/store/sql-store.ts'
import { openSqlite } from '../../server/store/sqlite.ts'
import type { Destination, SessionFilter, Store } from '../../server/store/store.ts'
import { AT, sessionRecord } from './session-fixture.ts'

const seconds = (count: number) => new Date(AT.getTime() + count * 1000)
const ending: Ending = { kind: 'opened', requestId: 'req_1' }

async function openStore(
  path = ':memory:',
  destinations: readonly Destination[] = ['url'],
): Promise<Store> {
  const store = createSqlStore(await openSqlite(path), { settle, destinations })
  onTestFinished(() => store.close())
  return store
}

async function add(store: Store, change: Partial<SessionRecord> = {}): Promise<SessionRecord> {
  const session = sessionRecord(change)
  const intent = { scope: 's', key: session.id, fingerprint: 'f' }
  const outcome = await store.claim(intent, session, session.createdAt)
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind)
  const opened = {
    reference: `ref_${session.id}`,
    redirectUrl: 'https://pay.example/secret-page',
    handoff: 'sealed-handoff',
    failure: null,
  }
  await store.release(intent, outcome.lease, opened, ending, session.createdAt)
  return session
}

const pay = (store: Store, { id }: SessionRecord, amount = 2500n) =>
  store.settle(
    {
      provider: 'sandbox',
      eventId: `evt_${id}`,
      reference: `ref_${id}`,
      status: 'paid',
      amount,
      currency: 'USD',
    },
    seconds(100),
  )

interface Run {
  readonly words?: readonly string[]
  readonly values?: object
  readonly columns?: number
}

async function run(store: Store, { words = [], values = {}, columns = 80 }: Run): Promise<string> {
  const pieces = tellSessions(store, { words, values: { limit: '50', ...values }, columns })
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const terms = (change: object) =>
  checkoutSchema.parse({ provider: 'sandbox', currency: 'USD', amount: '25.00', ...change })

describe('coinslot sessions refuses', () => {
  it.each<[string, Run, RegExp]>([
    ['a word that it does not know', { words: ['drop'] }, /there is no "sessions drop"/],
    ['a status that there is not', { values: { status: 'payed' } }, /--status must be one of/],
    ['a limit that is no number', { values: { limit: 'all' } }, /--limit/],
    ['a limit of none', { values: { limit: '0' } }, /--limit/],
    ['a time without a zone', { values: { since: '2026-11-21T12:00' } }, /--since/],
    ['a day that there is not', { values: { since: '2026-13-21' } }, /--since/],
    ['to export as it likes', { words: ['export'] }, /--format must be csv or json/],
    ['a format of an object', { words: ['export'], values: { format: 'toString' } }, /csv or json/],
    ['to show none', { words: ['show'] }, /which session/],
    ['a session that is not there', { words: ['show', 'cs_none'] }, /no session whose id/],
    ['a beginning that several have', { words: ['show', 'cs_'] }, /several ids begin with cs_/],
  ])('%s', async (_, input, told) => {
    const store = await openStore()
    await add(store)
    await add(store)
    await expect(async () => run(store, input)).rejects.toThrow(told)
  })
})

describe('coinslot sessions list', () => {
  it('says that there is none', async () => {
    expect(await run(await openStore(), {})).toBe('There are no sessions to list.\n')
  })

  it('has those first that need a person, then the newest, and says that there are more', async () => {
    const store = await openStore()
    const flagged = await add(store, { createdAt: seconds(0) })
    const old = await add(store, { createdAt: seconds(1) })
    const young = await add(store, { createdAt: seconds(2) })
    await pay(store, flagged, 100n)
    const start = ({ id }: SessionRecord) => idForLog(id)
    const [head, ...lines] = (await run(store, { words: ['list'] })).trimEnd().split('\n')
    expect(head).toMatch(/^ID +MADE \(UTC\) +STATUS +FLAG +AMOUNT +FOR$/)
    expect(lines.map((line) => line.split(' ')[0])).toEqual([flagged, young, old].map(start))
    expect(lines[0]).toMatch(/pending +underpaid +25\.00 USD +test donation$/)
    const cut = await run(store, { values: { limit: '2' } })
    expect(cut).toContain(start(young))
    expect(cut).not.toContain(start(old))
    expect(cut).toMatch(/There are more/)
  })

  it('fits into 80 columns, whatever there is to say', async () => {
    const store = await openStore()
    await add(store, {
      amount: 99_999_999_999_999n,
      checkoutId: 'c'.repeat(64),
      checkout: terms({ orderId: 'o'.repeat(128) }),
    })
    const flagged = await add(store, {})
    await pay(store, flagged, 100n)
    for (const line of (await run(store, {})).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  it('writes nothing that a terminal would obey', async () => {
    const store = await openStore()
    const evil = '\u{1B}[2J\u{9B}31m\u{202E}evil\nline'
    const checkout = terms({ orderId: evil, description: evil })
    const { id } = await add(store, { checkout, clientReferenceId: evil })
    const shown = (await run(store, {})) + (await run(store, { words: ['show', id] }))
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(shown).not.toMatch(/^line/m)
    expect(shown).toContain('evil')
  })
})

describe('coinslot sessions show', () => {
  it('tells attempts, reports and notifications, by the beginning of an id, too', async () => {
    const store = await openStore()
    const session = await add(store, { clientReferenceId: 'basket-7' })
    await pay(store, session, 100n)
    const [message] = await store.takeMessages('url', 1, seconds(100))
    await store.keepDelivery(message!, 'delivered', seconds(101))
    const shown = await run(store, { words: ['show', idForLog(session.id)] })
    expect(shown).toContain(session.id)
    expect(shown).toMatch(/Flag +underpaid/)
    expect(shown).toMatch(/Client reference +basket-7 \(not trusted\)/)
    expect(shown).toContain(`1  opened  ref_${session.id}`)
    expect(shown).toMatch(/T12:01:40Z  paid  1\.00 USD  ref_\S+  evt_/)
    expect(shown).toMatch(/session\.flagged  to url  delivered 2026-11-21T12:01:41Z, 1 try/)
  })

  it('says of what nobody listens to that it is kept, and of what is to be sent that it is due', async () => {
    const store = await openStore(':memory:', ['url', 'listener'])
    const session = await add(store)
    await pay(store, session)
    const shown = await run(store, { words: ['show', session.id] })
    expect(shown).toMatch(/session\.paid  to url  due 2026-11-21T12:01:40Z, 0 tries  /)
    expect(shown).toMatch(/session\.paid  to listener  kept, should one ever listen  /)
  })

  it('tells neither the page to pay on nor what was handed over for it', async () => {
    const store = await openStore()
    const { id } = await add(store)
    for (const input of [
      { words: ['show', id] },
      { words: ['export'], values: { format: 'json' } },
    ]) {
      expect(await run(store, input)).not.toMatch(/secret-page|sealed-handoff/)
    }
  })
})

describe('coinslot sessions export', () => {
  it('writes CSV of which a spreadsheet runs nothing', async () => {
    const store = await openStore()
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1']
    for (const text of formulas) {
      await add(store, { checkout: terms({ description: text, orderId: text }) })
    }
    const csv = await run(store, { words: ['export'], values: { format: 'csv' } })
    for (const text of formulas) expect(csv).toContain(`,'${text},'${text},`)
    expect(csv).not.toMatch(/(^|,)"?[=+\-@\t]/m)
  })

  it('writes CSV of which a spreadsheet runs nothing that parts cells by semicolons, either', async () => {
    const store = await openStore()
    const words = ["x;=cmd|'/C calc'!A0;", 'x;"=1+1', 'x;@SUM(A1)', 'x;-1;+1', ';=1+1']
    for (const clientReferenceId of words) await add(store, { clientReferenceId })
    const description = 'x\n=1+1'
    await add(store, { checkout: terms({ description }) })
    const csv = await run(store, { words: ['export'], values: { format: 'csv' } })
    expect(csv).toContain(`,x;'=cmd|'/C calc'!A0;,`)
    const cells = csv.split(/[;\r\n]/).map((cell) => cell.replace(/^"+/, ''))
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
  })

  it('writes CSV as RFC 4180 has it: quotes, commas and line ends in a field stay in it', async () => {
    const store = await openStore()
    const { id } = await add(store, {
      checkout: terms({ description: 'Café, "crème"\nand\r\nmore' }),
      clientReferenceId: 'Ünïcode 中',
    })
    await pay(store, sessionRecord({ id }))
    const csv = await run(store, { words: ['export'], values: { format: 'csv' } })
    expect(csv).toBe(
      'id,status,exception,amount,currency,checkout,orderId,description,clientReferenceId,provider,reference,test,createdAt,updatedAt,expiresAt\r\n' +
        `${id},paid,,25.00,USD,donation,,"Café, ""crème""\nand\r\nmore",Ünïcode 中,sandbox,ref_${id},true,` +
        '2026-11-21T12:00:00.000Z,2026-11-21T12:01:40.000Z,2026-11-22T12:00:00.000Z\r\n',
    )
  })

  it('writes JSON that is whole, also of no session', async () => {
    const store = await openStore()
    const all = { words: ['export'], values: { format: 'json' } }
    expect(JSON.parse(await run(store, all))).toEqual([])
    const flagged = await add(store, { createdAt: seconds(-1) })
    await add(store)
    await pay(store, flagged, 100n)
    const sessions = JSON.parse(await run(store, all)) as { id: string }[]
    expect(sessions).toMatchObject([
      { id: flagged.id, exception: 'underpaid', amount: '25.00' },
      { exception: null },
    ])
    const later = { ...all, values: { format: 'json', since: AT.toISOString() } }
    expect(JSON.parse(await run(store, later))).toHaveLength(1)
  })
})

describe('all sessions, the flagged ones first', () => {
  /** A store of so many sessions, of which some are flagged as it goes on. */
  function storeOf(count: number, isFlagged: (index: number, page: number) => boolean) {
    const pages: SessionFilter[] = []
    const all = Array.from({ length: count }, (_, index) =>
      sessionRecord({ id: `cs_${index}`, createdAt: seconds(-index) }),
    )
    return {
      pages,
      async listSessions(filter: SessionFilter, limit: number, after?: SessionRecord) {
        const page = pages.push(filter)
        const start = after ? all.findIndex(({ id }) => id === after.id) + 1 : 0
        const flag = (session: SessionRecord): SessionRecord => ({ ...session, exception: 'late' })
        return all
          .map((session, index) => (isFlagged(index, page) ? flag(session) : session))
          .slice(start)
          .filter(({ exception }) => !filter.isFlagged || exception !== null)
          .slice(0, limit)
      },
    }
  }

  it('are asked for a page at a time, as they are taken', async () => {
    const store = storeOf(5_000, () => false)
    const listed = listFlaggedFirst(store, {})
    await listed.next()
    expect(store.pages).toHaveLength(2)
    for (let taken = 1; taken < 500; taken += 1) await listed.next()
    expect(store.pages).toHaveLength(2)
    await listed.next()
    expect(store.pages).toHaveLength(3)
  })

  it('are each there once, also one that is flagged while they are read', async () => {
    const store = storeOf(1_200, (index, page) => index === 700 || (page > 1 && index === 900))
    const ids: string[] = []
    for await (const { id } of listFlaggedFirst(store, {})) ids.push(id)
    expect(ids[0]).toBe('cs_700')
    expect(ids).toContain('cs_900')
    expect(new Set(ids).size).toBe(1_200)
    expect(ids).toHaveLength(1_200)
  })
})

describe('what is printed', () => {
  async function* pieces(made: { count: number }) {
    for (; made.count < 1_000; made.count += 1) yield 'x'.repeat(1_000)
  }

  it('is made no faster than it is read', async () => {
    const made = { count: 0 }
    let first: (() => void) | undefined
    const slow = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => (first ??= done),
    })
    void print(pieces(made), slow)
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    expect(made.count).toBeLessThan(100)
  })

  it('ends without a failure when nobody reads any more', async () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
    })
    await print(pieces({ count: 0 }), gone)
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) })
    await expect(print(pieces({ count: 0 }), broken)).rejects.toThrow('full')
  })
})

describe('the command itself', () => {
  it('reads the database of the server, makes none, and says where it looked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coinslot-sessions-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'coinslot.db')
    const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
    const tsx = fileURLToPath(import.meta.resolve('tsx'))
    const coinslot = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', tsx, main, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { DATABASE_URL: `file:${path}` },
      })
    const none = coinslot('sessions')
    expect(none).toMatchObject({ status: 1, stdout: '' })
    expect(none.stderr).toContain(`${path} is not there`)
    const { id } = await add(await openStore(path))
    expect(coinslot('sessions', 'show', id)).toMatchObject({ status: 0, stderr: '' })
    const listed = coinslot('sessions', 'list', '--status', 'pending', '--limit', '5')
    expect(listed).toMatchObject({ status: 0, stdout: expect.stringContaining(idForLog(id)) })
  }, 60_000)
})

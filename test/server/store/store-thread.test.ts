import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import SQLite from 'better-sqlite3'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailable } from '../../../server/errors.ts'
import type { SessionRecord } from '../../../server/session.ts'
import { openSqlite } from '../../../server/store/sqlite.ts'
import {
  functionsOf,
  startStoreThread,
  withThread,
} from '../../../server/store/store-thread-calls.ts'
import type { Store } from '../../../server/store/store.ts'
import { openStores, storesOn, type Stores } from '../../../server/store/stores.ts'
import { answerCalls, callsTo, type Thread } from '../../../server/store/thread-calls.ts'
import { AT, sessionRecord } from '../session-fixture.ts'
import { describeStore } from './store-conformance.ts'

const folder = await mkdtemp(join(tmpdir(), 'coinslot-thread-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${(files += 1)}.db`)
const destinations = ['url', 'listener'] as const

/** With both ends in this thread: what crosses over is copied all the same. */
async function openStore(): Promise<Store> {
  const { port1, port2 } = new MessageChannel()
  const path = newFile()
  const here = storesOn(await openSqlite(path), { destinations })
  answerCalls(port2, async (tell) =>
    functionsOf(storesOn(await openSqlite(path), { destinations, onChange: tell })),
  )
  const thread: Thread = {
    postMessage: (message) => port1.postMessage(message),
    on: (event: string, listener: (one: never) => unknown) =>
      port1.on(event === 'exit' ? 'close' : event, listener as () => void),
    terminate: async () => port1.close(),
  }
  return (await withThread(here, thread, {})).store
}

describeStore({
  name: 'SQLite with a thread',
  open: openStore,
  async openTwo() {
    const store = await openStore()
    return [store, store]
  },
})

const thread = new URL('./store-thread.js', import.meta.url)

function openFile(path: string, onChange?: (session: SessionRecord) => void): Promise<Stores> {
  return openStores(`file:${path}`, { destinations, ...(onChange && { onChange }) }, thread)
}

describe('a store that writes in a thread', () => {
  const intent = { scope: 'POST', key: 'key-0123456789abcdef', fingerprint: 'f' }

  it('says that nothing can be kept where another process does not let go of the file', async () => {
    const path = newFile()
    const { store } = await openFile(path)
    onTestFinished(() => store.close())
    const other = new SQLite(path)
    other.exec('begin immediate')
    const claim = store.claim(intent, sessionRecord(), AT)
    // A request that only reads is answered meanwhile.
    expect(await store.findSession('cs_none')).toBeUndefined()
    await expect(claim).rejects.toBeInstanceOf(StoreUnavailable)
    other.exec('rollback').close()
    expect(await store.claim(intent, sessionRecord(), AT)).toMatchObject({ kind: 'claimed' })
  })

  it('tells of a change once, before it answers who made it', async () => {
    const told: string[] = []
    const { store } = await openFile(newFile(), ({ id, status }) => told.push(`${id} ${status}`))
    onTestFinished(() => store.close())
    const session = sessionRecord()
    await store.claim(intent, session, AT)
    const outcome = await store.claim({ ...intent, key: `${intent.key}-2` }, session.id, AT)
    expect(outcome).toEqual({ kind: 'in_progress' })
    expect(told).toEqual([])
    const late = new Date(session.expiresAt.getTime() + 60_000)
    await store.expire(session, late)
    expect(told).toEqual([`${session.id} expired`])
    await store.ping()
    expect(told).toHaveLength(1)
  })

  it.each([null, 'an order'])('is closed when all is kept that came before: %s', async (order) => {
    const { store } = await openFile(newFile())
    const claims = []
    for (let n = 0; n < 100; n += 1) {
      const session = sessionRecord({ order: order && `${order} ${n}` })
      claims.push(store.claim({ ...intent, key: `${intent.key}-${n}` }, session, AT))
      if (n % 5 === 0) await nextTurn()
    }
    await store.close()
    const kinds = (await Promise.all(claims)).map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['claimed']))
  })

  async function openWithFakeThread() {
    const events = new EventEmitter()
    const thread: Thread = Object.assign(events, {
      postMessage: ({ id }: { id: number }) =>
        void events.emit('message', { id, outcomes: [{ value: undefined }], told: [] }),
      terminate: async () => void events.emit('exit'),
    })
    const here = storesOn(await openSqlite(newFile()), { destinations })
    return { events, thread, ...(await withThread(here, thread, {})) }
  }

  it('leaves nothing open where its thread can use nothing', async () => {
    const path = newFile()
    const here = storesOn(await openSqlite(path), { destinations })
    new SQLite(path).exec('drop table sessions').close()
    const worker = startStoreThread(thread, { path, destinations })
    const left = [vi.spyOn(worker, 'terminate'), vi.spyOn(here.store, 'close')]
    await expect(withThread(here, worker, {})).rejects.toThrow('no such table')
    for (const end of left) expect(end).toHaveBeenCalledOnce()
  })

  it('takes the process with it where its thread ends unasked', async () => {
    const { events, store } = await openWithFakeThread()
    expect(() => events.emit('exit')).toThrow('the thread of the store has ended')
    await store.close()
  })

  it('takes the process with it, too, where its thread is not understood any more', async () => {
    const { events, thread, store } = await openWithFakeThread()
    const ended = vi.spyOn(thread, 'terminate').mockResolvedValue(undefined)
    events.emit('messageerror', new Error('not understood'))
    expect(ended).toHaveBeenCalledOnce()
    expect(() => events.emit('exit')).toThrow('the thread of the store has ended')
    await store.close()
  })

  it('keeps the payments of the sandbox there, too, until it is closed', async () => {
    const path = newFile()
    const { store, sandboxLedger } = await openFile(path)
    const payment = {
      id: 'pay_1',
      amount: '25.00',
      currency: 'USD',
      description: null,
      successUrl: null,
      cancelUrl: null,
      failUrl: null,
      webhookUrl: 'http://127.0.0.1/',
      expiresAt: AT,
    }
    expect(await sandboxLedger.add(payment)).toBe(true)
    expect(await sandboxLedger.add(payment)).toBe(false)
    expect(await sandboxLedger.find('pay_1')).toMatchObject({ amount: '25.00', status: 'open' })
    const adding = sandboxLedger.add({ ...payment, id: 'pay_2' })
    expect(await Promise.all([adding, store.close()])).toEqual([true, undefined])
  })
})

describe('calls to a thread', () => {
  /** @param source of a function of what came over, answering what goes back */
  function start(source: string) {
    const code = `const { parentPort } = require('node:worker_threads')
      parentPort.on('message', async ({ id, calls }) => {
        ${source}
      })`
    const worker = new Worker(code, { eval: true })
    onTestFinished(async () => void (await worker.terminate()))
    return worker
  }

  it('are refused from when it has ended, and so are those under way', async () => {
    const worker = start('if (calls.length > 0) process.exit(1)')
    const { one } = callsTo(worker, () => {})<{ one(): Promise<unknown> }>('one')
    const first = one()
    await nextTurn()
    const second = one()
    await expect(first).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(second).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(one()).rejects.toBeInstanceOf(StoreUnavailable)
  })

  it('are refused where they cannot cross over, and the next ones are not', async () => {
    const worker = start(
      'parentPort.postMessage({ id, outcomes: calls.map(() => ({})), told: [] })',
    )
    const { one } = callsTo(worker, () => {})<{ one(what: unknown): Promise<unknown> }>('one')
    await expect(one(() => {})).rejects.toThrow('could not be cloned')
    expect(await one(1)).toBeUndefined()
  })

  it('are refused with what it died of', async () => {
    const worker = start('throw new Error("broken")')
    const { one } = callsTo(worker, () => {})<{ one(): Promise<unknown> }>('one')
    await expect(one()).rejects.toMatchObject({ cause: new Error('broken') })
  })

  it('stay refused where an answer comes after the error that the thread died of', async () => {
    const events = new EventEmitter()
    const thread = Object.assign(events, { postMessage() {}, async terminate() {} })
    const { one } = callsTo(thread, () => {})<{ one(): Promise<unknown> }>('one')
    const call = one()
    await nextTurn()
    events.emit('error', new Error('broken'))
    events.emit('message', { id: 1, outcomes: [{ value: 'kept' }], told: [] })
    await expect(call).rejects.toMatchObject({ cause: new Error('broken') })
  })

  it('go over together where they come in one turn, and wait for none that are under way', async () => {
    // The first message is answered last.
    const worker = start(`
      const answer = () => parentPort.postMessage({
        id,
        outcomes: calls.map(({ args }) => ({ value: [id, ...args] })),
        told: [],
      })
      if (id > 1) answer()
      else parentPort.on('message', ({ id }) => id === 3 && answer())`)
    const { one } = callsTo(worker, () => {})<{ one(n: number): Promise<unknown> }>('one')
    const answered: number[] = []
    const call = async (n: number) => {
      const answer = await one(n)
      answered.push(n)
      return answer
    }
    const first = call(1)
    await nextTurn()
    const second = [call(2), call(3)]
    await nextTurn()
    const third = call(4)
    expect(await Promise.all([first, ...second, third])).toEqual([
      [1, 1],
      [2, 2],
      [2, 3],
      [3, 4],
    ])
    expect(answered.at(-1)).toBe(1)
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Log } from '../../../server/log.ts'
import { createRelay, type Relay, type RelayOptions } from '../../../server/notifications/relay.ts'
import { createWebhookSend } from '../../../server/notifications/webhook.ts'
import { isPublicAddress } from '../../../server/public-address.ts'
import { createTransport } from '../../../server/transport.ts'
import { newDatabaseUrl, newSharedDatabaseUrl } from '../../postgres/database.ts'
import { AT } from '../session-fixture.ts'
import { openOutbox, type Outbox } from './outbox-fixture.ts'
import { openSink, SECRET, status, type Answer, type Sink } from './sink.ts'

const ends: (() => Promise<void>)[] = []
const onEnd = (end: () => Promise<void>) => void ends.push(end)

// The library that verifies reads the clock itself, so it is the one that is set.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: AT }))
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  vi.useRealTimers()
})

interface LogLine {
  readonly level: string
  readonly text: string
  readonly entry: Record<string, unknown>
}

function keepLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  const keep = (level: string) => (entry: unknown, text?: string) =>
    void lines.push({ level, text: text ?? '', entry: entry as LogLine['entry'] })
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error'), debug: keep('debug') }
  return { log: log as unknown as Log, lines }
}

interface Setup {
  readonly outbox: Outbox
  readonly sink: Sink
  readonly relay: Relay
  readonly lines: LogLine[]
}

interface SetupOptions extends Partial<RelayOptions> {
  readonly secrets?: readonly string[]
  readonly transport?: ReturnType<typeof createTransport>
}

function relayTo(sink: Sink, store: RelayOptions['store'], options: SetupOptions = {}) {
  const { secrets = [SECRET], transport = createTransport() } = options
  const { log, lines } = keepLog()
  const relay = createRelay({
    destination: 'url',
    store,
    send: createWebhookSend({ url: sink.url, secrets, transport }),
    log,
    now: () => new Date(),
    random: () => 0,
    ...options,
  })
  onEnd(() => relay.stop())
  return { relay, lines }
}

async function setUp(options: SetupOptions = {}): Promise<Setup> {
  const outbox = await openOutbox(await newDatabaseUrl())
  onEnd(() => outbox.store.close())
  const sink = await openSink(onEnd)
  return { outbox, sink, ...relayTo(sink, outbox.store, options) }
}

/** Lets so many milliseconds pass. */
const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)

/** Answers that wait until they are let go, and a promise that some have arrived. */
function hold() {
  const held: (() => void)[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const answer: Answer = (response) => {
    held.push(() => response.writeHead(204).end())
    for (const { count, resolve } of waiting) if (held.length >= count) resolve()
  }
  const arrived = (count: number) =>
    new Promise<void>((resolve) => {
      if (held.length >= count) resolve()
      waiting.push({ count, resolve })
    })
  return { answer, arrived, held, letGo: () => held.splice(0).forEach((go) => go()) }
}

describe('an attempt is all there is to it', () => {
  it('where it is answered 200 and a page, and the connection is used again', async () => {
    const { outbox, sink, relay } = await setUp()
    sink.answer = (response) => response.end('x'.repeat(60_000))
    for (const type of ['processing', 'paid'] as const) {
      await outbox.add(type)
      await relay.run()
    }
    expect(sink.received).toHaveLength(2)
    expect(sink.connections()).toBe(1)
  })

  it.each<[string, Answer]>([
    ['breaks', (response) => response.write('half', () => response.destroy())],
    [
      'does not end',
      (response) => {
        const goOn = () => void (response.destroyed || response.write('x'.repeat(65_536), goOn))
        goOn()
      },
    ],
  ])('where it is answered 200 with what %s', async (_, answer) => {
    const { outbox, sink, relay } = await setUp()
    sink.answer = answer
    await outbox.add('paid')
    await relay.run()
    pass(60 * 60 * 1000)
    await relay.run()
    expect(sink.received).toHaveLength(1)
  })
})

describe('an attempt fails', () => {
  it.each([300, 301, 302, 307, 308, 304, 400, 401, 404, 429, 500, 503])(
    'where it is answered %i, and nothing else is asked for',
    async (code) => {
      const { outbox, sink, relay, lines } = await setUp()
      sink.answer = status(code, { Location: new URL('/elsewhere', sink.url).href })
      await outbox.add('paid')
      await relay.run()
      expect(sink.received.map(({ path }) => path)).toEqual(['/hooks/coinslot'])
      expect(sink.rejected).toEqual([])
      expect(lines).toMatchObject([
        {
          level: 'warn',
          entry: {
            message: sink.received[0]?.id,
            attempt: 1,
            reason: `it answered ${code}`,
            againAt: new Date(AT.getTime() + 5_000),
          },
        },
      ])
    },
  )

  it('where its address is private, without a connection, and says what to do', async () => {
    const transport = createTransport({ mayConnectTo: isPublicAddress })
    const { outbox, sink, relay, lines } = await setUp({ transport })
    await outbox.add('paid')
    await relay.run()
    expect(sink.connections()).toBe(0)
    expect(lines).toMatchObject([
      {
        level: 'warn',
        entry: { reason: 'its address is private: see "notifications.allowPrivateAddress"' },
      },
    ])
  })

  it('where the receiver does not verify it, such as with another secret', async () => {
    const other = `whsec_${Buffer.alloc(24, 'b').toString('base64')}`
    const { outbox, sink, relay, lines } = await setUp({ secrets: [other] })
    await outbox.add('paid')
    await relay.run()
    expect(sink.received).toEqual([])
    expect(lines).toMatchObject([{ level: 'warn', entry: { reason: 'it answered 400' } }])
  })

  it('where the receiver hangs up, and says so without the address', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    sink.answer = (response) => void response.destroy()
    await outbox.add('paid')
    await relay.run()
    expect(lines).toMatchObject([{ level: 'warn', entry: { reason: 'UND_ERR_SOCKET' } }])
    expect(JSON.stringify(lines)).not.toContain('127.0.0.1')
  })

  it('where it takes too long, and the next has the same id: it may have had its effect', async () => {
    const deadline = new AbortController()
    const signals = [deadline.signal]
    const { outbox, sink, relay, lines } = await setUp({
      deadline: () => signals.shift() ?? new AbortController().signal,
    })
    sink.answer = () => deadline.abort()
    await outbox.add('paid')
    await relay.run()
    expect(lines).toMatchObject([{ level: 'warn', entry: { reason: 'it took too long' } }])
    sink.answer = status(200)
    pass(5_000)
    await relay.run()
    const [first, second] = sink.received
    expect(second?.id).toBe(first?.id)
    expect(lines[1]).toMatchObject({ level: 'info', entry: { attempt: 2 } })
  })
})

describe('a message', () => {
  it('is not sent again after 410, which is told as an error; the next of its session is', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    sink.answer = (response, { event }) =>
      status(event.type === 'session.paid' ? 204 : 410)(response, sink.received[0]!)
    await outbox.add('processing', 'paid')
    await relay.run()
    pass(30 * 86_400_000)
    await relay.run()
    expect(sink.received.map(({ event }) => event.type)).toEqual([
      'session.processing',
      'session.paid',
    ])
    expect(lines[0]).toMatchObject({
      level: 'error',
      text: 'the merchant was not told',
      entry: { message: sink.received[0]?.id, reason: 'it answered 410' },
    })
  })

  it('is sent ten times, exactly at its times, then given up as an error', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    sink.answer = status(500)
    await outbox.add('paid')
    await relay.run()
    const waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for (const [index, seconds] of waits.entries()) {
      pass(seconds * 1_000 - 1)
      await relay.run()
      expect(sink.received).toHaveLength(index + 1)
      pass(1)
      await relay.run()
      expect(sink.received).toHaveLength(index + 2)
    }
    pass(30 * 86_400_000)
    await relay.run()
    expect(sink.received).toHaveLength(10)
    const levels = lines.map(({ level }) => level)
    expect(levels).toEqual([...Array<string>(9).fill('warn'), 'error'])
    expect(lines[9]).toMatchObject({
      text: 'the merchant was not told',
      entry: { message: sink.received[0]?.id, attempt: 10 },
    })
  })

  it('has the same bytes and the same id each time, and a signature of its own time', async () => {
    const { outbox, sink, relay } = await setUp()
    sink.answer = status(500)
    const id = await outbox.add('paid')
    await relay.run()
    pass(5_000)
    await relay.run()
    const [first, second] = sink.received
    expect(second).toMatchObject({ id: first?.id, body: first?.body })
    expect(first?.event).toMatchObject({
      type: 'session.paid',
      timestamp: AT.toISOString(),
      data: { id, status: 'paid', amount: '25.00', currency: 'USD' },
    })
    const at = AT.getTime() / 1_000
    expect(first?.headers['webhook-timestamp']).toBe(String(at))
    expect(second?.headers['webhook-timestamp']).toBe(String(at + 5))
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature'])
  })

  it('says that it is JSON, and who sends it', async () => {
    const { outbox, sink, relay } = await setUp()
    await outbox.add('paid')
    await relay.run()
    const [received] = sink.received
    expect(received?.headers['content-type']).toBe('application/json')
    expect(received?.headers['user-agent']).toMatch(/^Coinslot\/\d+\.\d+\.\d+$/)
    expect(received?.id).toMatch(/^msg_[\w-]{24}$/)
  })

  it('is signed with each secret of the list, so that one can take the place of another', async () => {
    const old = `whsec_${Buffer.alloc(32, 'o').toString('base64')}`
    const { outbox, sink, relay } = await setUp({ secrets: [old, SECRET] })
    await outbox.add('paid')
    await relay.run()
    expect(sink.received).toHaveLength(1)
    expect(sink.received[0]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
  })

  it.each([
    ['seconds', '3600'],
    ['a date', new Date(AT.getTime() + 3_600_000).toUTCString()],
  ])('waits for as long as the receiver says in %s', async (_, retryAfter) => {
    const { outbox, sink, relay } = await setUp()
    sink.answer = status(503, { 'Retry-After': retryAfter })
    await outbox.add('paid')
    await relay.run()
    pass(3_599_999)
    await relay.run()
    expect(sink.received).toHaveLength(1)
    pass(1)
    await relay.run()
    expect(sink.received).toHaveLength(2)
  })

  it('reaches a receiver that was down when it is back', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    await sink.goDown()
    await outbox.add('paid')
    await relay.run()
    expect(lines).toMatchObject([{ level: 'warn', entry: { reason: 'ECONNREFUSED' } }])
    await sink.comeBack()
    pass(5_000)
    await relay.run()
    expect(sink.received).toHaveLength(1)
  })

  it('was received though its answer has no end', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    sink.answer = (response) => {
      const more = () => void (response.writable && response.write(Buffer.alloc(8_192), more))
      response.on('error', () => {})
      more()
    }
    await outbox.add('paid')
    await relay.run()
    expect(lines).toMatchObject([{ level: 'info', text: 'the merchant was told' }])
  })

  it('goes out after those that came before it in its session, and waits for no other session', async () => {
    const { outbox, sink, relay } = await setUp()
    const stuck = await outbox.add('processing', 'paid', 'refunded')
    const other = await outbox.add('processing', 'paid')
    sink.answer = (response, received) =>
      status(received.event.data.id === stuck ? 500 : 204)(response, received)
    await relay.run()
    const types = (id: string) =>
      sink.received.filter(({ event }) => event.data.id === id).map(({ event }) => event.type)
    expect(types(stuck)).toEqual(['session.processing'])
    expect(types(other)).toEqual(['session.processing', 'session.paid'])
    sink.answer = status(204)
    pass(5_000)
    await relay.run()
    expect(types(stuck).slice(1)).toEqual([
      'session.processing',
      'session.paid',
      'session.refunded',
    ])
  })
})

describe('a relay', () => {
  it('makes four attempts at once, and not one more', async () => {
    const { outbox, sink, relay } = await setUp()
    const { answer, arrived, held, letGo } = hold()
    sink.answer = answer
    for (let count = 0; count < 6; count += 1) await outbox.add('paid')
    const ran = relay.run()
    await arrived(4)
    // The store hands out what is due without delay, so a fifth would have been taken by now.
    expect(await outbox.store.takeMessages('url', 9, new Date())).toHaveLength(2)
    expect(held).toHaveLength(4)
    sink.answer = status(204)
    letGo()
    await ran
    expect(sink.received).toHaveLength(4)
  })

  it('goes on with the others while a receiver is slow with one', async () => {
    const { outbox, sink, relay } = await setUp()
    const { answer, arrived, letGo } = hold()
    sink.answer = answer
    await outbox.add('paid')
    const ran = relay.run()
    await arrived(1)
    const others = new Promise<void>((resolve) => {
      sink.answer = (response, received) => {
        status(204)(response, received)
        if (sink.received.length === 11) resolve()
      }
    })
    for (let count = 0; count < 10; count += 1) await outbox.add('paid')
    relay.wake()
    await others
    letGo()
    await ran
  })

  it('sends each message once, also where two processes share a database', async () => {
    // The processes have a clock of their own.
    vi.useRealTimers()
    const databaseUrl = await newSharedDatabaseUrl()
    const outbox = await openOutbox(databaseUrl)
    for (let count = 0; count < 12; count += 1) await outbox.add('processing', 'paid')
    await outbox.store.close()
    const sink = await openSink(onEnd)
    // One process alone makes four attempts at once.
    const { answer, arrived, letGo } = hold()
    sink.answer = answer
    const letBothGo = async () => {
      await arrived(5)
      sink.answer = status(204)
      letGo()
    }
    const both = letBothGo()
    const script = fileURLToPath(new URL('./relay-messages.ts', import.meta.url))
    const run = async () => {
      const child = spawn(process.execPath, [
        '--import',
        'tsx',
        script,
        databaseUrl,
        sink.url,
        SECRET,
      ])
      let logs = ''
      child.stderr.on('data', (chunk: Buffer) => (logs += chunk.toString()))
      const [code] = (await once(child, 'close')) as [number]
      return { code, logs }
    }
    expect(await Promise.all([run(), run()])).toEqual([
      { code: 0, logs: '' },
      { code: 0, logs: '' },
    ])
    await both
    expect(sink.rejected).toEqual([])
    expect(sink.received).toHaveLength(24)
    expect(new Set(sink.received.map(({ id }) => id)).size).toBe(24)
    // Two processes have to start, which on a busy machine takes longer than a test may by default.
  }, 30_000)

  it('leaves what it could not keep to be sent again after a minute, with the same id', async () => {
    const { outbox, sink } = await setUp()
    const { store } = outbox
    const { relay, lines } = relayTo(sink, {
      takeMessages: (...call) => store.takeMessages(...call),
      keepDelivery: () => Promise.reject(new Error('the process went away')),
    })
    await outbox.add('paid')
    await relay.run()
    expect(lines).toMatchObject([{ level: 'error', text: 'the outbox cannot be read or written' }])

    const next = relayTo(sink, store)
    pass(59_999)
    await next.relay.run()
    expect(sink.received).toHaveLength(1)
    pass(1)
    await next.relay.run()
    expect(sink.received).toHaveLength(2)
    expect(sink.received[1]?.id).toBe(sink.received[0]?.id)
    pass(86_400_000)
    await next.relay.run()
    expect(sink.received).toHaveLength(2)
  })

  it('goes on when a store that was away is back', async () => {
    const { outbox, sink } = await setUp()
    const { store } = outbox
    let isAway = true
    const { relay } = relayTo(sink, {
      takeMessages: (...call) =>
        isAway ? Promise.reject(new Error('away')) : store.takeMessages(...call),
      keepDelivery: (...call) => store.keepDelivery(...call),
    })
    await outbox.add('paid')
    await relay.run()
    isAway = false
    await relay.run()
    expect(sink.received).toHaveLength(1)
  })

  it('that stops lets the attempt under way end, and takes no other message', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    const { answer, arrived, letGo } = hold()
    sink.answer = answer
    await outbox.add('processing', 'paid')
    relay.wake()
    await arrived(1)
    const stopped = relay.stop(new AbortController().signal)
    letGo()
    await stopped
    await relay.run()
    expect(sink.received.map(({ event }) => event.type)).toEqual(['session.processing'])
    expect(lines).toMatchObject([{ level: 'info' }])
    expect(await outbox.store.takeMessages('url', 9, new Date())).toHaveLength(1)
  })

  it('that stops does not wait for ever, and what it gave up is due again', async () => {
    const { outbox, sink, relay, lines } = await setUp()
    const { answer, arrived } = hold()
    sink.answer = answer
    await outbox.add('paid')
    relay.wake()
    await arrived(1)
    await relay.stop(AbortSignal.abort())
    expect(lines).toMatchObject([{ level: 'warn' }])
    pass(5_000)
    expect(await outbox.store.takeMessages('url', 9, new Date())).toHaveLength(1)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { createListeners, type NotificationEvent } from '../../../server/notifications/listeners.ts'
import { createRelay, type RelayOptions } from '../../../server/notifications/relay.ts'
import { createLog } from '../../../server/log.ts'
import { newDatabaseUrl } from '../../postgres/database.ts'
import { openOutbox } from './outbox-fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function setUp(options: Partial<RelayOptions> = {}) {
  const outbox = await openOutbox(await newDatabaseUrl(), ['listener'])
  const logs: string[] = []
  const listeners = createListeners()
  const clock = { at: new Date() }
  const relay = createRelay({
    destination: 'listener',
    store: outbox.store,
    send: listeners.send,
    isWanted: () => !listeners.isEmpty,
    log: createLog('info', { write: (line: string) => void logs.push(line) }),
    now: () => clock.at,
    random: () => 0,
    ...options,
  })
  ends.push(
    () => outbox.store.close(),
    () => relay.stop(),
  )
  const pass = (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms))
  // What is added is due at the time of the machine.
  const run = () => {
    pass(1_000)
    return relay.run()
  }
  return { outbox, listeners, relay, logs, pass, run }
}

describe('a listener', () => {
  it('that throws or rejects is told again, with the same id, and its stack is logged', async () => {
    const { outbox, listeners, logs, pass, run } = await setUp()
    const heard: NotificationEvent[] = []
    listeners.add('session.paid', (event) => {
      heard.push(event)
      if (heard.length === 1) throw new TypeError('amount-canary')
      return heard.length === 2 ? Promise.reject(new RangeError('no')) : Promise.resolve()
    })
    await outbox.add('paid')
    await run()
    expect(heard).toHaveLength(1)
    pass(5_000)
    await run()
    pass(300_000)
    await run()
    pass(30 * 86_400_000)
    await run()
    expect(new Set(heard.map(({ id }) => id)).size).toBe(1)
    expect(heard).toHaveLength(3)
    expect(logs[0]).toContain('"type":"TypeError"')
    expect(logs.join('')).not.toContain('amount-canary')
  })

  it('that never comes to an end is given up and told again', async () => {
    const deadline = new AbortController()
    const { outbox, listeners, logs, run } = await setUp({ deadline: () => deadline.signal })
    listeners.add('session.paid', () => {
      deadline.abort()
      return new Promise<void>(() => {})
    })
    await outbox.add('paid')
    await run()
    expect(logs[0]).toContain('it took too long')
  })

  it('is told all of its type, in order, as an object of its own', async () => {
    const { outbox, listeners, run } = await setUp()
    const heard: NotificationEvent[] = []
    for (const type of ['session.processing', 'session.paid'] as const) {
      listeners.add(type, (event) => {
        heard.push({ ...event })
        event.data.amount = '0.00'
      })
    }
    listeners.add('session.paid', (event) => void heard.push(event))
    const id = await outbox.add('processing', 'paid', 'refunded')
    await run()
    expect(heard).toMatchObject([
      { type: 'session.processing', data: { id } },
      { type: 'session.paid', data: { id } },
      { type: 'session.paid', data: { id, amount: '25.00' } },
    ])
    expect(heard[1]?.id).toMatch(/^msg_/)
    expect(heard[2]?.id).toBe(heard[1]?.id)
  })

  it('hears nothing any more once it was taken away; what comes then is left for others', async () => {
    const { outbox, listeners, pass, run } = await setUp()
    const heard: string[] = []
    const off = listeners.add('session.paid', ({ data }) => {
      heard.push(data.id)
      off()
    })
    const [first] = [await outbox.add('paid'), await outbox.add('paid')]
    await run()
    await run()
    expect(heard).toEqual([first])
    pass(5_000)
    listeners.add('session.paid', ({ data }) => void heard.push(data.id))
    await run()
    expect(heard).toHaveLength(2)
  })
})

describe('without any listener', () => {
  it('messages stay for a process that has one', async () => {
    const { outbox, listeners, run } = await setUp()
    await outbox.add('paid')
    await run()
    const heard: string[] = []
    listeners.add('session.paid', ({ id }) => void heard.push(id))
    await run()
    expect(heard).toHaveLength(1)
  })
})

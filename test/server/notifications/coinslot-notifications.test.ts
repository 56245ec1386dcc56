import { afterEach, describe, expect, it } from 'vitest'
import { demoConfiguration } from '../../../server/demo/configuration.ts'
import type { NotificationEvent } from '../../../server/notifications/listeners.ts'
import { createTransport } from '../../../server/transport.ts'
import { readSession, startCoinslot, transportTo, type Harness } from '../coinslot-harness.ts'
import { openSink, SECRET, status, type Sink } from './sink.ts'

const ends: (() => Promise<void>)[] = []
const onEnd = (end: () => Promise<void>) => void ends.push(end)
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** A Coinslot with its sandbox that tells a sink. */
async function startTold(sink: Sink): Promise<Harness> {
  const toSink = createTransport()
  const harness: Harness = await startCoinslot({
    configuration: {
      ...demoConfiguration,
      notifications: { url: sink.url, allowPrivateAddress: true },
    },
    environment: { COINSLOT_NOTIFICATION_SECRET: SECRET },
    transport: (request) =>
      request.url === sink.url
        ? toSink(request)
        : transportTo((request) => harness.coinslot.fetch(request))(request),
  })
  onEnd(() => harness.coinslot.close())
  return harness
}

async function pay({ createSession, request }: Harness): Promise<string> {
  const headers = { Origin: 'http://localhost:8080' }
  const session = await readSession(await createSession({ checkout: 'donation' }, headers))
  const page = new URL(session.redirectUrl ?? '').pathname
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }
  const answer = await request('POST', page, { raw: 'outcome=paid', headers: form })
  expect(answer.status).toBe(303)
  return session.id
}

/** What an answer is given to, as it arrives. */
const next = (sink: Sink) =>
  new Promise<Sink['received'][number]>((resolve) => {
    sink.answer = (response, received) => {
      status(204)(response, received)
      resolve(received)
    }
  })

describe('a payment', () => {
  it('is told to the URL of the configuration as soon as it is settled', async () => {
    const sink = await openSink(onEnd)
    const harness = await startTold(sink)
    const told = next(sink)
    const id = await pay(harness)
    expect((await told).event).toMatchObject({ type: 'session.paid', data: { id, status: 'paid' } })
    await harness.coinslot.close()
    expect(sink.received).toHaveLength(1)
    expect(harness.logs.join('')).not.toContain(SECRET)
    expect(harness.logs.join('')).not.toContain(id)
  })

  it('is told to listeners of the code that embeds the server, under the same id', async () => {
    const sink = await openSink(onEnd)
    const harness = await startTold(sink)
    const told = next(sink)
    const heard = new Promise<NotificationEvent>((resolve) => {
      harness.coinslot.on('session.paid', resolve)
    })
    const id = await pay(harness)
    expect(await heard).toEqual({ id: (await told).id, ...(await told).event })
    expect((await heard).data.id).toBe(id)
  })

  it('is told to a listener that came later', async () => {
    const sink = await openSink(onEnd)
    const harness = await startTold(sink)
    const told = next(sink)
    const id = await pay(harness)
    await told
    const heard = new Promise<NotificationEvent>((resolve) => {
      harness.coinslot.on('session.paid', resolve)
    })
    expect((await heard).data.id).toBe(id)
  })
})

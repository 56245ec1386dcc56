/** Following a session by server-sent events; time is what the test says it is. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { createSessionFeed } from '../../server/session-feed.ts'
import type { SessionRecord } from '../../server/session.ts'
import {
  readProblem,
  readSession,
  SELF,
  startCoinslot,
  type Harness,
  type HarnessOptions,
} from './coinslot-harness.ts'
import { isPostgres, newSharedDatabaseUrl } from '../postgres/database.ts'
import { AT, sessionRecord } from './session-fixture.ts'

const MINUTE = 60_000

async function start(options: HarnessOptions = {}) {
  let time = AT.getTime()
  const harness = await startCoinslot({ now: () => new Date(time), ...options })
  onTestFinished(() => harness.coinslot.close())
  return { ...harness, pass: (ms: number) => (time += ms) }
}

async function open({ createSession }: Harness): Promise<Session> {
  return readSession(await createSession({ checkout: 'mug' }))
}

/** The buyer's choice on the sandbox's page. */
async function choose({ request }: Harness, { redirectUrl = '' }: Session, outcome: string) {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  await request('POST', redirectUrl.replace(SELF, ''), { raw: `outcome=${outcome}`, headers })
}

/** A reader of one stream, event by event. */
async function follow({ request }: Harness, id: string) {
  const answer = await request('GET', `/v1/sessions/${id}/events`)
  expect(answer.status).toBe(200)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    answer,
    cancel: () => reader.cancel(),
    /** The next event or comment, undefined at the end of the stream. */
    async next(): Promise<string | undefined> {
      while (!text.includes('\n\n')) {
        const { done, value } = await reader.read()
        if (done) return undefined
        text += value
      }
      const end = text.indexOf('\n\n')
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      return event
    },
    async session(): Promise<Session> {
      const lines = ((await this.next()) ?? '').split('\n')
      expect(lines).toContain('event: session')
      expect(lines).toContain('retry: 3000')
      return JSON.parse(lines.find((line) => line.startsWith('data: '))?.slice(6) ?? '') as Session
    },
  }
}

describe('GET /v1/sessions/{id}/events', () => {
  it('answers 404 with a problem for a session that is not there', async () => {
    const { request } = await start()
    const answer = await request('GET', '/v1/sessions/cs_none/events')
    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await readProblem(answer)).toMatchObject({ code: 'session_not_found' })
  })

  it('takes no other method', async () => {
    const { request } = await start()
    const answer = await request('POST', '/v1/sessions/cs_none/events', { body: {} })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('Allow')).toContain('GET')
  })

  it('follows no more than 1,000 at once: 503, and when to ask again, until one has gone', async () => {
    const started = await start()
    const { id } = await open(started)
    const path = `/v1/sessions/${id}/events`
    const answers: Response[] = []
    for (let count = 0; count < 1000; count += 1) answers.push(await started.request('GET', path))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const refused = await started.request('GET', path)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('Retry-After')).toBe('10')
    expect(await readProblem(refused)).toMatchObject({ code: 'too_many_streams' })
    await answers[0]?.body?.cancel()
    expect((await started.request('GET', path)).status).toBe(200)
  })

  it('gives one address a tenth of the places at most, whatever its headers say, and others theirs', async () => {
    const started = await start()
    const path = `/v1/sessions/${(await open(started)).id}/events`
    const followFrom = (address: string, index = 0) =>
      started.request('GET', path, {
        address,
        headers: { 'X-Forwarded-For': `203.0.113.${index % 250}` },
      })
    const answers: Response[] = []
    for (let count = 0; count < 100; count += 1) {
      answers.push(await followFrom('198.51.100.7', count))
    }
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const refused = await followFrom('198.51.100.7')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Retry-After')).toBe('10')
    expect(await readProblem(refused)).toMatchObject({ code: 'too_many_streams' })
    expect(started.logs.join('')).not.toContain('"level":50')
    expect((await followFrom('198.51.100.8')).status).toBe(200)
    await answers[0]?.body?.cancel()
    expect((await followFrom('198.51.100.7')).status).toBe(200)
    expect((await followFrom('198.51.100.7')).status).toBe(429)
  })

  it('is not kept or held back on its way', async () => {
    const started = await start()
    const { answer } = await follow(started, (await open(started)).id)
    expect(answer.headers.get('Content-Type')).toBe('text/event-stream')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('X-Accel-Buffering')).toBe('no')
    expect(answer.headers.get('X-Request-Id')).toMatch(/^req_/)
  })

  it('may be read by pages on the list, and by no others', async () => {
    const started = await start({
      configuration: {
        origins: ['https://shop.example'],
        providers: { sandbox: {} },
        checkouts: { mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' } },
      },
    })
    const path = `/v1/sessions/${(await open(started)).id}/events`
    const allowed = async (Origin: string) =>
      (await started.request('GET', path, { headers: { Origin } })).headers.get(
        'Access-Control-Allow-Origin',
      )
    expect(await allowed('https://shop.example')).toBe('https://shop.example')
    expect(await allowed('https://evil.example')).toBeNull()
  })

  it('shows the session at once, then its change, and ends when its status is final', async () => {
    const started = await start()
    const session = await open(started)
    const stream = await follow(started, session.id)
    expect(await stream.session()).toEqual(session)
    await choose(started, session, 'paid')
    expect(await stream.session()).toMatchObject({ id: session.id, status: 'paid' })
    expect(await stream.next()).toBeUndefined()
  })

  it.each(['declined', 'canceled', 'expired'])(
    'shows a session that has ended (%s) and ends at once',
    async (outcome) => {
      const started = await start()
      const session = await open(started)
      await choose(started, session, outcome)
      const stream = await follow(started, session.id)
      expect((await stream.session()).status).not.toBe('pending')
      expect(await stream.next()).toBeUndefined()
    },
  )

  it('sees what another server on the same store has changed', async () => {
    const databaseUrl = await newSharedDatabaseUrl()
    const environment = { COINSLOT_SECRET: 'a-secret-of-the-test-of-32-bytes-or-more' }
    const one = await start({ databaseUrl, environment })
    const other = await start({ databaseUrl, environment })
    const session = await open(one)
    const stream = await follow(one, session.id)
    await stream.session()
    await choose(other, session, 'paid')
    // Another process's file tells nobody that it has changed.
    if (!isPostgres()) await one.work('look')
    expect(await stream.session()).toMatchObject({ status: 'paid' })
    expect(await stream.next()).toBeUndefined()
  })

  it('says nothing where nothing has changed, but that it is there', async () => {
    const started = await start()
    const stream = await follow(started, (await open(started)).id)
    await stream.session()
    await started.work('look')
    await started.work('beat')
    expect(await stream.next()).toBe(':')
  })

  it('lives for five minutes', async () => {
    const started = await start()
    const stream = await follow(started, (await open(started)).id)
    await stream.session()
    started.pass(5 * MINUTE - 1)
    await started.work('beat')
    expect(await stream.next()).toBe(':')
    started.pass(1)
    await started.work('beat')
    expect(await stream.next()).toBeUndefined()
  })

  it('answers HEAD without following anything', async () => {
    const started = await start()
    const path = `/v1/sessions/${(await open(started)).id}/events`
    for (let count = 0; count <= 1000; count += 1) {
      const answer = await started.request('HEAD', path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('Content-Type')).toBe('text/event-stream')
    }
    expect((await started.request('GET', path)).status).toBe(200)
  })

  it('ends when the server ends its streams, and is refused from then on', async () => {
    const started = await start()
    const { id } = await open(started)
    const streams = [await follow(started, id), await follow(started, id)]
    for (const stream of streams) await stream.session()
    started.coinslot.endStreams()
    for (const stream of streams) expect(await stream.next()).toBeUndefined()
    expect((await started.request('GET', `/v1/sessions/${id}/events`)).status).toBe(503)
  })
})

describe('the feed', () => {
  const session = sessionRecord()

  function startFeed(limit = 2) {
    const reads: string[] = []
    let stored = session
    let payment: SessionRecord | undefined
    const feed = createSessionFeed({
      store: {
        async findSession(id) {
          reads.push(id)
          return id === session.id ? stored : undefined
        },
        findPayment: async () => payment,
      },
      now: () => AT,
      limit,
    })
    return {
      feed,
      reads,
      store: (change: object) => (stored = { ...stored, ...change }),
      pay: (by: SessionRecord) => (payment = by),
    }
  }

  it('reads a session once at each look, however many follow it, and not at all when nobody does', async () => {
    const { feed, reads } = startFeed(10)
    const followings = await Promise.all([1, 2, 3].map(() => feed.follow(session.id)))
    reads.length = 0
    await feed.look()
    expect(reads).toEqual([session.id])
    for (const { stop } of followings) stop()
    await feed.look()
    expect(reads).toEqual([session.id])
  })

  it('has a place again once somebody has gone, and only one for each', async () => {
    const { feed } = startFeed(2)
    const { stop } = await feed.follow(session.id)
    await feed.follow(session.id)
    await expect(feed.follow(session.id)).rejects.toThrow('too many')
    stop()
    stop()
    await feed.follow(session.id)
    await expect(feed.follow(session.id)).rejects.toThrow('too many')
  })

  it('has a place again where the session was not there', async () => {
    const { feed } = startFeed(1)
    await expect(feed.follow('cs_none')).rejects.toThrow('no session')
    await expect(feed.follow(session.id)).resolves.toBeDefined()
  })

  it('leads nobody on to pay what another session has paid meanwhile', async () => {
    const { feed, store, pay } = startFeed()
    store({ order: 'order 1', redirectUrl: 'https://pay.example/1' })
    const { news, stop } = await feed.follow(session.id)
    const shown = news[Symbol.asyncIterator]()
    const next = async () => {
      const [item] = (await shown.next()).value ?? []
      return JSON.parse(item?.kind === 'session' ? item.json : '{}') as Session
    }
    expect(await next()).toHaveProperty('redirectUrl', 'https://pay.example/1')
    pay(sessionRecord({ status: 'paid' }))
    feed.tell({ ...session, order: 'order 1', exception: 'duplicate' })
    expect(await next()).not.toHaveProperty('redirectUrl')
    stop()
  })

  it('does not go back to what was read before a change', async () => {
    const { feed, store } = startFeed()
    const { news } = await feed.follow(session.id)
    feed.tell({ ...session, status: 'processing' })
    await feed.look()
    store({ status: 'paid' })
    await feed.look()
    const statuses: unknown[] = []
    for await (const [item] of news) {
      if (item.kind === 'session') statuses.push((JSON.parse(item.json) as Session).status)
    }
    expect(statuses).toEqual(['pending', 'processing', 'paid'])
  })
})

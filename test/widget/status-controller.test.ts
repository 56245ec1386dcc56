import { expect, waitUntil } from '@open-wc/testing'
import type { Session } from '../../server/contract/schemas.ts'
import { StatusController, type StatusOptions } from '../../widget/status-controller.ts'
import { fakeServer, fakeTime, json, problem, SERVER, session } from './fixtures.ts'

const URL_OF = (id: string) => `${SERVER}/v1/sessions/${id}`

/** A stream that says what the test makes it say. */
class FakeStream extends EventTarget {
  readyState: number = EventSource.OPEN
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
  }
  say(data: unknown): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    this.dispatchEvent(new MessageEvent('session', { data: text }))
  }
  fail(readyState: number): void {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
  close(): void {
    this.readyState = EventSource.CLOSED
  }
}

/** A status on a page, with everything around it kept for the test to look at. */
function createPage(
  options: Partial<StatusOptions> = {},
  ...replies: Parameters<typeof fakeServer>
) {
  const server = fakeServer(...replies)
  const time = fakeTime()
  const streams: FakeStream[] = []
  const reported: Session[] = []
  const page = {
    server,
    time,
    streams,
    reported,
    query: '?coinslot_session=cs_query',
    see: (_isSeen: boolean) => {},
    get stream() {
      return streams.at(-1)!
    },
  }
  const host = { update: () => {}, report: (session: Session) => void reported.push(session) }
  const controller = new StatusController(host, {
    fetch: server.fetch,
    after: time.after,
    random: () => 1,
    query: () => page.query,
    openStream(url) {
      const stream = new FakeStream(url)
      streams.push(stream)
      return stream as unknown as EventSource
    },
    watchPage(changed) {
      page.see = changed
      changed(true)
      return () => (page.see = () => {})
    },
  })
  const configure = (changes: Partial<StatusOptions> = {}) =>
    controller.configure({ server: SERVER, session: 'cs_1', ...options, ...changes })
  configure()
  return Object.assign(page, { controller, configure })
}

describe('which session is followed', () => {
  it('none without an id: the page is told so, and nobody is asked', () => {
    const page = createPage({ session: null })
    page.query = ''
    const other = createPage({ session: '' })
    expect(other.controller.standing).to.equal('asking')
    page.configure({ server: 'https://other.example' })
    expect(page.controller.standing).to.equal('unnamed')
    expect(page.stream.readyState).to.equal(EventSource.CLOSED)
  })

  it("the address's, of which nothing else is believed", () => {
    const page = createPage({ session: null })
    page.query = '?coinslot_session=cs_9&status=paid&paid=true'
    page.configure()
    expect(page.controller.standing).to.equal('asking')
    expect(page.stream.url).to.equal(`${URL_OF('cs_9')}/events`)
  })

  it('the one that the page names, whatever letters are in it', () => {
    expect(createPage({ session: '../x?y' }).stream.url).to.equal(`${URL_OF('..%2Fx%3Fy')}/events`)
  })

  it('another one when the page names another, and the first no more', () => {
    const page = createPage()
    page.stream.say(session({ status: 'processing' }))
    page.configure({ session: 'cs_2' })
    expect(page.streams[0]!.readyState).to.equal(EventSource.CLOSED)
    expect(page.controller.standing).to.equal('asking')
    expect(page.stream.url).to.equal(`${URL_OF('cs_2')}/events`)
  })
})

describe('the stream', () => {
  it('is read until the status is final, and each change is told once', () => {
    const page = createPage()
    page.stream.say(session())
    page.stream.say(session())
    page.stream.say(session({ status: 'processing' }))
    expect(page.stream.readyState).to.equal(EventSource.OPEN)
    page.stream.say(session({ status: 'paid' }))
    expect(page.reported.map(({ status }) => status)).to.deep.equal([
      'pending',
      'processing',
      'paid',
    ])
    expect(page.stream.readyState).to.equal(EventSource.CLOSED)
    expect(page.server.requests).to.have.length(0)
    expect(page.time.timers.size).to.equal(0)
  })

  for (const [name, breakIt] of Object.entries({
    'that is refused': (page: ReturnType<typeof createPage>) =>
      page.stream.fail(EventSource.CLOSED),
    'that is lost three times': ({ stream }: ReturnType<typeof createPage>) => {
      for (let count = 0; count < 3; count++) stream.fail(EventSource.CONNECTING)
    },
    'that is held back by a proxy': ({ time }: ReturnType<typeof createPage>) => time.pass(6_000),
    'that speaks of something else': ({ stream }: ReturnType<typeof createPage>) =>
      stream.say('{"status":"who knows"}'),
    'that speaks no JSON': ({ stream }: ReturnType<typeof createPage>) => stream.say('<html>'),
  })) {
    it(`${name} is given up, and the server is asked instead`, async () => {
      const page = createPage({}, json(session({ status: 'paid' })))
      breakIt(page)
      await waitUntil(() => typeof page.controller.standing !== 'string')
      expect(page.stream.readyState).to.equal(EventSource.CLOSED)
      expect(page.server.requests.map(({ url }) => url)).to.deep.equal([URL_OF('cs_1')])
      expect(page.controller.standing).to.include({ status: 'paid' })
    })
  }

  it('that comes back after a loss goes on', () => {
    const page = createPage()
    for (let count = 0; count < 9; count++) {
      page.stream.fail(EventSource.CONNECTING)
      page.stream.fail(EventSource.CONNECTING)
      page.stream.say(session())
    }
    expect(page.streams).to.have.length(1)
    expect(page.server.requests).to.have.length(0)
  })
})

describe('asking', () => {
  /** Enough for a request that fails at once. */
  const turn = () => new Promise((resolve) => setTimeout(resolve))

  async function createAsking(...replies: Parameters<typeof fakeServer>) {
    const page = createPage({}, ...replies)
    page.stream.fail(EventSource.CLOSED)
    await waitUntil(() => page.server.requests.length === 1)
    if (!replies.includes('hang')) await waitUntil(() => page.controller.standing !== 'asking')
    return page
  }

  it('ends where there is no such session', async () => {
    const page = await createAsking(problem('session_not_found', 404))
    expect(page.controller.standing).to.equal('unknown')
    expect(page.time.timers.size).to.equal(0)
  })

  it('goes on, with growing waits, while nobody answers; what was known still holds', async () => {
    const page = await createAsking(new TypeError('offline'))
    expect(page.controller.standing).to.equal('unreachable')
    const waits: number[] = []
    for (let count = 0; count < 7; count++) {
      const [timer] = page.time.timers
      waits.push(timer!.ms)
      page.time.pass(timer!.ms)
      await turn()
    }
    expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])

    const known = await createAsking(json(session()), new TypeError('offline'))
    known.time.pass(1_000)
    await turn()
    expect(known.server.requests).to.have.length(2)
    expect(known.controller.standing).to.include({ status: 'pending' })
  })

  it('takes a failure of the server, or the page of a proxy, for no answer', async () => {
    for (const reply of [problem('internal', 500), new Response('<html>'), json({ status: 'x' })]) {
      const page = await createAsking(reply)
      expect(page.controller.standing).to.equal('unreachable')
      expect(page.time.timers.size).to.equal(1)
    }
  })

  it('ends at a final status', async () => {
    const page = await createAsking(json(session()), json(session({ status: 'expired' })))
    page.time.pass(1_000)
    await waitUntil(() => page.reported.length === 2)
    expect(page.reported.map(({ status }) => status)).to.deep.equal(['pending', 'expired'])
    expect(page.time.timers.size).to.equal(0)
  })

  it('is dropped in silence when the status leaves the page', async () => {
    const page = await createAsking('hang')
    page.controller.disconnect()
    await turn()
    expect(page.server.requests[0]!.init.signal!.aborted).to.equal(true)
    expect(page.controller.standing).to.equal('asking')
    expect(page.time.timers.size).to.equal(0)
  })
})

describe('a page that cannot be seen', () => {
  it('holds no connection, and is told the latest when it is seen again', () => {
    const page = createPage()
    page.stream.say(session())
    page.see(false)
    expect(page.stream.readyState).to.equal(EventSource.CLOSED)
    expect(page.time.timers.size).to.equal(0)
    page.see(true)
    expect(page.streams).to.have.length(2)
    page.stream.say(session({ status: 'paid' }))
    expect(page.reported).to.have.length(2)
  })

  it('asks no more after a final status', () => {
    const page = createPage()
    page.stream.say(session({ status: 'failed' }))
    page.see(false)
    page.see(true)
    expect(page.streams).to.have.length(1)
  })

  it('goes on where it was when the element is moved', () => {
    const page = createPage()
    page.stream.say(session())
    page.controller.disconnect()
    expect(page.stream.readyState).to.equal(EventSource.CLOSED)
    page.configure()
    expect(page.controller.standing).to.include({ status: 'pending' })
    expect(page.stream.readyState).to.equal(EventSource.OPEN)
    page.stream.say(session())
    expect(page.reported).to.have.length(1)
  })
})

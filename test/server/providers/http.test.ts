import { ConstantBackoff } from 'cockatiel'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import {
  ProviderLetAlone,
  ProviderRejected,
  ProviderTimeout,
  ProviderUnavailable,
} from '../../../server/errors.ts'
import { exactNumber } from '../../../server/json.ts'
import {
  createProviderHttp,
  type ProviderHttpOptions,
  type ProviderRequest,
} from '../../../server/providers/http.ts'
import type { TransportAnswer, TransportRequest } from '../../../server/transport.ts'

const post: ProviderRequest<{ id: string }> = {
  method: 'POST',
  path: '/v1/things',
  headers: { 'x-key': 'key-canary' },
  body: { amount: exactNumber('10.10'), left: undefined },
  answer: z.object({ id: z.string() }),
  idempotent: false,
}
const get: ProviderRequest<{ id: string }> = {
  method: 'GET',
  path: '/v1/things/1',
  headers: {},
  answer: post.answer,
  idempotent: true,
}

/** Http over a transport that answers with each of these in turn, and keeps what it was asked. */
function httpThat(
  answers: readonly (TransportAnswer | Error)[],
  options: Partial<ProviderHttpOptions> = {},
) {
  const sent: TransportRequest[] = []
  const http = createProviderHttp({
    provider: 'fake',
    baseUrl: 'https://api.example/base',
    backoff: new ConstantBackoff(0),
    async transport(request) {
      request.signal.throwIfAborted()
      sent.push(request)
      const answer = answers[sent.length - 1]
      if (!answer || answer instanceof Error) throw answer ?? new Error('nothing more was expected')
      return answer
    },
    ...options,
  })
  return { http, sent }
}

function answer(status: number, body: string | Uint8Array = '', cut?: Error): TransportAnswer {
  return { status, body: Buffer.from(body as string), ...(cut && { cut }) }
}

async function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error as Error,
  )
}

function brokenBy(code: string): Error {
  return Object.assign(new Error('key-canary'), { code })
}

describe('an answer', () => {
  it('is none where it was cut, though what came of it looks right', async () => {
    const { http, sent } = httpThat([answer(200, '{"id":"1"}', brokenBy('UND_ERR_SOCKET'))])
    const error = await failure(http.send(post))
    expect(error).toBeInstanceOf(ProviderUnavailable)
    expect(error).toMatchObject({ mayBeDone: true })
    expect(String(error.cause)).toMatch(/failed: UND_ERR_SOCKET$/)
    expect(sent).toHaveLength(1)
  })

  it('was too slow where the deadline cut it', async () => {
    const deadline = new AbortController()
    const http = createProviderHttp({
      provider: 'fake',
      baseUrl: 'https://api.example',
      deadline: () => deadline.signal,
      async transport({ signal }) {
        deadline.abort()
        return answer(200, '{"id":"1"}', signal.reason)
      },
    })
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderTimeout)
  })

  it('that refuses is a refusal even where it was cut', async () => {
    const { http } = httpThat([answer(400, '{"error":"amount is', brokenBy('UND_ERR_SOCKET'))])
    const error = await failure(http.send(post))
    expect(error).toBeInstanceOf(ProviderRejected)
    expect(String(error.cause)).toMatch(/answered 400, naming amount$/)
  })

  it.each<[string, string | Uint8Array]>([
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['a byte order mark and nothing', Uint8Array.of(0xef, 0xbb, 0xbf)],
    ['compressed bytes', Uint8Array.of(0x1f, 0x8b, 0x08, 0x00)],
    ['nesting without end', '['.repeat(100_000)],
    ['two values', '{"id":"1"}{"id":"2"}'],
    ['a comment', '{"id":"1"}//'],
    ['a doubled key', '{"id":"1","id":"2"}'],
    ['a number instead of text', '{"id":1}'],
  ])('is no answer where it is %s', async (_, body) => {
    const { http } = httpThat([answer(200, body)])
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderUnavailable)
  })

  it('may have members that nobody asked for, which are left out', async () => {
    const { http } = httpThat([answer(201, '{"id":"1","secret":"answer-canary"}')])
    expect(await http.send(post)).toEqual({ id: '1' })
  })

  it.each([
    [100, ProviderUnavailable],
    [301, ProviderUnavailable],
    [400, ProviderRejected],
    [408, ProviderUnavailable],
    [418, ProviderRejected],
    [429, ProviderUnavailable],
    [499, ProviderRejected],
    [500, ProviderUnavailable],
    [599, ProviderUnavailable],
  ])(
    'of status %i tells its status in the cause, and nothing of its text',
    async (status, kind) => {
      const told = () => answer(status, '{"id":"answer-canary"}')
      const { http } = httpThat([told(), told(), told()])
      const error = await failure(http.send(post))
      expect(error).toBeInstanceOf(kind)
      expect(String(error.cause)).toContain(`fake: POST /v1/things answered ${status}`)
      expect(`${error.stack}${String(error.cause)}`).not.toContain('canary')
    },
  )

  it('of another shape tells where, and not what', async () => {
    const { http } = httpThat([answer(200, '{"id":["answer-canary"]}')])
    const error = await failure(http.send(post))
    expect(String(error.cause)).toMatch(/another shape at id$/)
  })
})

describe('a call', () => {
  it('tells the code of a broken connection, and never its message', async () => {
    const broken = Object.assign(new Error('connect to key-canary'), { code: 'ECONNREFUSED' })
    const { http } = httpThat([broken, broken, broken])
    const error = await failure(http.send(post))
    expect(error).toBeInstanceOf(ProviderUnavailable)
    expect(String(error.cause)).toMatch(/failed: ECONNREFUSED$/)
    expect(`${error.stack}${String(error.cause)}`).not.toContain('canary')
  })

  it('that is not idempotent is sent once', async () => {
    const { http, sent } = httpThat([answer(503), answer(200, '{"id":"1"}')])
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderUnavailable)
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['ECONNREFUSED', brokenBy('ECONNREFUSED')],
    ['ENOTFOUND', brokenBy('ENOTFOUND')],
    ['UND_ERR_CONNECT_TIMEOUT', brokenBy('UND_ERR_CONNECT_TIMEOUT')],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', brokenBy('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['429', answer(429)],
  ])('that is not idempotent is sent again after %s, of which nothing can come', async (_, end) => {
    const { http, sent } = httpThat([end, answer(200, '{"id":"1"}')])
    expect(await http.send(post)).toEqual({ id: '1' })
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['ECONNRESET', brokenBy('ECONNRESET')],
    ['UND_ERR_SOCKET', brokenBy('UND_ERR_SOCKET')],
    ['ETIMEDOUT', brokenBy('ETIMEDOUT')],
    ['500', answer(500)],
    ['302', answer(302)],
    ['an answer that is none', answer(200, '<html>')],
  ])('that is not idempotent is sent once where it ends in %s', async (_, end) => {
    const { http, sent } = httpThat([end, answer(200, '{"id":"1"}')])
    expect(await failure(http.send(post))).toMatchObject({ mayBeDone: true })
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['no connection', [brokenBy('ECONNREFUSED')], false],
    ['a refusal', [answer(400)], false],
    ['being asked too often', [answer(429)], false],
    ['a connection that broke', [brokenBy('ECONNRESET')], true],
    ['no connection after an answer of 500', [answer(500), brokenBy('ECONNREFUSED')], true],
    ['a refusal after an answer of 500', [answer(500), answer(400)], true],
  ] as const)(
    'that ends in %s says whether it may have been carried out',
    async (_, ends, doubt) => {
      const last = ends.at(-1)
      const { http } = httpThat([...ends, ...(last ? [last, last] : [])])
      const idempotent = { ...post, idempotent: true }
      expect(await failure(http.send(idempotent))).toMatchObject({ mayBeDone: doubt })
    },
  )

  it('says so of the deadline, too', async () => {
    const { http } = httpThat([], { deadline: () => AbortSignal.abort() })
    expect(await failure(http.send(get))).toMatchObject({ mayBeDone: true })
  })

  it('under a key is sent again where the try before is still being worked on', async () => {
    const { http, sent } = httpThat([answer(409), answer(200, '{"id":"1"}')])
    expect(await http.send({ ...post, idempotent: true })).toEqual({ id: '1' })
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['a call that asks', get],
    ['a call without a key', post],
    ['a change', { ...post, method: 'PUT', idempotent: true }],
  ] as const)('is rejected by a conflict where it is %s', async (_, call) => {
    const { http, sent } = httpThat([answer(409)])
    expect(await failure(http.send(call))).toBeInstanceOf(ProviderRejected)
    expect(sent).toHaveLength(1)
  })

  it('that is idempotent is sent three times at most', async () => {
    const { http, sent } = httpThat([
      answer(503),
      answer(429),
      answer(500),
      answer(200, '{"id":"1"}'),
    ])
    expect(await failure(http.send(get))).toBeInstanceOf(ProviderUnavailable)
    expect(sent).toHaveLength(3)
  })

  it('that is idempotent is not sent again once it was rejected', async () => {
    const { http, sent } = httpThat([answer(503), answer(400), answer(200, '{"id":"1"}')])
    expect(await failure(http.send(get))).toBeInstanceOf(ProviderRejected)
    expect(sent).toHaveLength(2)
  })

  it('has one deadline for all of its tries, and another call has its own', async () => {
    const deadlines: AbortController[] = []
    const deadline = () => {
      deadlines.push(new AbortController())
      return deadlines.at(-1)!.signal
    }
    const { http, sent } = httpThat(
      [answer(503), answer(200, '{"id":"1"}'), answer(200, '{"id":"2"}')],
      {
        deadline,
      },
    )
    await http.send(get)
    await http.send(post)
    expect(deadlines).toHaveLength(2)
    expect(sent.map(({ signal }) => signal)).toEqual([0, 0, 1].map((n) => deadlines[n]?.signal))
  })

  it('is over after its time, and leaves no timer behind once it is over', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const silent = createProviderHttp({
      provider: 'fake',
      baseUrl: 'https://api.example',
      deadlineMs: 3_000,
      transport: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    })
    const ends: unknown[] = []
    const call = failure(silent.send(post)).then((error) => ends.push(error))
    await vi.advanceTimersByTimeAsync(2_999)
    expect(ends).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await call
    expect(ends[0]).toBeInstanceOf(ProviderTimeout)

    const { http } = httpThat([answer(200, '{"id":"1"}')])
    await http.send(post)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is over where its deadline has passed before anything is sent', async () => {
    const { http } = httpThat([], { deadline: () => AbortSignal.abort() })
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderTimeout)
    expect(await failure(http.send(get))).toBeInstanceOf(ProviderTimeout)
  })

  it('that the deadline meets between two tries is not sent again', async () => {
    const deadline = new AbortController()
    const { http, sent } = httpThat([answer(503), answer(200, '{"id":"1"}')], {
      deadline: () => deadline.signal,
      backoff: {
        next() {
          deadline.abort()
          return new ConstantBackoff(0).next()
        },
      },
    })
    expect(await failure(http.send(get))).toBeInstanceOf(ProviderTimeout)
    expect(sent).toHaveLength(1)
  })

  it('goes beneath the base URL with exact numbers, and without what is undefined', async () => {
    const { http, sent } = httpThat([answer(200, '{"id":"1"}')])
    await http.send(post)
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: 'https://api.example/base/v1/things',
        body: '{"amount":10.10}',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-key': 'key-canary',
        },
      },
    ])
  })

  it('without a body says nothing of a content type', async () => {
    const { http, sent } = httpThat([answer(200, '{"id":"1"}')])
    await http.send(get)
    expect(sent[0]).not.toHaveProperty('body')
    expect(sent[0]?.headers).toEqual({ accept: 'application/json' })
  })
})

describe('the wait before another try', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => void vi.useRealTimers())

  const open = () => new AbortController().signal
  const later = (status: number, wait: string | string[]): TransportAnswer => ({
    ...answer(status),
    headers: { 'retry-after': wait },
  })

  it.each([
    ['seconds', '1'],
    ['a time', new Date(1_000).toUTCString()],
    ['two headers', ['1', '60']],
  ])('is as long as the provider asks for in %s', async (_, wait) => {
    vi.setSystemTime(0)
    const { http, sent } = httpThat([later(503, wait), answer(200, '{"id":"1"}')], {
      deadline: open,
    })
    const sending = http.send(get)
    await vi.advanceTimersByTimeAsync(999)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await sending).toEqual({ id: '1' })
  })

  it.each([503, 429])(
    'is not waited where the provider asks for more than 2 s (%i)',
    async (status) => {
      const { http, sent } = httpThat([later(status, '3')], { deadline: open })
      expect(await failure(http.send(get))).toBeInstanceOf(ProviderUnavailable)
      expect(sent).toHaveLength(1)
    },
  )

  it.each(['', 'soon', '-1', '1.5', '99999999999999999999', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'is the usual one where it asks for %j',
    async (wait) => {
      const { http } = httpThat([later(503, wait), answer(200, '{"id":"1"}')], { deadline: open })
      const sending = http.send(get)
      await vi.advanceTimersByTimeAsync(0)
      expect(await sending).toEqual({ id: '1' })
    },
  )

  it('varies, grows, and is a second at most', async () => {
    const waits: number[][] = []
    for (let call = 0; call < 50; call += 1) {
      const at: number[] = []
      const http = createProviderHttp({
        provider: 'fake',
        baseUrl: 'https://api.example',
        deadline: open,
        transport: async () => {
          at.push(Date.now())
          return answer(503)
        },
      })
      const failed = failure(http.send(get))
      await vi.runAllTimersAsync()
      await failed
      waits.push([at[1]! - at[0]!, at[2]! - at[1]!])
    }
    expect(new Set(waits.map(([first]) => first)).size).toBeGreaterThan(10)
    const sum = (which: number) => waits.reduce((total, wait) => total + wait[which]!, 0)
    expect(sum(1)).toBeGreaterThan(sum(0))
    expect(Math.max(...waits.flat())).toBeLessThanOrEqual(1_000)
  })
})

describe('a provider that fails again and again', () => {
  const circuit = { failures: 4, pause: Infinity }

  it('is let alone: whoever calls is told so at once, and nothing is sent', async () => {
    const { http, sent } = httpThat(
      [answer(503), answer(503), brokenBy('ECONNRESET'), answer(503)],
      {
        circuit,
      },
    )
    await failure(http.send(get))
    await failure(http.send(post))
    expect(sent).toHaveLength(4)
    const error = await failure(http.send(get))
    expect(error).toBeInstanceOf(ProviderLetAlone)
    expect(error).toMatchObject({ code: 'provider_unavailable', retryable: true, mayBeDone: false })
    expect(sent).toHaveLength(4)
  })

  it('is let alone in the middle of a call, which is not sent again', async () => {
    const { http, sent } = httpThat([answer(503), answer(500), answer(200, '{"id":"1"}')], {
      circuit: { ...circuit, failures: 2 },
    })
    expect(await failure(http.send(get))).toMatchObject({ mayBeDone: true })
    expect(sent).toHaveLength(2)
  })

  it('is not let alone where it refuses, which is an answer', async () => {
    const answers = [503, 400, 503, 404, 503, 422, 503, 401].map((status) => answer(status))
    const { http, sent } = httpThat([...answers, answer(200, '{"id":"1"}')], {
      circuit: { ...circuit, failures: 2 },
    })
    while (sent.length < answers.length) await failure(http.send(post))
    expect(await http.send(post)).toEqual({ id: '1' })
    expect(sent).toHaveLength(9)
  })
})

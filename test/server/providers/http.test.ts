import { ConstantBackoff } from 'cockatiel'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ProviderRejected, ProviderTimeout, ProviderUnavailable } from '../../../server/errors.ts'
import { exactNumber } from '../../../server/json.ts'
import {
  createProviderHttp,
  type ProviderHttpOptions,
  type ProviderRequest,
} from '../../../server/providers/http.ts'
import type { TransportAnswer, TransportRequest } from '../../../server/transport.ts'

const LIMIT = 256 * 1024

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

function answer(status: number, ...chunks: readonly (string | Uint8Array)[]): TransportAnswer {
  return { status, body: bytes(chunks) }
}

async function* bytes(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error as Error,
  )
}

/** A right answer of exactly so many bytes. */
function answerOf(size: number): string {
  const frame = JSON.stringify({ id: '' })
  return JSON.stringify({ id: 'x'.repeat(size - frame.length) })
}

describe('an answer', () => {
  it('is given up at the first chunk over the limit, and no more of it is read', async () => {
    let read = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(64 * 1024, (read += 64 * 1024) && '"')
    }
    const { http } = httpThat([{ status: 200, body: endless() }])
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderUnavailable)
    expect(read).toBe(LIMIT + 64 * 1024)
  })

  it('may be as long as the limit, but not a byte longer', async () => {
    const { http } = httpThat([answer(200, answerOf(LIMIT)), answer(200, answerOf(LIMIT + 1))])
    await expect(http.send(post)).resolves.toHaveProperty('id')
    expect(await failure(http.send(post))).toBeInstanceOf(ProviderUnavailable)
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

  it('is put together from chunks that cut a character in two', async () => {
    const [head, tail] = [Uint8Array.of(0xc3), Uint8Array.of(0xa9)]
    const { http } = httpThat([answer(200, '{"id":"caf', head, tail, '"}')])
    expect(await http.send(post)).toEqual({ id: 'café' })
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
      const { http } = httpThat([answer(status, '{"id":"answer-canary"}')])
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
    const { http } = httpThat([broken])
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

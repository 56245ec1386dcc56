import { setImmediate as nextTurn } from 'node:timers/promises'
import { brotliDecompressSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openApiDocument } from '../../server/routes/openapi.ts'
import { version } from '../../server/version.ts'
import { demoConfiguration } from '../../server/demo/configuration.ts'
import { readFixture, readProblem, startCoinslot, type HarnessOptions } from './coinslot-harness.ts'

/** All that adds routes, but for the demo. */
const CONFIGURED: HarnessOptions = {
  configuration: { ...demoConfiguration, metrics: {} },
  environment: {
    COINSLOT_SECRET: 'a-secret-canary-of-32-bytes-or-more',
    COINSLOT_METRICS_TOKEN: 'a-token-canary-of-32-bytes-or-more',
  },
}

describe.each([
  ['the demo', {}],
  ['a server that is configured', CONFIGURED],
])('%s', (_, options) => {
  it('answers an unknown address with a problem that names a request', async () => {
    const { request } = await startCoinslot(options)
    const answer = await request('GET', '/v2/anything')
    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    const problem = await readProblem(answer)
    expect(problem).toMatchObject({ code: 'not_found', status: 404 })
    expect(problem['requestId']).toBe(answer.headers.get('X-Request-Id'))
  })

  it.each([
    ['PUT', '/v1/sessions', 'POST'],
    ['DELETE', '/v1/sessions/cs_1', 'GET, HEAD, PATCH'],
    ['POST', '/v1/checkouts/donation', 'GET, HEAD'],
    ['GET', '/v1/webhooks/sandbox', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['POST', '/pages/pay.css', 'GET, HEAD'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allowed) => {
    const { request } = await startCoinslot(options)
    const answer = await request(method, path)
    expect(answer.status).toBe(405)
    expect(answer.headers.get('Allow')).toBe(allowed)
    expect(await readProblem(answer)).toMatchObject({ code: 'method_not_allowed' })
  })
})

describe('the app', () => {
  it('has routes of which one regular expression finds any', async () => {
    const add = vi.spyOn(RegExpRouter.prototype, 'add')
    onTestFinished(() => add.mockRestore())
    const { request } = await startCoinslot(CONFIGURED)
    expect((await request('GET', '/v1/checkouts/donation')).status).toBe(200)
    const paths = add.mock.calls.map(([, path]) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['/metrics', '/sandbox/pay/:id', '/pages/pay.css']),
    )
    const refused = add.mock.results.flatMap(({ type }, call) =>
      type === 'throw' ? paths[call] : [],
    )
    expect(refused).toEqual([])
  })

  it('answers a fault of its own with 500 and no word of what it was', async () => {
    const { coinslot, request, logs } = await startCoinslot()
    await coinslot.close()
    const answer = await request('GET', '/v1/sessions/cs_1')
    expect(answer.status).toBe(500)
    const problem = await readProblem(answer)
    expect(problem).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(problem)).not.toMatch(/database|driver|sqlite/i)
    expect(logs.join()).toContain(String(problem['requestId']))
  })

  it('ends what it has begun beside the requests before its store', async () => {
    const { coinslot, logs } = await startCoinslot()
    await coinslot.close()
    await nextTurn()
    expect(logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  it('tells up from ready', async () => {
    const { coinslot, request } = await startCoinslot()
    expect((await request('GET', '/readyz')).status).toBe(200)
    await coinslot.close()
    expect((await request('GET', '/readyz')).status).toBe(503)
    expect((await request('GET', '/healthz')).status).toBe(200)
  })

  it('logs each request by its route, never by a path that holds a session', async () => {
    const { request, logs } = await startCoinslot()
    await request('GET', '/v1/sessions/cs_secret')
    const [line = ''] = logs
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      route: '/v1/sessions/:id',
      status: 404,
    })
    expect(logs.join()).not.toContain('cs_secret')
  })
})

describe('GET /v1/checkouts/{id}', () => {
  it('answers the terms, and 404 for a checkout that is not there', async () => {
    const { request } = await startCoinslot()
    expect(await (await request('GET', '/v1/checkouts/tip')).json()).toEqual({
      id: 'tip',
      description: 'A tip for the band',
      currency: 'JPY',
      fractionDigits: 0,
      amount: '500',
      editable: true,
      minAmount: '100',
      maxAmount: null,
      presets: [],
      collect: [],
      test: true,
    })
    for (const id of ['none', '__proto__', 'constructor']) {
      const answer = await request('GET', `/v1/checkouts/${id}`)
      expect(answer.status).toBe(404)
      expect(await readProblem(answer)).toMatchObject({ code: 'checkout_not_found' })
    }
  })
})

describe('the widget', () => {
  const source = readFixture('assets/coinslot.js')

  it('is served to every origin, revalidated without a version and immutable with one', async () => {
    const { request } = await startCoinslot()
    for (const [path, cacheControl] of [
      ['/coinslot.js', 'public, no-cache'],
      [`/coinslot-${version}.js`, 'public, max-age=31536000, immutable'],
    ] as const) {
      const answer = await request('GET', path)
      expect(answer.headers.get('Cache-Control')).toBe(cacheControl)
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/javascript/)
      expect(await answer.text()).toBe(source)
    }
    expect((await request('GET', '/coinslot-0.0.0.js')).status).toBe(404)
  })

  it('has its parts beside it for ever, and nothing else that lies there', async () => {
    const { request } = await startCoinslot()
    const part = '/coinslot-sample-1a2b3c4d.js'
    const answer = await request('GET', part)
    expect(await answer.text()).toBe(readFixture(`assets${part}`))
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    for (const path of [
      '/coinslot-sample-1a2b3c4d.js.map',
      '/coinslot-other-1a2b3c4d.js',
      '/coinslot-sample-..%2fcoinslot.js',
      '/coinslot-../coinslot.js.map',
      '/coinslot-sample-%00a2b3c4d.js',
    ]) {
      expect((await request('GET', path)).status, path).toBe(404)
    }
  })

  it('is compressed for who can read it, and not sent to who has it', async () => {
    const { request } = await startCoinslot()
    const headers = { 'Accept-Encoding': 'gzip, deflate, br' }
    const answer = await request('GET', '/coinslot.js', { headers })
    expect(answer.headers.get('Content-Encoding')).toBe('br')
    expect(brotliDecompressSync(await answer.arrayBuffer()).toString()).toBe(source)
    const old = await request('GET', '/coinslot.js', { headers: { 'Accept-Encoding': 'br;q=0' } })
    expect(old.headers.get('Content-Encoding')).toBeNull()
    const tag = answer.headers.get('ETag') ?? ''
    const again = await request('GET', '/coinslot.js', { headers: { 'If-None-Match': tag } })
    expect(again.status).toBe(304)
  })
})

describe('/openapi.json', () => {
  const document = openApiDocument('http://localhost:8080')

  it('names every path of the interface, and none that the server does not have', async () => {
    const { request } = await startCoinslot()
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const real = path.replace(/\{(\w+)\}/, 'donation')
        const answer = await request(
          method.toUpperCase(),
          real,
          method === 'get' ? {} : { body: {} },
        )
        const problem = answer.ok ? {} : await readProblem(answer)
        expect(['not_found', 'method_not_allowed'], `${method} ${path}`).not.toContain(
          problem['code'],
        )
      }
    }
  })

  it('describes what the server really answers', async () => {
    const { request, createSession } = await startCoinslot()
    const served = (await (await request('GET', '/openapi.json')).json()) as typeof document
    const ajv = formats.default(new Ajv2020({ strict: false }))
    ajv.addSchema({ $id: 'openapi', components: served.components })
    const validate = (name: string) => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })

    const session = await (await createSession({ checkout: 'donation' })).json()
    const isSession = validate('Session')
    expect(isSession(session), JSON.stringify(isSession.errors)).toBe(true)
    const isProblem = validate('Problem')
    expect(isProblem(await (await createSession({ checkout: 'none' })).json())).toBe(true)
    const isCheckout = validate('Checkout')
    expect(isCheckout(await (await request('GET', '/v1/checkouts/mug')).json())).toBe(true)
    const isCreate = validate('CreateSession')
    expect(isCreate({ checkout: 'donation', amount: '25.00' })).toBe(true)
    expect(isCreate({ checkout: 'donation', currency: 'EUR' })).toBe(false)
  })
})

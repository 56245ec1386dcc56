/** What browsers are told of our answers, and what they tell of who made them ask. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { demoConfiguration } from '../../server/demo/configuration.ts'
import {
  newKey,
  readProblem,
  readSession,
  startCoinslot,
  type Harness,
} from './coinslot-harness.ts'

async function start(settings: object = {}): Promise<Harness> {
  const harness = await startCoinslot({
    configuration: {
      ...demoConfiguration,
      publicUrl: 'https://pay.shop.example',
      ...settings,
    },
  })
  onTestFinished(() => harness.coinslot.close())
  return harness
}

/** In demo mode, where there are most pages, each by how it is asked for. */
async function everyPage(): Promise<Map<string, Response>> {
  const harness = await startCoinslot()
  onTestFinished(() => harness.coinslot.close())
  const { request, createSession } = harness
  const { redirectUrl = '' } = await readSession(await createSession({ checkout: 'mug' }))
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const post = (path: string, raw: string, headers: Record<string, string> = {}) =>
    request('POST', path, { raw, headers: { ...form, ...headers } })
  return new Map([
    ['the demo', await request('GET', '/')],
    ['the payment page', await request('GET', '/pay/donation')],
    ['the payment page of no checkout', await request('GET', '/pay/nothing')],
    ['the payment page of no offer', await request('GET', '/pay?offer=x')],
    ['a form that is refused', await post('/pay/donation', 'amount=0.01')],
    ['a form from another origin', await post('/pay/mug', '', { Origin: 'https://evil.example' })],
    ['a form that is too long', await post('/pay/mug', 'x'.repeat(20_000))],
    ['a form that is none', await request('POST', '/pay/mug', { body: {} })],
    ['a bridge page that is not there', await request('GET', `/bridge/cs_${'A'.repeat(32)}`)],
    ['the sandbox’s page', await request('GET', new URL(redirectUrl).pathname)],
    ['the sandbox’s page of no payment', await request('GET', '/sandbox/pay/sbx_none')],
  ])
}

describe('every page', () => {
  it('may be framed by nobody, runs no script of others, and is no plaything of who opened it', async () => {
    for (const [name, page] of await everyPage()) {
      const told = (header: string) => page.headers.get(header) ?? ''
      expect(told('Content-Type'), name).toMatch(/^text\/html; charset=utf-8$/i)
      const policy = told('Content-Security-Policy').split('; ')
      expect(policy, name).toEqual(
        expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
      )
      expect(policy.join(), name).not.toContain('unsafe')
      expect(told('Cross-Origin-Opener-Policy'), name).toMatch(/^same-origin(-allow-popups)?$/)
      expect(told('Permissions-Policy'), name).toContain('camera=()')
      expect(told('X-Content-Type-Options'), name).toBe('nosniff')
      expect(told('Referrer-Policy'), name).toMatch(/^(same-origin|no-referrer)$/)
      expect(told('Set-Cookie'), name).toBe('')
    }
  })
})

describe('every answer', () => {
  it.each([
    ['a session', 'POST', '/v1/sessions', 201],
    ['terms', 'GET', '/v1/checkouts/mug', 200],
    ['no session', 'GET', '/v1/sessions/cs_1', 404],
    ['a refused webhook', 'POST', '/v1/webhooks/sandbox', 401],
    ['a method that is not taken', 'PUT', '/v1/sessions', 405],
    ['a preflight', 'OPTIONS', '/v1/sessions', 204],
    ['nothing', 'GET', '/nothing', 404],
    ['the sandbox’s refusal', 'GET', '/sandbox/v1/payments/x', 401],
    ['the interface’s description', 'GET', '/openapi.json', 200],
    ['a style sheet', 'GET', '/pages/pay.css', 200],
  ])('is no page, and stays with us: %s', async (_, method, path, status) => {
    const { request } = await start()
    const answer = await request(
      method,
      path,
      method === 'POST' ? { body: { checkout: 'mug' } } : {},
    )
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
      'x-request-id': expect.stringMatching(/^req_/) as string,
    })
    expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('Server')).toBeNull()
    expect(answer.headers.get('X-Powered-By')).toBeNull()
  })

  it.each(['/coinslot.js', '/coinslot-sample-1a2b3c4d.js'])(
    'but the script may be read by other sites: %s',
    async (path) => {
      const { request } = await start()
      const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }
      const answer = await request('GET', path, { headers })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    },
  )

  it('asks for https only where that is how the server is reached', async () => {
    const { request } = await startCoinslot()
    expect((await request('GET', '/')).headers.get('Strict-Transport-Security')).toBeNull()
  })
})

describe('what a foreign page makes a browser ask for', () => {
  it.each(['cross-site', 'same-site'])(
    'as a picture, a script or a beacon is refused before it is looked at: %s',
    async (site) => {
      const { createSession, request, sent } = await start()
      const { id, redirectUrl = '' } = await readSession(await createSession({ checkout: 'mug' }))
      const before = sent.length
      const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' }
      const paths = [
        `/v1/sessions/${id}`,
        `/v1/sessions/${id}/events`,
        '/v1/sessions/cs_none',
        '/v1/checkouts/mug',
        '/pay/mug',
        '/pages/pay.css',
        `/bridge/${id}`,
        new URL(redirectUrl).pathname,
      ]
      for (const path of paths) {
        const answer = await request('GET', path, { headers })
        expect({ path, status: answer.status }).toEqual({ path, status: 403 })
        expect(await readProblem(answer)).toMatchObject({ code: 'origin_not_allowed' })
      }
      expect(sent.length).toBe(before)
    },
  )

  it.each(['/v1/sessions', '/pay/mug'])(
    'by a form of which the browser hides the origin is refused: %s',
    async (path) => {
      const { request, sent } = await start()
      for (const site of ['cross-site', 'same-site']) {
        const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'navigate' }
        const answer = await request('POST', path, { body: { checkout: 'mug' }, headers })
        expect(answer.status).toBe(403)
      }
      expect(sent).toEqual([])
    },
  )

  it('ends no payment at the sandbox', async () => {
    const { createSession, request } = await start()
    const { id, redirectUrl = '' } = await readSession(await createSession({ checkout: 'mug' }))
    const { pathname } = new URL(redirectUrl)
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const foreign of [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const headers = { ...form, ...foreign }
      const answer = await request('POST', pathname, { raw: 'outcome=paid', headers })
      expect(answer.status).toBe(403)
    }
    const read = await readSession(await request('GET', `/v1/sessions/${id}`))
    expect(read.status).toBe('pending')
  })
})

describe('what a browser is meant to ask for', () => {
  it('is answered: links from other sites, our own pages, addresses that were typed', async () => {
    const { createSession, request } = await start()
    const { redirectUrl = '' } = await readSession(await createSession({ checkout: 'mug' }))
    const { pathname } = new URL(redirectUrl)
    for (const [site, mode] of [
      ['cross-site', 'navigate'],
      ['same-site', 'navigate'],
      ['same-origin', 'no-cors'],
      ['none', 'navigate'],
    ]) {
      const headers = { 'Sec-Fetch-Site': site ?? null, 'Sec-Fetch-Mode': mode ?? null }
      for (const path of ['/pay/mug', pathname]) {
        expect((await request('GET', path, { headers })).status).toBe(200)
      }
    }
  })

  it('is answered from a listed shop’s page, on its own site or on another', async () => {
    const { request } = await start({ origins: ['https://shop.example'] })
    for (const site of ['cross-site', 'same-site']) {
      const headers = {
        Origin: 'https://shop.example',
        'Sec-Fetch-Site': site,
        'Sec-Fetch-Mode': 'cors',
        'Idempotency-Key': newKey(),
      }
      const answer = await request('POST', '/v1/sessions', { body: { checkout: 'mug' }, headers })
      expect(answer.status).toBe(201)
    }
  })
})

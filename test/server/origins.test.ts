/** Which pages may ask for a session. CORS only hides answers; a foreign page must not be obeyed at all. */
import { describe, expect, it } from 'vitest'
import {
  type Harness,
  newKey,
  readProblem,
  readSession,
  SELF,
  startCoinslot,
} from './coinslot-harness.ts'

const SHOP = 'https://shop.example'
const LISTED = [SHOP, 'https://xn--bcher-kva.example', 'http://localhost:3000']
const DONATION = { checkout: 'donation', amount: '25.00' }

const configuration = {
  publicUrl: 'https://pay.example',
  origins: LISTED,
  providers: { sandbox: { redirectHosts: ['pay.example'] } },
  checkouts: {
    donation: {
      provider: 'sandbox',
      currency: 'USD',
      amount: '25.00',
      editable: true,
      minAmount: '5.00',
      successUrl: '/thanks',
    },
  },
}

const FOREIGN = [
  'https://evil.example',
  'null',
  '',
  '*',
  'file://',
  'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  // Like the list, but for scheme or port.
  'http://shop.example',
  'https://shop.example:443',
  'https://shop.example:444',
  'http://localhost',
  'http://localhost:3001',
  'https://localhost:3000',
  'http://127.0.0.1:3000',
  'http://[::1]:3000',
  // Beginning or ending like it.
  'https://shop.example.evil.example',
  'https://shop.examples',
  'https://shop.exampl',
  'https://evilshop.example',
  'https://a.shop.example',
  'https://example',
  'https://evil.example/https://shop.example',
  'https://evil.example#https://shop.example',
  'https://shop.example@evil.example',
  // The same to a person, but no browser writes it so.
  'https://SHOP.example',
  'HTTPS://shop.example',
  'https://shop.example.',
  'https://shop.example/',
  'https://shop.example/shop',
  'https://b\u00fccher.example',
  'https://xn--bcher-kva.example.',
  'shop.example',
  // Two at once.
  'https://shop.example, https://evil.example',
  'https://evil.example, https://shop.example',
  'https://shop.example https://evil.example',
  'https://shop.example, https://shop.example',
  // Like our own.
  'http://pay.example',
  'https://pay.example:8443',
  'https://pay.example.evil.example',
  // The address that the request came by.
  SELF,
]

/** The headers of CORS in an answer, and that a cache may not mix answers to different pages up. */
function corsOf(answer: Response) {
  return {
    allowed: answer.headers.get('Access-Control-Allow-Origin'),
    credentials: answer.headers.get('Access-Control-Allow-Credentials'),
    varies: /(^|,\s*)Origin(,|$)/.test(answer.headers.get('Vary') ?? ''),
  }
}

const HIDDEN = { allowed: null, credentials: null, varies: true }
const shownTo = (origin: string) => ({ allowed: origin, credentials: null, varies: true })

async function expectRefusal({ sent }: Harness, answer: Response, before = 0): Promise<void> {
  expect(answer.status).toBe(403)
  expect(await readProblem(answer)).toMatchObject({ code: 'origin_not_allowed' })
  expect(corsOf(answer)).toEqual(HIDDEN)
  expect(sent.length).toBe(before)
}

describe.each(FOREIGN)('a page of the origin "%s"', (Origin) => {
  it('is refused a session, and the provider is not called', async () => {
    const harness = await startCoinslot({ configuration })
    await expectRefusal(harness, await harness.createSession(DONATION, { Origin }))
  })

  it('is refused a change of a session whose id it knows', async () => {
    const harness = await startCoinslot({ configuration })
    const { createSession, request, sent } = harness
    const { id } = await readSession(await createSession(DONATION, { Origin: SHOP }))
    const before = sent.length
    const path = `/v1/sessions/${id}`
    const answer = await request('PATCH', path, { body: { amount: '9.00' }, headers: { Origin } })
    await expectRefusal(harness, answer, before)
    expect(await readSession(await request('GET', path))).toMatchObject({ amount: '25.00' })
  })

  it('is not told in a preflight that it may ask', async () => {
    const { request, sent } = await startCoinslot({ configuration })
    const answer = await request('OPTIONS', '/v1/sessions', {
      headers: {
        Origin,
        'Content-Type': null,
        'Idempotency-Key': null,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,idempotency-key',
      },
    })
    expect(corsOf(answer)).toEqual(HIDDEN)
    expect(sent).toEqual([])
  })

  it('is not shown terms or sessions', async () => {
    const { createSession, request } = await startCoinslot({ configuration })
    const { id } = await readSession(await createSession(DONATION))
    for (const path of ['/v1/checkouts/donation', `/v1/sessions/${id}`, '/v1/checkouts/none']) {
      expect(corsOf(await request('GET', path, { headers: { Origin } }))).toEqual(HIDDEN)
    }
  })
})

describe('what a foreign page can send without a preflight', () => {
  const json = JSON.stringify(DONATION)
  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'checkout=donation&amount=25.00'],
    ['a form that looks like JSON', 'text/plain', `${json.slice(0, -1)},"x":"="}`],
    ['a beacon', 'text/plain;charset=UTF-8', json],
    ['a multipart form', 'multipart/form-data; boundary=x', `--x\r\n\r\n${json}\r\n--x--`],
    ['a blob without a type', null, json],
  ])('opens no session: %s', async (_, type, text) => {
    const harness = await startCoinslot({ configuration })
    const send = (Origin: string | null) =>
      harness.request('POST', '/v1/sessions', {
        raw: new TextEncoder().encode(text),
        headers: { Origin, 'Content-Type': type, 'Idempotency-Key': null },
      })
    await expectRefusal(harness, await send('https://evil.example'))
    await expectRefusal(harness, await send('null'))
    // Also from a browser that leaves the header out.
    expect((await send(null)).status).toBe(415)
    expect(harness.sent).toEqual([])
  })

  it.each(['/v1/sessions?checkout=donation&amount=25.00', '/v1/sessions/'])(
    'opens no session by GET %s',
    async (path) => {
      const { request, sent } = await startCoinslot({ configuration })
      const answer = await request('GET', path, { headers: { Origin: 'https://evil.example' } })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(sent).toEqual([])
    },
  )
})

describe('a foreign page’s request', () => {
  it.each([
    ['Host', 'shop.example'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Original-Host', 'evil.example'],
    ['X-Original-URL', 'https://evil.example/v1/sessions'],
    ['X-Rewrite-URL', '/v1/webhooks/sandbox'],
    ['Forwarded', 'host=evil.example;proto=https'],
    ['Referer', 'https://shop.example/'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['X-Requested-With', 'XMLHttpRequest'],
    ['Access-Control-Allow-Origin', '*'],
  ])('is not helped by the header %s: %s', async (name, value) => {
    const harness = await startCoinslot({ configuration })
    const headers = { Origin: 'https://evil.example', [name]: value }
    await expectRefusal(harness, await harness.createSession(DONATION, headers))
  })

  it.each(['http://evil.example', 'https://evil.example', 'http://pay.example', 'http://10.0.0.1'])(
    'does not become our own by coming to the address %s, as after DNS rebinding',
    async (origin) => {
      const harness = await startCoinslot({ configuration })
      await expectRefusal(harness, await sendTo(harness, origin))
      const demo = await startCoinslot()
      await expectRefusal(demo, await sendTo(demo, origin))
    },
  )
})

describe.each([...LISTED, 'https://pay.example'])('a page of the listed origin "%s"', (Origin) => {
  it('is given a session, and shown it', async () => {
    const { createSession, sent } = await startCoinslot({ configuration })
    const answer = await createSession(DONATION, { Origin })
    expect(answer.status).toBe(201)
    expect(corsOf(answer)).toEqual(shownTo(Origin))
    expect(sent).toHaveLength(1)
  })

  it('comes back to its own origin from a return path', async () => {
    const { createSession, sent } = await startCoinslot({ configuration })
    const { id } = await readSession(await createSession(DONATION, { Origin }))
    const order = JSON.parse(sent[0]?.body ?? '{}') as unknown
    expect(order).toMatchObject({ successUrl: `${Origin}/thanks?coinslot_session=${id}` })
  })

  it('is shown every refusal, or it could not tell the buyer', async () => {
    const { createSession, request } = await startCoinslot({ configuration })
    const refusals = await Promise.all([
      createSession({ ...DONATION, amount: '1' }, { Origin }),
      createSession({ ...DONATION, amount: 1 }, { Origin }),
      createSession({ checkout: 'none' }, { Origin }),
      createSession(DONATION, { Origin, 'Idempotency-Key': 'short' }),
      createSession(DONATION, { Origin, 'Content-Type': 'text/plain' }),
      createSession({ ...DONATION, amount: '1'.repeat(20_000) }, { Origin }),
      request('PUT', '/v1/sessions', { headers: { Origin } }),
      request('GET', '/v1/sessions/cs_none', { headers: { Origin } }),
      request('GET', '/v1/nothing', { headers: { Origin } }),
    ])
    expect(refusals.map(({ status }) => status)).toEqual([
      422, 400, 404, 400, 415, 413, 405, 404, 404,
    ])
    for (const refusal of refusals) expect(corsOf(refusal)).toEqual(shownTo(Origin))
  })

  it('is told in a preflight what it may send, without credentials', async () => {
    const { request } = await startCoinslot({ configuration })
    for (const [path, method] of [
      ['/v1/sessions', 'POST'],
      ['/v1/sessions/cs_1', 'PATCH'],
    ] as const) {
      const answer = await request('OPTIONS', path, {
        headers: {
          Origin,
          'Access-Control-Request-Method': method,
          'Access-Control-Request-Headers': 'content-type,idempotency-key,x-other',
        },
      })
      expect(answer.status).toBe(204)
      expect(corsOf(answer)).toEqual(shownTo(Origin))
      expect(answer.headers.get('Access-Control-Allow-Methods')?.split(',')).toContain(method)
      const headers = answer.headers.get('Access-Control-Allow-Headers')?.toLowerCase().split(',')
      expect(new Set(headers)).toEqual(new Set(['content-type', 'idempotency-key']))
      expect(answer.headers.get('Access-Control-Max-Age')).toBe('600')
    }
  })

  it('may read the headers that it needs for a next try', async () => {
    const { createSession } = await startCoinslot({ configuration })
    const answer = await createSession(DONATION, { Origin })
    const exposed = answer.headers.get('Access-Control-Expose-Headers')?.split(',')
    expect(exposed).toEqual(expect.arrayContaining(['Retry-After', 'Idempotency-Replayed']))
  })
})

describe('a request without an origin', () => {
  it('is no browser’s and is let through, but shown to no page', async () => {
    const { createSession } = await startCoinslot({ configuration })
    const answer = await createSession(DONATION, { Origin: null })
    expect(answer.status).toBe(201)
    expect(corsOf(answer)).toEqual(HIDDEN)
  })
})

describe('a server on this machine', () => {
  it.each(['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:9090'])(
    'takes the name that it is called by for its own: %s',
    async (origin) => {
      const demo = await startCoinslot()
      expect((await sendTo(demo, origin)).status).toBe(201)
    },
  )

  it('takes no other name for it', async () => {
    const demo = await startCoinslot()
    await expectRefusal(
      demo,
      await demo.createSession(DONATION, { Origin: 'http://127.0.0.1:8080' }),
    )
  })
})

/** Asks for a session as a page does that was loaded from the very address that it asks. */
async function sendTo({ coinslot }: Harness, origin: string): Promise<Response> {
  return coinslot.fetch(
    new Request(`${origin}/v1/sessions`, {
      method: 'POST',
      headers: {
        Origin: origin,
        Host: new URL(origin).host,
        'Content-Type': 'application/json',
        'Idempotency-Key': newKey(),
      },
      body: JSON.stringify(DONATION),
    }),
  )
}

/** Coinslot as a guest of other servers: Hono, Express, Fastify, and bare Node. */
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { createCoinslot, type Coinslot } from '../../server/index.ts'
import { newDatabaseUrl } from '../postgres/database.ts'
import { freePort } from '../e2e/server-process.ts'
import { newKey, readProblem, readSession } from './coinslot-harness.ts'

/** Puts Coinslot into a server of its own kind; beneath `base`, which is empty for all of its addresses. */
type Host = (coinslot: Coinslot, base: string, port: number) => Promise<() => Promise<void>>

const asNode: Host = (coinslot, base, port) =>
  listen(
    createServer((incoming, outgoing) => {
      const isOurs = incoming.url?.startsWith(base)
      if (isOurs) void coinslot.handler(incoming, outgoing)
      else outgoing.end('the shop')
    }),
    port,
  )

const asExpress: Host = (coinslot, base, port) => {
  const app = express()
  app.get('/shop', (_, response) => void response.send('the shop'))
  app.use(base || '/', coinslot.handler)
  return listen(createServer(app), port)
}

const asFastify: Host = async (coinslot, base, port) => {
  const app = fastify()
  app.get('/shop', () => 'the shop')
  await app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _body, done) => done(null))
      scope.all('/*', async (request, reply) => {
        reply.hijack()
        await coinslot.handler(request.raw, reply.raw)
      })
    },
    { prefix: base },
  )
  await app.listen({ port, host: '127.0.0.1' })
  return () => app.close()
}

const asHono: Host = (coinslot, base, port) => {
  const app = new Hono<{ Bindings: object }>()
  app.get('/shop', (c) => c.text('the shop'))
  app.all(`${base}/*`, (c) => coinslot.fetch(c.req.raw, c.env))
  return listenHono(app, port)
}

const mountedInHono: Host = (coinslot, base, port) => {
  const app = new Hono()
  app.get('/shop', (c) => c.text('the shop'))
  app.mount(base || '/', coinslot.fetch)
  return listenHono(app, port)
}

function listenHono(app: Hono<{ Bindings: object }> | Hono, port: number) {
  const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }) as Server
  return once(server, 'listening').then(() => closerOf(server))
}

async function listen(server: Server, port: number): Promise<() => Promise<void>> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return closerOf(server)
}

function closerOf(server: Server): () => Promise<void> {
  return async () => {
    server.close()
    server.closeAllConnections()
    if (server.listening) await once(server, 'close')
  }
}

interface Embedded {
  readonly url: string
  readonly coinslot: Coinslot
  readonly logs: readonly string[]
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function embed(host: Host, base: string, configuration: object = {}): Promise<Embedded> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}${base}`
  const logs: string[] = []
  const coinslot = await createCoinslot({
    configuration: {
      publicUrl: url,
      providers: { sandbox: {} },
      checkouts: { mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90' } },
      ...configuration,
    },
    environment: { DATABASE_URL: await newDatabaseUrl() },
    assets: new URL('./assets/', import.meta.url),
    logTo: { write: (line: string) => void logs.push(line) },
    // The sandbox's webhooks then come the way that a provider's do.
    selfUrl: url,
  })
  closers.push(() => coinslot.close(), await host(coinslot, base, port))
  return {
    url,
    coinslot,
    logs,
    post: (path, body, headers) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey(), ...headers },
        body: JSON.stringify(body),
      }),
  }
}

describe.each([
  ['Node', asNode, ''],
  ['Node beneath a path', asNode, '/payments'],
  ['Express', asExpress, ''],
  ['Express beneath a path', asExpress, '/payments'],
  ['Fastify', asFastify, ''],
  ['Fastify beneath a path', asFastify, '/payments'],
  ['Hono', asHono, ''],
  ['Hono beneath a path', asHono, '/payments'],
  ['Hono by its mount beneath a path', mountedInHono, '/payments/here'],
])('inside %s', (_, host, base) => {
  it('a payment is made, paid, and reported by a webhook whose bytes are as they were signed', async () => {
    const { url, post, coinslot, logs } = await embed(host, base)
    const created = await post('/v1/sessions', { checkout: 'mug' })
    const session = await readSession(created)
    expect(created.headers.get('Location')).toBe(`${base}/v1/sessions/${session.id}`)
    const page = session.redirectUrl ?? ''
    expect(page.startsWith(`${url}/sandbox/pay/`)).toBe(true)
    const events = fetch(`${url}/v1/sessions/${session.id}/events`)
    const pressed = await fetch(page, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ outcome: 'paid' }),
    })
    expect(pressed.status).toBeLessThan(400)
    expect(await (await events).text()).toContain('"status":"paid"')
    expect(logs.join('')).toContain('/v1/webhooks/:provider')
    coinslot.endStreams()
  })

  it('the pages find what they are made of', async () => {
    const { url } = await embed(host, base)
    const page = await (await fetch(`${url}/pay/mug`)).text()
    const links = [
      ...page.matchAll(/<(?:link rel="stylesheet" href|form method="post" action)="([^"]+)"/g),
    ]
    expect(links.map(([, path]) => path)).toEqual([`${base}/pages/pay.css`, `${base}/pay/mug`])
    expect((await fetch(new URL(`${base}/pages/pay.css`, url))).status).toBe(200)
    const { src } = (await (await fetch(`${url}/coinslot.json`)).json()) as { src: string }
    expect((await fetch(new URL(src, url))).status).toBe(200)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
  })

  it('limits are counted by who is at the other end, whatever the headers say', async () => {
    const rateLimits = { perAddress: 1 }
    const { post } = await embed(host, base, { rateLimits })
    const from = (address: string) =>
      post('/v1/sessions', { checkout: 'mug' }, { 'X-Forwarded-For': address })
    expect((await from('198.51.100.1')).status).toBe(201)
    expect((await from('198.51.100.2')).status).toBe(429)
  })

  it('limits are counted by who is before our own proxies, where they are said to be there', async () => {
    const { post } = await embed(host, base, {
      rateLimits: { perAddress: 1 },
      trustedProxyHops: 1,
    })
    const from = (address: string) =>
      post('/v1/sessions', { checkout: 'mug' }, { 'X-Forwarded-For': address })
    expect((await from('198.51.100.1')).status).toBe(201)
    expect((await from('198.51.100.2')).status).toBe(201)
    expect((await from('203.0.113.9, 198.51.100.2')).status).toBe(429)
  })

  it('nothing of it runs once it is closed, and the server around it goes on', async () => {
    const { coinslot, url } = await embed(host, base)
    await coinslot.close()
    closers.shift()
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
  })
})

describe('behind a body parser', () => {
  const parsing =
    (parse: express.RequestHandler): Host =>
    (coinslot, base, port) =>
      listen(createServer(express().use(parse).use(base, coinslot.handler)), port)

  it.each([
    ['a session', '/v1/sessions', 'application/json', '{"checkout":"mug"}'],
    ['a webhook', '/v1/webhooks/sandbox', 'application/json', '{}'],
    ['a form', '/pay/mug', 'application/x-www-form-urlencoded', 'amount=1'],
  ])('%s is refused, and the log says what to do', async (_, path, type, body) => {
    const parse = express.text({ type: '*/*' })
    const { url, logs } = await embed(parsing(parse), '/payments')
    const answer = await send(url + path, type, body)
    expect(answer).toBe(500)
    expect(logs.join('')).toContain('mount Coinslot before body parsers')
  })

  it('one of no known length is refused, too', async () => {
    const parse = express.text({ type: '*/*' })
    const { url, logs } = await embed(parsing(parse), '/payments')
    expect(await send(`${url}/v1/webhooks/sandbox`, 'application/json', '{}', true)).toBe(500)
    expect(logs.join('')).toContain('rawBody')
  })

  it('what is kept as text is no substitute for the bytes', async () => {
    const keep = (request: IncomingMessage, _: unknown, bytes: Buffer) =>
      void Object.assign(request, { rawBody: bytes.toString() })
    const { post, logs } = await embed(parsing(express.json({ verify: keep })), '/payments')
    expect((await post('/v1/sessions', { checkout: 'mug' })).status).toBe(500)
    expect(logs.join('')).toContain('rawBody')
  })

  it('all is well where the bytes are kept', async () => {
    const keep = (request: IncomingMessage, _: unknown, bytes: Buffer) =>
      void Object.assign(request, { rawBody: bytes })
    const { post } = await embed(parsing(express.json({ verify: keep })), '/payments')
    expect((await post('/v1/sessions', { checkout: 'mug' })).status).toBe(201)
  })

  it('Fastify’s own is one, where it is not taken away', async () => {
    const host: Host = async (coinslot, base, port) => {
      const app = fastify()
      app.all(`${base}/*`, async (request, reply) => {
        reply.hijack()
        await coinslot.handler(request.raw, reply.raw)
      })
      await app.listen({ port, host: '127.0.0.1' })
      return () => app.close()
    }
    const { post } = await embed(host, '/payments')
    const answer = await post('/v1/sessions', { checkout: 'mug' })
    expect(answer.status).toBe(500)
    expect(await readProblem(answer)).toMatchObject({
      code: 'internal',
      detail: expect.stringContaining('mount Coinslot before body parsers'),
    })
  })

  async function send(url: string, type: string, body: string, isChunked = false): Promise<number> {
    const headers = {
      'Content-Type': type,
      'Idempotency-Key': newKey(),
      ...(!isChunked && { 'Content-Length': body.length }),
    }
    const sending = request(url, { method: 'POST', headers, agent: false })
    sending.end(body)
    const [answer] = (await once(sending, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode ?? 0
  }
})

describe('beside servers that call it as a fetch server', () => {
  const FROM = '198.51.100.7'
  const elsewhere = { address: '127.0.0.1', port: 8080 }

  it.each([
    ['a caller of its own', { address: FROM }],
    ['Deno', { remoteAddr: { transport: 'tcp', hostname: FROM, port: 1 } }],
    ['Bun', { address: elsewhere, requestIP: () => ({ address: FROM, family: 'IPv4', port: 1 }) }],
  ])('it counts by the address that %s passes on', async (_, source) => {
    const { coinslot, url } = await embed(asNode, '', { rateLimits: { perAddress: 1 } })
    const create = (from: Parameters<Coinslot['fetch']>[1]) =>
      coinslot.fetch(
        new Request(`${url}/v1/sessions`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() },
          body: '{"checkout":"mug"}',
        }),
        from,
      )
    expect((await create(source)).status).toBe(201)
    expect((await create(source)).status).toBe(429)
    expect((await create({ address: '198.51.100.8' })).status).toBe(201)
  })

  it('the sandbox is reached within the process where nobody says by which address', async () => {
    const coinslot = await createCoinslot({
      environment: { DATABASE_URL: await newDatabaseUrl() },
      assets: new URL('./assets/', import.meta.url),
      logTo: { write() {} },
      transport: () => Promise.reject(new Error('nothing is to leave the process')),
    })
    closers.push(() => coinslot.close())
    const created = await coinslot.fetch(
      new Request('http://localhost:8080/v1/sessions', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() },
        body: '{"checkout":"mug"}',
      }),
    )
    const { id, redirectUrl } = await readSession(created)
    await coinslot.fetch(
      new Request(redirectUrl ?? '', {
        method: 'POST',
        body: new URLSearchParams({ outcome: 'paid' }),
      }),
    )
    const status = async () =>
      readSession(await coinslot.fetch(new Request(`http://localhost:8080/v1/sessions/${id}`)))
    await expect.poll(status).toMatchObject({ status: 'paid' })
  })
})

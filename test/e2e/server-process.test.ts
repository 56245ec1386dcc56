import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import {
  freePort,
  MAIN,
  startServer,
  type ServerProcess,
  type ServerProcessOptions,
} from './server-process.ts'

describe('the server process', () => {
  let server: ServerProcess | undefined
  afterEach(() => server?.stop('SIGKILL'))

  it('refuses to start without a secret and says which variable is missing', async () => {
    const configuration = () => ({ providers: { sprintcheckout: {} } })
    await expect(startServer({ configuration })).rejects.toThrow(
      'SPRINTCHECKOUT_API_KEY: is not set, and provider "sprintcheckout" needs it',
    )
  })

  it('refuses to start when the configuration that was named is not there', async () => {
    const environment = { COINSLOT_CONFIG: '/nowhere/coinslot.json' }
    await expect(startServer({ environment })).rejects.toThrow('/nowhere/coinslot.json')
  })

  it.each<[string, (port: number) => ServerProcessOptions]>([
    ['its port', (port) => ({ port })],
    [
      'the port of its metrics',
      (port) => ({ configuration: () => ({ metrics: { port }, providers: { sandbox: {} } }) }),
    ],
  ])('ends at once where %s is taken, and says what to do', async (_, options) => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    // It rejects when the process has ended.
    await expect(startServer(options(port))).rejects.toThrow(
      /^exited with 1: .*port \d+ is taken: set \S+ to another/s,
    )
    other.close()
  })

  it('names every command to who asks for help', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--help'])
    const named = [...stdout.matchAll(/^  (\w+) {2,}/gm)].map(([, name]) => name)
    expect(named).toEqual(['serve', 'check', 'reconcile', 'sign', 'sessions'])
  })

  it('starts with nothing set up at all and says where it listens', async () => {
    server = await startServer()
    expect(server.output.stdout).toBe(`Coinslot is listening on ${server.url}\n`)
    const page = await fetch(server.url)
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('<coinslot-checkout')
  })

  it('has no demo page and no sandbox when a configuration does not name them', async () => {
    server = await startServer({
      configuration: () => ({ providers: { sprintcheckout: {} } }),
      environment: {
        SPRINTCHECKOUT_API_KEY: 'key-canary',
        SPRINTCHECKOUT_WEBHOOK_KEY: 'hook-canary',
      },
    })
    expect((await fetch(server.url)).status).toBe(404)
    expect((await fetch(`${server.url}/sandbox/page.css`)).status).toBe(404)
    expect((await fetch(`${server.url}/coinslot.js`)).status).toBe(200)
    expect(server.output.stderr + server.output.stdout).not.toMatch(/(key|hook)-canary/)
  })

  it('ends the event streams on SIGTERM and does not wait for them', async () => {
    server = await startServer()
    const created = await fetch(`${server.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'followed-when-it-stops' },
      body: '{"checkout":"mug"}',
    })
    const { id } = (await created.json()) as { id: string }
    const events = await fetch(`${server.url}/v1/sessions/${id}/events`)
    const stopped = server.stop('SIGTERM')
    // A connection that is cut off would reject.
    expect(await events.text()).toContain('event: session')
    expect(await stopped).toBe(0)
  })

  it('logs a client that hangs up in the middle of its request as that, and as no failure of its own', async () => {
    server = await startServer({ environment: { LOG_FORMAT: 'text' } })
    const { port } = new URL(server.url)
    const types = { '/v1/sessions': 'json', '/pay/mug': 'x-www-form-urlencoded' }
    for (const [path, type] of Object.entries(types)) {
      const socket = connect(Number(port), 'localhost')
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/${type}\r\n` +
          `Idempotency-Key: hangs-up-in-the-middle\r\nContent-Length: 100\r\n\r\n{"checkout`,
      )
      // The answer to another one: the server has read what was sent before.
      await fetch(`${server.url}/healthz`)
      socket.destroy()
    }
    const answers = () => server?.output.stderr.match(/method=POST .*/g) ?? []
    await expect.poll(answers).toHaveLength(2)
    expect(answers()).toEqual([
      expect.stringContaining('route=/v1/sessions status=400'),
      expect.stringContaining('route=/pay/:checkout status=400'),
    ])
    expect(server.output.stderr).not.toMatch(/error|internal/)
  })

  it('tells its spans to the SDK that is loaded before it', async () => {
    const sdk = fileURLToPath(new URL('./tracing-sdk.js', import.meta.url))
    server = await startServer({
      configuration: () => ({ traces: true, providers: { sandbox: {} } }),
      environment: { NODE_OPTIONS: `--import ${sdk}` },
    })
    await fetch(`${server.url}/v1/sessions/cs_nothing`)
    const spans = () => server?.output.stdout
    await expect.poll(spans).toContain('SPAN GET /v1/sessions/:id')
  })

  it('has metrics at a port of their own, and at no other', async () => {
    const port = await freePort()
    server = await startServer({
      configuration: () => ({ metrics: { port }, providers: { sandbox: {} } }),
    })
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`)
    expect(await metrics.text()).toContain('coinslot_build_info')
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(404)
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  it('answers what was on its way when it was told to stop, and ends the connection', async () => {
    server = await startServer({ environment: { LOG_FORMAT: 'text' } })
    const { port } = new URL(server.url)
    const stopped = server.stop('SIGTERM')
    const isTold = () => server?.output.stderr
    await expect.poll(isTold, { interval: 5, timeout: 5_000 }).toContain('stopping')
    const socket = connect(Number(port), 'localhost')
    socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`)
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*^Connection: close\r$/ims)
    expect(await stopped).toBe(0)
  })

  it('does not wait for a connection on which nothing was ever said', async () => {
    server = await startServer()
    const socket = connect(Number(new URL(server.url).port), 'localhost')
    await once(socket, 'connect')
    // Else the server may not have it yet.
    await fetch(`${server.url}/healthz`)
    // Less than those have whose requests are under way.
    const waited = sleep(7_000, 'it waits')
    expect(await Promise.race([server.stop('SIGTERM'), waited])).toBe(0)
    socket.destroy()
  })

  it('ends on SIGTERM only after the requests under way have been answered', async () => {
    const provider = createServer().listen(0, '127.0.0.1')
    await once(provider, 'listening')
    const { port } = provider.address() as AddressInfo
    const donation = { provider: 'sprintcheckout', currency: 'USD', amount: '25.00' }
    server = await startServer({
      configuration: () => ({ providers: { sprintcheckout: {} }, checkouts: { donation } }),
      environment: {
        SPRINTCHECKOUT_API_KEY: 'key',
        SPRINTCHECKOUT_WEBHOOK_KEY: 'word',
        SPRINTCHECKOUT_BASE_URL: `http://127.0.0.1:${port}`,
      },
    })
    const called = once(provider, 'request')
    const answer = fetch(`${server.url}/v1/sessions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': 'under-way-when-it-stops',
      },
      body: '{"checkout":"donation"}',
    })
    const [, providerAnswer] = (await called) as [IncomingMessage, ServerResponse]
    const stopped = server.stop('SIGTERM')
    // A new connection is refused: the server has understood.
    const next = () => fetch(`${server?.url}/healthz`).catch(() => 'refused')
    await expect.poll(next, { timeout: 5_000 }).toBe('refused')
    providerAnswer.writeHead(201, { 'Content-Type': 'application/json' })
    providerAnswer.end('{"sessionId":"s1","redirectUrl":"https://app.sprintcheckout.com/?uid=s1"}')
    const { status, headers } = await answer
    expect(status).toBe(201)
    // Whoever asks again, does so on another connection.
    expect(headers.get('Connection')).toBe('close')
    expect(await stopped).toBe(0)
    provider.close()
  })
})

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners, once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { isPublicAddress } from '../../server/public-address.ts'
import {
  AddressRefused,
  AnswerTooLong,
  createTransport,
  type Resolve,
} from '../../server/transport.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A server on this machine that counts who connects to it. */
async function listen(answer = (response: ServerResponse): unknown => response.end('{}')) {
  const closed: Promise<unknown>[] = []
  const seen = { connections: 0, paths: [] as (string | undefined)[], closed }
  const server = createServer((request, response) => {
    seen.paths.push(request.url)
    closed.push(once(response, 'close'))
    answer(response)
  })
  server.on('connection', () => (seen.connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { seen, port, url: `http://127.0.0.1:${port}/` }
}

/** A name server whose answers are these, one after the other. */
function resolveTo(...answers: readonly string[][]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolve(name, callback) {
      const addresses = answers[Math.min(asked.push(name), answers.length) - 1] ?? []
      const family = (address: string) => (address.includes(':') ? 6 : 4)
      callback(
        null,
        addresses.map((address) => ({ address, family: family(address) })),
      )
    },
  }
}

const get = (url: string) => ({
  method: 'GET',
  url,
  headers: {},
  signal: new AbortController().signal,
  maxBytes: 64,
})

async function ask(url: string, signal = get(url).signal) {
  const { status, body, cut } = await createTransport()({ ...get(url), signal })
  return { status, text: Buffer.from(body).toString(), cut }
}

describe('a transport to public addresses only', () => {
  it.each([
    '127.0.0.1',
    '0x7f000001',
    '2130706433',
    '127.1',
    '0177.0.0.1',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::1]',
    '[::]',
  ])('does not connect to %s', async (host) => {
    const { seen, port } = await listen()
    const transport = createTransport({ mayConnectTo: isPublicAddress })
    await expect(transport(get(`http://${host}:${port}/`))).rejects.toThrow(AddressRefused)
    expect(seen.connections).toBe(0)
  })

  it.each(['localhost', 'localhost.', 'LOCALHOST'])(
    'does not connect to what the system calls %s',
    async (host) => {
      const { seen, port } = await listen()
      const transport = createTransport({ mayConnectTo: isPublicAddress })
      await expect(transport(get(`http://${host}:${port}/`))).rejects.toThrow()
      expect(seen.connections).toBe(0)
    },
  )

  it.each([
    [['127.0.0.1']],
    [['10.0.0.1']],
    [['169.254.169.254']],
    [['::ffff:127.0.0.1']],
    [['8.8.8.8', '127.0.0.1']],
    [[]],
  ])('does not connect to a name that leads to %j', async (addresses) => {
    const { seen, port } = await listen()
    const { resolve } = resolveTo(addresses)
    const transport = createTransport({ mayConnectTo: isPublicAddress, resolve })
    await expect(transport(get(`http://rebind.example:${port}/`))).rejects.toThrow(AddressRefused)
    expect(seen.connections).toBe(0)
  })

  it('connects to the very address that was checked, whatever the name leads to by then', async () => {
    const { seen, port } = await listen()
    const checked: string[] = []
    const { resolve, asked } = resolveTo(['127.0.0.1'], ['127.0.0.2'])
    const transport = createTransport({
      mayConnectTo: (address) => checked.push(address) > 0 && address === '127.0.0.1',
      resolve,
    })
    const answer = await transport(get(`http://rebind.example:${port}/`))
    expect(answer.status).toBe(200)
    expect({ asked, checked }).toEqual({ asked: ['rebind.example'], checked: ['127.0.0.1'] })
    expect(seen.connections).toBe(1)
  })

  it('tells of a name that nobody knows as the resolver told it', async () => {
    const unknown = Object.assign(new Error('unknown'), { code: 'ENOTFOUND' })
    const transport = createTransport({
      mayConnectTo: isPublicAddress,
      resolve: (_, callback) => callback(unknown, []),
    })
    await expect(transport(get('http://nobody.example/'))).rejects.toThrow(unknown)
  })
})

describe('any transport', () => {
  it('does not follow a redirect, and tells the headers', async () => {
    const { seen, url } = await listen((response) =>
      response.writeHead(302, { Location: '/elsewhere' }).end(),
    )
    const answer = await createTransport()(get(`${url}moved?to=there`))
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere' } })
    expect(seen.paths).toEqual(['/moved?to=there'])
  })

  it('reads as many bytes as were asked for, in however many pieces they come', async () => {
    const { url } = await listen(async (response) => {
      for (let byte = 0; byte < 64; byte += 1) {
        response.write('x')
        await turn()
      }
      response.end()
    })
    expect(await ask(url)).toEqual({ status: 200, text: 'x'.repeat(64), cut: undefined })
  })

  it('reads not a byte more, and hangs up on an answer without end', async () => {
    const { seen, url } = await listen(function goOn(response) {
      while (!response.destroyed && response.write('x'.repeat(48)));
      response.once('drain', () => goOn(response))
    })
    const { cut, ...answer } = await ask(url)
    expect(answer).toEqual({ status: 200, text: 'x'.repeat(64) })
    expect(cut).toBeInstanceOf(AnswerTooLong)
    await seen.closed[0]
  })

  it('tells the status of an answer that breaks, what came of it, and how it broke', async () => {
    const { url } = await listen((response) => {
      response.writeHead(400, { 'Content-Length': 20 })
      response.write('half', () => response.destroy())
    })
    const { cut, ...answer } = await ask(url)
    expect(answer).toEqual({ status: 400, text: 'half' })
    expect(cut).toMatchObject({ code: 'UND_ERR_SOCKET' })
  })

  it('takes no early hint for the answer', async () => {
    const hint = { link: '</style.css>; rel=preload' }
    const { url } = await listen((response) =>
      response.writeEarlyHints(hint, () => response.end('{}')),
    )
    expect(await ask(url)).toEqual({ status: 200, text: '{}', cut: undefined })
    const broken = await listen((response) =>
      response.writeEarlyHints(hint, () => response.destroy()),
    )
    await expect(ask(broken.url)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
  })
})

describe('a signal', () => {
  const reason = new Error('enough')

  it('that is aborted already lets nothing be sent', async () => {
    const { seen, url } = await listen()
    await expect(ask(url, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(seen.connections).toBe(0)
  })

  it('ends a request at once while its address is looked up, and it is never sent', async () => {
    const { seen, port } = await listen()
    const stop = new AbortController()
    const lookUps: (() => void)[] = []
    const transport = createTransport({
      mayConnectTo: () => true,
      resolve(_, callback) {
        lookUps.push(() => callback(null, [{ address: '127.0.0.1', family: 4 }]))
        stop.abort(reason)
      },
    })
    const url = `http://slow.example:${port}`
    await expect(transport({ ...get(`${url}/first`), signal: stop.signal })).rejects.toBe(reason)
    const next = transport(get(`${url}/next`))
    for (const find of lookUps) find()
    expect(await next).toMatchObject({ status: 200 })
    expect(seen.paths).toEqual(['/next'])
  })

  it('ends a request that is not answered, and hangs up', async () => {
    const stop = new AbortController()
    const { seen, url } = await listen(() => stop.abort(reason))
    await expect(ask(url, stop.signal)).rejects.toBe(reason)
    await seen.closed[0]
  })

  it('cuts an answer that has begun, and hangs up', async () => {
    const stop = new AbortController()
    const { seen, url } = await listen((response) => response.write('half'))
    const onBytes = () => setImmediate(() => stop.abort(reason))
    subscribe('undici:request:bodyChunkReceived', onBytes)
    onTestFinished(() => void unsubscribe('undici:request:bodyChunkReceived', onBytes))
    expect(await ask(url, stop.signal)).toEqual({ status: 200, text: 'half', cut: reason })
    await seen.closed[0]
  })

  it('changes nothing once the answer has come, and nothing listens to it any more', async () => {
    const { url } = await listen()
    const stop = new AbortController()
    const answer = await ask(url, stop.signal)
    stop.abort(reason)
    expect(answer).toEqual({ status: 200, text: '{}', cut: undefined })
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })
})

import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../server/public-address.ts'
import { AddressRefused, createTransport, type Resolve } from '../../server/transport.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A server on this machine that counts who connects to it. */
async function listen(host = '127.0.0.1') {
  const seen = { connections: 0, paths: [] as (string | undefined)[] }
  const server = createServer((request, response) => {
    seen.paths.push(request.url)
    if (request.url === '/moved') response.writeHead(302, { Location: '/elsewhere' })
    response.end('{}')
  })
  server.on('connection', () => (seen.connections += 1))
  server.listen(0, host)
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { seen, port: (server.address() as AddressInfo).port }
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
  signal: AbortSignal.timeout(5_000),
})

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
    const { seen, port } = await listen()
    const answer = await createTransport()(get(`http://127.0.0.1:${port}/moved`))
    for await (const chunk of answer.body) void chunk
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere' } })
    expect(seen.paths).toEqual(['/moved'])
  })
})

import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** A proxy before a server that says everything again, in capitals. */
async function startEcho(): Promise<FaultProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  const proxy = await startFaultProxy({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  })
  ends.push(proxy.close)
  return proxy
}

function dial({ port }: FaultProxy) {
  const socket = connect({ port, host: '127.0.0.1' })
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  socket.on('error', () => {})
  ends.push(() => socket.destroy())
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return { socket, heard: () => heard, closed }
}

describe('a fault proxy', () => {
  it('passes everything on as long as nobody wants a fault', async () => {
    const { socket, heard } = dial(await startEcho())
    socket.write('hello')
    await expect.poll(heard).toBe('HELLO')
  })

  it('resets instead of an answer', async () => {
    const proxy = await startEcho()
    proxy.follow((direction) => (direction === 'answer' ? { kind: 'reset' } : undefined))
    const { socket, heard, closed } = dial(proxy)
    socket.write('hello')
    await closed
    expect(heard()).toBe('')
    expect(proxy.fired()).toBe(1)
  })

  it('lets half of an answer through, then resets', async () => {
    const proxy = await startEcho()
    proxy.follow((direction) => (direction === 'answer' ? { kind: 'half' } : undefined))
    const { socket, heard, closed } = dial(proxy)
    socket.write('hello!')
    await closed
    expect(heard().length).toBeLessThanOrEqual(3)
  })

  it('holds what a trap was set for, and what comes after it, until it is let go', async () => {
    const proxy = await startEcho()
    const trapped = proxy.trap('request', (text) => text.includes('two'))
    const { socket, heard } = dial(proxy)
    socket.write('one ')
    await expect.poll(heard).toBe('ONE ')
    socket.write('two ')
    const held = await trapped
    socket.write('three')
    expect(heard()).toBe('ONE ')
    held.release()
    await expect.poll(heard).toBe('ONE TWO THREE')
  })

  it('resets whoever waits for what is dropped', async () => {
    const proxy = await startEcho()
    const trapped = proxy.trap('answer')
    const { socket, heard, closed } = dial(proxy)
    socket.write('hello')
    const held = await trapped
    held.drop()
    await closed
    expect(heard()).toBe('')
  })

  it('refuses until it is healed', async () => {
    const proxy = await startEcho()
    proxy.refuse()
    await dial(proxy).closed
    proxy.heal()
    const { socket, heard } = dial(proxy)
    socket.write('hello')
    await expect.poll(heard).toBe('HELLO')
  })

  it('lets go of what hangs when it is healed', async () => {
    const proxy = await startEcho()
    proxy.follow(() => ({ kind: 'hang' }))
    const { socket, heard } = dial(proxy)
    socket.write('hello')
    await expect.poll(proxy.fired).toBe(1)
    proxy.heal()
    await expect.poll(heard).toBe('HELLO')
  })
})

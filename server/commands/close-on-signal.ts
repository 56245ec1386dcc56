/** How a server stops: it takes what is on its way, answers what is under way, and hangs up. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Coinslot } from '../coinslot.ts'
import { announceEnd } from '../connection-answers.ts'

const DRAIN_MS = 10_000
/** Requests are on their way that were sent before anybody could hear that the server stops. */
const GRACE_MS = 500

/** On a signal ends each connection with its next answer, and resolves when there is none any more. */
export function closeOnSignal(
  server: Server,
  { log, endStreams }: Pick<Coinslot, 'log' | 'endStreams'>,
): Promise<void> {
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })

  return new Promise((resolve) => {
    const close = (): void => {
      const hangUp = setInterval(() => server.closeIdleConnections(), 50)
      server.close(() => {
        clearInterval(hangUp)
        resolve()
      })
      // One that has said nothing yet is not idle by Node's word, and would be waited for to the end.
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
      endStreams()
    }

    let stopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'stopping')
      for (const socket of connections) announceEnd(socket)
      server.prependListener('request', (_, answer) => answer.setHeader('Connection', 'close'))
      setTimeout(close, GRACE_MS)
      setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

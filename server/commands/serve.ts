/** `coinslot serve`: answers requests until it is told to stop, then stops in order. */
import type { Server } from 'node:http'
import { createCoinslot, type Coinslot } from '../coinslot.ts'
import { createHttpServer } from '../http-server.ts'
import type { Command } from './command.ts'
import { httpUrl, selfUrl } from './server-url.ts'

const DRAIN_MS = 10_000
/** Requests are on their way that were sent before anybody could hear that the server stops. */
const GRACE_MS = 500

const USAGE = `Usage: coinslot [serve] [--config FILE]

Starts the server, and says on standard output where it listens; this is what coinslot does without a
command. It stops on SIGTERM and SIGINT when the requests under way have been answered, in ten seconds
at most. Without a configuration there is a demo.

  PORT, HOST    where it listens: 8080, on every address
  DATABASE_URL  file:./coinslot.db, or postgres://user:password@host/database
  LOG_LEVEL     trace, debug, info, warn, error, fatal or silent
  LOG_FORMAT    text or json; text where standard error is a terminal
`

export const serve: Command = {
  summary: 'starts the server (the default)',
  usage: USAGE,

  async run({ configuration, environment }) {
    const coinslot = await createCoinslot({
      configuration,
      environment,
      selfUrl: selfUrl(environment),
      storeThread: new URL('./store-thread.js', import.meta.url),
    })
    const { port, host, trustedProxyHops } = coinslot.config
    const isBehindProxy = trustedProxyHops > 0
    const limits = isBehindProxy ? { maxConnectionsPerAddress: Infinity } : {}
    const server = createHttpServer(coinslot.fetch, limits)
    try {
      await serveMetrics(coinslot)
      await listen(server, port, host, 'PORT')
      process.stdout.write(`Coinslot is listening on ${httpUrl(host, port, 'localhost')}\n`)
      await closeOnSignal(server, coinslot)
    } finally {
      // The thread of its store would keep a process running that listens to nobody.
      await coinslot.close()
    }
    return 0
  },
}

/** To the end of the process, which it does not put off: how a server stops is of interest, too. */
async function serveMetrics({ config, metrics }: Coinslot): Promise<void> {
  const { port, host } = config.metrics ?? {}
  if (!metrics || port === undefined) return
  const server = createHttpServer(metrics.fetch)
  server.on('connection', (socket) => socket.unref())
  await listen(server, port, host, '"metrics.port"')
  server.unref()
}

function listen(
  server: Server,
  port: number,
  host: string | undefined,
  setting: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new Error(`port ${port} is taken: set ${setting} to another`) : error)
    })
    server.listen({ port, ...(host !== undefined && { host }) }, resolve)
  })
}

/** On a signal ends each connection with its next answer, and resolves when there is none any more. */
function closeOnSignal(server: Server, { log, endStreams }: Coinslot): Promise<void> {
  return new Promise((resolve) => {
    const close = (): void => {
      // One that brings nothing would hold the process for seconds.
      const hangUp = setInterval(() => server.closeIdleConnections(), 50)
      server.close(() => {
        clearInterval(hangUp)
        resolve()
      })
      endStreams()
    }

    let stopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'stopping')
      server.prependListener('request', (_, answer) => answer.setHeader('Connection', 'close'))
      setTimeout(close, GRACE_MS)
      setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

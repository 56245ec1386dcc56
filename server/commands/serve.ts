/** `coinslot serve`: answers requests until it is told to stop, then stops in order. */
import type { Server } from 'node:http'
import { createCoinslot, type Coinslot } from '../coinslot.ts'
import { createHttpServer } from '../http-server.ts'
import { closeOnSignal } from './close-on-signal.ts'
import type { Command } from './command.ts'
import { httpUrl, selfUrl } from './server-url.ts'

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
      // Before anybody knows that it listens, and may tell it to stop.
      const closed = closeOnSignal(server, coinslot)
      process.stdout.write(`Coinslot is listening on ${httpUrl(host, port, 'localhost')}\n`)
      await closed
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

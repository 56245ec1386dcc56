#!/usr/bin/env node
/** The `coinslot` command: reads the environment and the configuration file, serves, and stops in order. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { parseArgs } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { createCoinslot, type Coinslot } from './coinslot.ts'
import { ConfigurationError } from './config.ts'
import { parseJson } from './json.ts'
import { version } from './version.ts'

const USAGE = `Usage: coinslot serve [--config FILE]

  serve      starts the server (the default)
  --config   the configuration; without it COINSLOT_CONFIG or ./coinslot.config.json,
             and where there is none, demo mode
  --version  prints the version
`

const DEFAULT_FILE = 'coinslot.config.json'
const DRAIN_MS = 10_000

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  })
  const [command = 'serve'] = positionals
  if (values.version) return void process.stdout.write(`${version}\n`)
  if (values.help) return void process.stdout.write(USAGE)
  if (command !== 'serve') throw new Error(`there is no command "${command}"\n\n${USAGE}`)
  await serve(readConfiguration(values.config ?? process.env['COINSLOT_CONFIG']))
}

async function serve(configuration: unknown): Promise<void> {
  const coinslot = await createCoinslot({
    configuration,
    environment: process.env,
    selfUrl: httpUrl(process.env['HOST'] || undefined, process.env['PORT'] || 8080, '127.0.0.1'),
  })
  const { port, host } = coinslot.config
  const server = createServer(
    // Slow senders hold a connection no longer than this, and no header is without an end.
    { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 },
    getRequestListener(coinslot.fetch),
  )
  await listen(server, port, host)
  process.stdout.write(`Coinslot is listening on ${httpUrl(host, port, 'localhost')}\n`)
  stopOnSignal(server, coinslot)
}

/** Undefined where no file was named and none is there: demo mode. */
function readConfiguration(named: string | undefined): unknown {
  const path = named || DEFAULT_FILE
  if (!named && !existsSync(path)) return undefined
  try {
    return parseJson(readFileSync(path, 'utf8')) ?? null
  } catch (error) {
    throw new ConfigurationError([
      `${path}: ${error instanceof Error ? error.message : 'unreadable'}`,
    ])
  }
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new Error(`port ${port} is taken: set PORT to another`) : error)
    })
    server.listen({ port, ...(host !== undefined && { host }) }, resolve)
  })
}

/** Takes no new request, lets those under way end, then closes the store. */
function stopOnSignal(server: Server, coinslot: Coinslot): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return
    stopping = true
    coinslot.log.info({ signal }, 'stopping')
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref()
    // A kept-alive connection whose last answer has gone out would hold the process for seconds.
    const hangUp = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearInterval(hangUp)
      coinslot.close().catch(fail)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

const WILDCARDS = new Set(['0.0.0.0', '::'])

/** Where a server on `host` is reached; `own` names it where it listens on every address. */
function httpUrl(host: string | undefined, port: number | string, own: string): string {
  const name = host === undefined || WILDCARDS.has(host) ? own : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function fail(error: unknown): void {
  const told = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
}

main().catch(fail)

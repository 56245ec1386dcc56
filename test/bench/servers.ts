/** The processes of a benchmark: a provider that answers at once, a bare pass-through to it, one that keeps, and Coinslot. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }
import { freePort, MAIN } from '../e2e/server-process.ts'

const PEER = fileURLToPath(new URL('./other-processes.ts', import.meta.url))
const TSX = import.meta.resolve('tsx')
/** What `npm start` starts Node with; the baselines have the same. */
const FLAGS = manifest.scripts.start.match(/--\S+/g) ?? []

const configuration = {
  trustedProxyHops: 1,
  rateLimits: { perAddress: 1_000_000, perCheckout: 1_000_000, perProvider: 1_000_000 },
  providers: { sprintcheckout: {} },
  checkouts: {
    donation: { provider: 'sprintcheckout', currency: 'USD', amount: '25.00', editable: true },
  },
}

export interface Server {
  readonly url: string
  /** What of its memory is in the machine's, in megabytes. */
  residentMb(): number
}

export interface Servers {
  readonly passThrough: Server
  /** @param databaseUrl a file in a folder of its own by default */
  startCoinslot(databaseUrl?: string): Promise<Server>
  /** The pass-through with the writes of Coinslot's store and nothing else. */
  startKeeping(databaseUrl?: string): Promise<Server>
  /** Ends all of them, and removes what they have written. */
  stop(): void
}

export async function startServers(): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-'))
  writeFileSync(join(folder, 'coinslot.config.json'), JSON.stringify(configuration))
  const children: ChildProcess[] = []

  async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Server> {
    const port = String(await freePort())
    const child = spawn(process.execPath, [...FLAGS, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: port, ...env },
    })
    children.push(child)
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${args.at(-1)} ended`)))
    await Promise.race([once(child.stdout, 'data'), ended])
    const ask = ['-o', 'rss=', '-p', String(child.pid)]
    return {
      url: `http://127.0.0.1:${port}`,
      residentMb: () => Math.round(Number(execFileSync('ps', ask).toString()) / 1024),
    }
  }

  const provider = await start(['--import', TSX, PEER, 'provider'])
  return {
    passThrough: await start(['--import', TSX, PEER, 'pass-through'], {
      PROVIDER_URL: provider.url,
    }),
    startCoinslot: (databaseUrl = 'file:coinslot.db') =>
      start([MAIN, 'serve'], {
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'warn',
        SPRINTCHECKOUT_API_KEY: 'bench',
        SPRINTCHECKOUT_WEBHOOK_KEY: 'bench',
        SPRINTCHECKOUT_BASE_URL: provider.url,
      }),
    startKeeping: (databaseUrl = 'file:keeping.db') =>
      start(['--import', TSX, PEER, 'keeping'], {
        DATABASE_URL: databaseUrl,
        PROVIDER_URL: provider.url,
      }),
    stop() {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

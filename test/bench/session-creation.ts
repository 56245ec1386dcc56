/** Sessions created a second, durable writes included, against a bare pass-through of the same call. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

const SECONDS = 5
const ROUNDS = 3
const CONNECTIONS = 32
const PROVIDER = 18101
const PASS_THROUGH = 18102
const COINSLOT = 18103

const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
const PEER = fileURLToPath(new URL('./peers.ts', import.meta.url))

const configuration = {
  rateLimits: { perAddress: 1_000_000, perCheckout: 1_000_000, perProvider: 1_000_000 },
  providers: { sprintcheckout: {} },
  checkouts: {
    donation: { provider: 'sprintcheckout', currency: 'USD', amount: '25.00', editable: true },
  },
}

export async function compareSessionCreation(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-'))
  writeFileSync(join(folder, 'coinslot.config.json'), JSON.stringify(configuration))
  const processes = [
    await start(folder, ['--import', 'tsx', PEER, 'provider', String(PROVIDER)]),
    await start(folder, ['--import', 'tsx', PEER, 'pass-through', String(PASS_THROUGH)]),
    await start(folder, [MAIN, 'serve']),
  ]
  try {
    const bare: number[] = []
    const ours: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await load(PASS_THROUGH))
      ours.push(await load(COINSLOT))
    }
    const [least, best] = [Math.max(...bare), Math.max(...ours)]
    console.log(
      `\nSessions a second (best of ${ROUNDS} × ${SECONDS} s, ${CONNECTIONS} connections; ` +
        'baseline: http + undici pass-through)',
    )
    console.table({
      'pass-through': { perSecond: least },
      'coinslot, SQLite with synchronous=FULL': {
        perSecond: best,
        ratio: Number((best / least).toFixed(2)),
      },
    })
  } finally {
    for (const child of processes) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

async function start(cwd: string, args: readonly string[]): Promise<ChildProcess> {
  const env = {
    PATH: process.env['PATH'],
    PORT: String(COINSLOT),
    LOG_LEVEL: 'warn',
    SPRINTCHECKOUT_API_KEY: 'bench',
    SPRINTCHECKOUT_WEBHOOK_KEY: 'bench',
    SPRINTCHECKOUT_BASE_URL: `http://127.0.0.1:${PROVIDER}`,
    PROVIDER_URL: `http://127.0.0.1:${PROVIDER}`,
  }
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const child = spawn(process.execPath, args, { cwd: args.includes(PEER) ? root : cwd, env })
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  await once(child.stdout, 'data')
  return child
}

async function load(port: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/v1/sessions`,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"checkout":"donation","amount":"25.00"}',
        setupRequest: (request) => ({
          ...request,
          headers: {
            ...request.headers,
            'idempotency-key': randomBytes(16).toString('base64url'),
          },
        }),
      },
    ],
  })
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${result.non2xx} refusals and ${result.errors} errors at port ${port}`)
  }
  return Math.round(result.requests.average)
}

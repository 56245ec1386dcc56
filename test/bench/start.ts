/** How long a finished build takes to listen, against a bare Node server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, MAIN } from '../e2e/server-process.ts'
import { median } from './median.ts'

const RUNS = 5
const BARE = `require('node:http').createServer().listen(0, () => console.log('listening'))`

export async function compareStart(): Promise<void> {
  const bare: number[] = []
  const ours: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    bare.push(await timeStart(['-e', BARE]))
    ours.push(await timeStart([MAIN, 'serve']))
  }
  console.log(`\nMilliseconds until it listens (median of ${RUNS}; baseline: a bare Node server)`)
  console.table({
    'bare Node server': { ms: median(bare) },
    coinslot: { ms: median(ours), ratio: Number((median(ours) / median(bare)).toFixed(1)) },
  })
}

async function timeStart(args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-bench-'))
  const port = String(await freePort())
  const env = { PATH: process.env['PATH'], PORT: port, LOG_LEVEL: 'silent' }
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, { cwd: folder, env })
  await once(child.stdout, 'data')
  const ms = performance.now() - startedAt
  child.kill('SIGKILL')
  await once(child, 'exit')
  rmSync(folder, { recursive: true })
  return Math.round(ms)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

describe('coinslot reconcile', () => {
  let folder: string
  let server: ServerProcess
  let environment: Record<string, string>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coinslot-reconcile-'))
    environment = {
      DATABASE_URL: `file:${join(folder, 'coinslot.db')}`,
      // Both processes derive from it what the sandbox is called with.
      COINSLOT_SECRET: 'a-secret-of-the-test-of-32-bytes-or-more',
    }
    server = await startServer({ environment })
  })
  afterEach(async () => {
    await server.stop('SIGKILL')
    await rm(folder, { recursive: true })
  })

  async function run(...args: string[]) {
    const env = {
      PATH: process.env['PATH'],
      PORT: new URL(server.url).port,
      ...environment,
    }
    const child = spawn(process.execPath, [MAIN, 'reconcile', ...args], { cwd: folder, env })
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ])
    return { stdout, stderr, code }
  }

  async function open(): Promise<Session> {
    const answer = await fetch(`${server.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'reconcile-command-1' },
      body: '{"checkout":"mug"}',
    })
    return (await answer.json()) as Session
  }

  it('brings a session up to date beside the running server, and says what it did', async () => {
    const { id } = await open()
    const db = new SQLite(join(folder, 'coinslot.db'))
    db.prepare("update sandbox_payments set status = 'paid'").run()
    db.close()
    const { stdout, code } = await run()
    expect({ stdout, code }).toEqual({ stdout: 'asked    1\nsettled  1\nexpired  0\n', code: 0 })
    const session = (await (await fetch(`${server.url}/v1/sessions/${id}`)).json()) as Session
    expect(session.status).toBe('paid')
  })

  it('ends with 1 and names the provider that could not be asked', async () => {
    await open()
    await server.stop()
    const { stdout, code } = await run()
    expect(stdout).toBe(
      'asked    0\nsettled  0\nexpired  0\nsandbox could not be asked about 1 session\n',
    )
    expect(code).toBe(1)
  })

  it('says in its help who tells the merchant', async () => {
    const { stdout, code } = await run('--help')
    expect(stdout).toContain('is told by the running server')
    expect(code).toBe(0)
  })
})

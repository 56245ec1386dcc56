/** The built server as a process of its own, as an operator starts it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly output: { stdout: string; stderr: string }
  /** Ends it as an operator does; resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ServerProcessOptions {
  readonly configuration?: (url: string) => unknown
  readonly environment?: Record<string, string>
}

/** Starts a server on a free port, in a folder of its own, and waits for its word that it listens. */
export async function startServer(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-e2e-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  if (options.configuration) {
    const json = JSON.stringify(options.configuration(url))
    await writeFile(join(folder, 'coinslot.config.json'), json)
  }
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: String(port), ...options.environment },
  })
  const output = collect(child)
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
    return child.exitCode
  }
  await said(child, output, `Coinslot is listening on ${url}\n`).catch(async (error: unknown) => {
    await stop('SIGKILL')
    throw error
  })
  return { url, output, stop }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return output
}

function said(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  words: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => output.stdout.includes(words) && resolve())
    child.once('exit', (code) => reject(new Error(`exited with ${code}: ${output.stderr}`)))
  })
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

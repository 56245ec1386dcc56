/** The built server as a process of its own, as an operator starts it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../browsers/free-port.js'
import { leaveSecrets, leaveSqlite, leaveText } from '../canaries/traces.ts'

export { freePort }

/** What `npm run build` has made. */
export const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  readonly output: { stdout: string; stderr: string }
  /** Whether it has not ended. */
  isRunning(): boolean
  signal(signal: NodeJS.Signals): void
  /** Ends it as an operator does; resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ServerProcessOptions {
  readonly configuration?: (url: string) => unknown
  readonly environment?: Record<string, string>
  /** A free one by default. */
  readonly port?: number
  /** What runs it; this Node by default. */
  readonly command?: readonly string[]
  /** Its main file; that of the build by default. */
  readonly main?: string
}

/** Starts a server on a free port, in a folder of its own, and waits for its word that it listens. */
export async function startServer(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-e2e-'))
  const port = options.port ?? (await freePort())
  const url = `http://localhost:${port}`
  if (options.configuration) {
    const json = JSON.stringify(options.configuration(url))
    await writeFile(join(folder, 'coinslot.config.json'), json)
  }
  leaveSecrets(options.environment ?? {})
  const [program = '', ...args] = options.command ?? [process.execPath]
  const child = spawn(program, [...args, options.main ?? MAIN, 'serve'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: String(port), ...options.environment },
  })
  const output = collect(child)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (isRunning()) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
    leaveText('output', output.stdout + output.stderr)
    leaveSqlite(join(folder, 'coinslot.db'))
    await rm(folder, { recursive: true, force: true })
    return child.exitCode
  }
  await said(child, output, `Coinslot is listening on ${url}\n`).catch(async (error: unknown) => {
    await stop('SIGKILL')
    throw error
  })
  return {
    url,
    pid: child.pid ?? 0,
    output,
    isRunning,
    signal: (signal) => void child.kill(signal),
    stop,
  }
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

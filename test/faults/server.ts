/** One server of a run, that is started, killed, frozen and thawed. */
import { startServer, type ServerProcess } from '../e2e/server-process.ts'
import type { Clock } from './clock.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { Span } from './observed.ts'

/** How a server is started otherwise than the row's servers are. */
export interface StartOptions {
  /** Its main file. */
  readonly main?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** One server and the proxy that everybody reaches it by. */
export interface Server {
  readonly proxy: FaultProxy
  readonly isRunning: () => boolean
  /** Of its process now. */
  readonly pid: () => number
  /** @throws where it ends before it listens */
  start(otherwise?: StartOptions): Promise<void>
  /** By SIGKILL, unless another signal is named. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** It takes no step any more, until it is thawed. */
  freeze(): void
  thaw(): void
  /** It hears that its clock was moved; a frozen one does once it is thawed. */
  readClock(): Promise<void>
}

export interface ServerOptions {
  readonly port: number
  readonly proxy: FaultProxy
  /** Its main file; that of the build by default. */
  readonly main: string | undefined
  readonly configuration: unknown
  readonly environment: Readonly<Record<string, string>>
  readonly clock: Clock
  /** Gets what reads the log of each of its processes. */
  readonly logs: (() => string)[]
  /** Gets the times in which it took no step. */
  readonly freezes: Span[]
}

export function createServer(options: ServerOptions): Server {
  const { port, proxy, main, configuration, environment, clock, logs, freezes } = options
  let process: ServerProcess | undefined
  let frozenAt: number | undefined
  const isRunning = () => process?.isRunning() ?? false
  const signal = (name: NodeJS.Signals) => isRunning() && process?.signal(name)
  return {
    proxy,
    isRunning,
    pid: () => process?.pid ?? 0,
    async start(otherwise = {}) {
      process = await startServer({
        configuration: () => configuration,
        port,
        ...(main !== undefined && { main }),
        ...otherwise,
        environment: { ...environment, ...otherwise.environment },
      })
      const { output } = process
      logs.push(() => output.stdout + output.stderr)
    },
    async stop(name = 'SIGKILL') {
      await process?.stop(name)
    },
    freeze() {
      frozenAt = performance.now()
      signal('SIGSTOP')
    },
    thaw() {
      signal('SIGCONT')
      if (frozenAt !== undefined) freezes.push({ startedAt: frozenAt, endedAt: performance.now() })
      frozenAt = undefined
    },
    async readClock() {
      signal('SIGUSR2')
      if (process && isRunning() && frozenAt === undefined) await clock.isRead(process.pid)
    },
  }
}

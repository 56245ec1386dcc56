/** Work that is done again and again beside the requests. */
import type { Log } from './log.ts'

export interface RepeatedWork {
  /** For the log. */
  readonly name: string
  readonly everyMs: number
  /** @param signal aborted when the work is to come to an end */
  run(signal: AbortSignal): Promise<unknown>
}

/**
 * Has work done again and again, one run at a time.
 * @returns what stops it; resolves when a run that is under way has ended
 */
export type Repeat = (work: RepeatedWork) => () => Promise<void>

/** By timers, at intervals that vary, so that servers beside one another do not all work at once. */
export function createRepeat(log: Log): Repeat {
  return ({ name, everyMs, run }) => {
    const stopping = new AbortController()
    const { signal } = stopping
    let running: Promise<unknown> = Promise.resolve()
    let timer = plan()

    function plan(): NodeJS.Timeout {
      return setTimeout(() => (running = runOnce()), everyMs * (0.5 + Math.random())).unref()
    }

    async function runOnce(): Promise<void> {
      await run(signal).catch((err: unknown) => log.error({ err, work: name }, 'work failed'))
      if (!signal.aborted) timer = plan()
    }

    return async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
    }
  }
}

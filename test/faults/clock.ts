/** The clock that servers under test go by: it can be put forward and back while they run. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const PRELOAD = fileURLToPath(new URL('clock-preload.js', import.meta.url))

const PATIENCE_MS = 5_000

export interface Clock {
  readonly now: () => Date
  /** Puts it forward, or back where it is negative, by so many milliseconds; processes read it at SIGUSR2. */
  move(ms: number): Promise<void>
  /** Resolves when a process that was sent that signal goes by the clock as it is now, if it still runs. */
  isRead(pid: number): Promise<void>
  /** What makes a process go by it. */
  readonly environment: Readonly<Record<string, string>>
}

/** @param file where its offset stands */
export async function createClock(file: string): Promise<Clock> {
  let offset = 0
  const write = () => writeFile(file, String(offset))
  await write()
  return {
    now: () => new Date(Date.now() + offset),
    async move(ms) {
      offset += ms
      await write()
    },
    async isRead(pid) {
      const giveUpAt = performance.now() + PATIENCE_MS
      const read = () => readFile(`${file}.${pid}`, 'utf8').catch(() => '')
      while ((await read()) !== String(offset) && performance.now() < giveUpAt) await sleep(5)
    },
    environment: { FAULTS_CLOCK: file, NODE_OPTIONS: `--import=${pathToFileURL(PRELOAD).href}` },
  }
}

/** Watches and fails the system calls of a process that runs, by strace. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../browsers/find-program.js'

export function canTrace(): boolean {
  return process.platform === 'linux' && findProgram(['strace']) !== undefined
}

/**
 * Attaches to a process and all of its threads.
 * @param expressions of strace: what is watched, and what fails
 * @returns what ends it; resolves with the lines of the calls
 */
export async function trace(
  pid: number,
  ...expressions: readonly string[]
): Promise<() => Promise<readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-strace-'))
  const file = join(folder, 'calls')
  const options = expressions.flatMap((expression) => ['-e', expression])
  const strace = spawn('strace', ['-f', '-o', file, ...options, '-p', String(pid)])
  let told = ''
  strace.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  while (!told.includes('attached')) {
    if (strace.exitCode !== null) throw new Error(`strace: ${told}`)
    await sleep(10)
  }
  return async () => {
    const ended = once(strace, 'exit')
    strace.kill('SIGINT')
    await ended
    const calls = await readFile(file, 'utf8')
    await rm(folder, { recursive: true })
    return calls.split('\n').filter((line) => line !== '')
  }
}

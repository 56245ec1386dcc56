/** Runs samples that are programs: shells, Node, PHP and Python. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { findProgram } from '../browsers/find-program.js'
import type { Sample } from './read-samples.ts'
import type { Surroundings } from './surroundings.ts'

/** The clone beside the reader's folder is this repository, whose packages stay as they are. */
const PRELUDE = `npm() {
  if [ "$*" = "install ../coinslot" ]; then [ -e node_modules ] || ln -s "$MODULES" node_modules
  else command npm "$@"; fi
}
`

/** Names that a program has on some systems. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  php: ['php'],
  python: ['python3', 'python'],
}

const PRINTS: Readonly<Record<string, (name: string) => string>> = {
  js: (name) => `process.stdout.write(String(${name}))`,
  ts: (name) => `process.stdout.write(String(${name}))`,
  php: (name) => `echo $${name};`,
  python: (name) => `print(${name}, end="")`,
}

export async function runShell(sample: Sample, at: Surroundings): Promise<void> {
  const code = `${PRELUDE}${at.localize(sample.code)}`
  if (sample.words.has('serves')) return serve('sh', ['-euc', code], at)
  const expects = sample.words.get('gives')
  at.printed = await run('sh', ['-euc', code], at, expects !== 'failure')
  if (expects === 'offer') await payOffer(at.printed, at)
}

export async function runInNode(sample: Sample, at: Surroundings): Promise<void> {
  const file = sample.words.get('file') ?? `sample-${sample.number}.mts`
  const { code, before, after } = sample
  const path = join(at.folder, file)
  const whole = [before, code, after, printOf(sample)].join('\n')
  writeFileSync(path, at.localize(whole))
  const args = ['--import', 'tsx', path]
  if (sample.words.has('serves')) return serve(process.execPath, args, at)
  at.printed = await run(process.execPath, args, at)
  if (sample.words.get('gives') === 'offer') await payOffer(at.printed, at)
}

/** @returns whether the language is installed */
export async function runElsewhere(sample: Sample, at: Surroundings): Promise<boolean> {
  const names = PROGRAMS[sample.language] ?? []
  const program = findProgram([...names], [...names])
  if (!program) return tellMissing(sample)
  const code = `${at.localize(sample.code)}\n${printOf(sample)}`
  const isPhp = sample.language === 'php'
  const args = isPhp ? ['-r', code.replace('<?php', '')] : ['-c', code]
  at.printed = await run(program, args, at)
  if (sample.words.get('gives') === 'offer') await payOffer(at.printed, at)
  return true
}

function printOf({ language, words }: Sample): string {
  const gives = words.get('gives')
  return gives === undefined || gives === 'failure' ? '' : (PRINTS[language]?.(gives) ?? '')
}

/** Says so where a sample is not run; in CI it must be. */
function tellMissing({ page, language }: Sample): boolean {
  const told = `A sample of ${page} in ${language} was not run: it is not installed.`
  if (process.env['CI']) throw new Error(told)
  console.warn(told)
  return false
}

async function run(
  program: string,
  args: readonly string[],
  { folder, environment }: Surroundings,
  succeeds = true,
): Promise<string> {
  const child = spawn(program, args, { cwd: folder, env: environment })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  expect(code === 0, `${stdout}\n${stderr}`).toBe(succeeds)
  return stdout.trim()
}

/** Starts what goes on until the page is over, and waits until one more port of it can be reached. */
async function serve(program: string, args: readonly string[], at: Surroundings): Promise<void> {
  const { folder, environment, sitePort } = at
  const ports = [Number(environment['PORT']), sitePort]
  const before = await Promise.all(ports.map(isOpen))
  // A group of its own, so that what the shell has started ends with it.
  const child = spawn(program, args, { cwd: folder, env: environment, detached: true })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  child.stdout.resume()
  at.ends.unshift(() => endGroup(child))
  const isUp = async () =>
    (await Promise.all(ports.map(isOpen))).some((open, index) => open && !before[index])
  for (const until = Date.now() + 30_000; !(await isUp()); await wait(100)) {
    expect(child.exitCode, told).toBeNull()
    expect(Date.now(), `it does not listen: ${told}`).toBeLessThan(until)
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await ended
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: 'localhost' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** That a signed offer is one: a session can be opened by it, for what it says. */
async function payOffer(offer: string, { server }: Surroundings): Promise<void> {
  const answer = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': `sample-${crypto.randomUUID()}`,
    },
    body: JSON.stringify({ offer }),
  })
  const session = (await answer.json()) as Session
  expect(answer.status, JSON.stringify(session)).toBe(201)
  expect(session).toMatchObject({
    amount: '119.00',
    currency: 'EUR',
    checkout: 'mug',
    orderId: 'A-1042',
    status: 'pending',
  })
}

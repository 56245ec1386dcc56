/** The README's samples of signing an offer, run as they stand there, and paid at a server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { findProgram } from '../browsers/find-program.js'
import { startServer, type ServerProcess } from './server-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRETS = 'a secret of at least thirty-two bytes,an older secret of thirty-two bytes!'
const TERMS = { amount: '119.00', currency: 'EUR', checkout: 'mug', orderId: 'A-1042' }

const readme = readFileSync(`${ROOT}README.md`, 'utf8')
const [, offers = ''] = /\n### Offers\n(.*?)\n### /s.exec(readme) ?? []

/** The code of the section in this language, block by block. */
function samples(language: string): string[] {
  const blocks = offers.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))
  return [...blocks].map(([, code = '']) => code)
}

interface Language {
  readonly language: string
  readonly count: number
  /** Their programs, and what they are given. */
  readonly program: readonly string[]
  readonly args: (code: string) => readonly string[]
  readonly print: string
}

const LANGUAGES: readonly Language[] = [
  {
    language: 'js',
    count: 2,
    program: [process.execPath],
    args: (code) => ['--input-type=module', '--eval', code],
    print: 'process.stdout.write(offer)',
  },
  {
    language: 'php',
    count: 1,
    program: ['php'],
    args: (code) => ['-r', code.replace('<?php', '')],
    print: 'echo $offer;',
  },
  {
    language: 'python',
    count: 1,
    program: ['python3', 'python'],
    args: (code) => ['-c', code],
    print: 'print(offer, end="")',
  },
  {
    language: 'sh',
    count: 1,
    program: ['sh'],
    args: (code) => [
      '-c',
      code.replace('npx coinslot', `"${process.execPath}" dist/server/main.js`),
    ],
    print: '',
  },
]

async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], COINSLOT_SECRET: SECRETS },
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout.trim()
}

describe("the README's offer", () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer({ environment: { COINSLOT_SECRET: SECRETS } })
  })
  afterAll(() => server.stop())

  async function create(offer: string): Promise<Session> {
    const answer = await fetch(`${server.url}/v1/sessions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': `readme-${crypto.randomUUID()}`,
      },
      body: JSON.stringify({ offer }),
    })
    const session = (await answer.json()) as Session
    expect(answer.status, JSON.stringify(session)).toBe(201)
    return session
  }

  for (const { language, count, program, args, print } of LANGUAGES) {
    const found = findProgram([...program], [...program])
    if (!found) tellMissing(language, program)
    it.skipIf(!found)(`is signed in ${language}`, async () => {
      const codes = samples(language)
      expect(codes).toHaveLength(count)
      for (const code of codes) {
        const offer = await run(found!, args(`${code}\n${print}`))
        const session = await create(offer)
        expect(session).toMatchObject({ ...TERMS, status: 'pending' })
        if (language !== 'sh') expect(session.description).toBe('Café crème')
      }
    })
  }
})

/** Says so where a sample is not run; in CI it must be. */
function tellMissing(language: string, [program]: readonly string[]): void {
  const told = `The README's sample in ${language} was not run: ${program} is not installed.`
  if (process.env['CI']) throw new Error(told)
  console.warn(told)
}

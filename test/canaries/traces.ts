/** What the suites leave behind, for the search that `npm test` ends with: logs, answers, databases, and the secrets that were used. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/coinslot-traces/', import.meta.url))

/** Each must have been left by somebody, or the search would be of nothing. */
export const KINDS = ['logs', 'answers', 'output', 'sqlite', 'postgres'] as const
export type Kind = (typeof KINDS)[number]

let files = 0

/** Keeps a text, with others of this process. */
export function leaveText(kind: Kind, text: string): void {
  appendFileSync(join(folderOf(kind), `${process.pid}.txt`), `${text}\n`)
}

/** Keeps the files of an SQLite database, of a server that has been closed. */
export function leaveSqlite(path: string): void {
  const number = (files += 1)
  for (const end of ['', '-wal']) {
    if (!existsSync(path + end)) continue
    copyFileSync(path + end, join(folderOf('sqlite'), `${process.pid}-${number}.db${end}`))
  }
}

/** Keeps what no trace may tell: secrets, and the password of a database. */
export function leaveSecrets(environment: Readonly<Record<string, string | undefined>>): void {
  const secrets = Object.entries(environment)
    .filter(([name]) => /_(KEY|SECRET|TOKEN)$/.test(name) && !name.includes('PUBLISHABLE'))
    .flatMap(([, value = '']) => value.split(','))
  const { DATABASE_URL: url = '' } = environment
  const password = URL.canParse(url) ? new URL(url).password : ''
  const known = [...secrets, password].filter((secret) => secret !== '')
  if (known.length > 0) appendFileSync(secretsFile(), `${known.join('\n')}\n`)
}

export function readSecrets(): ReadonlySet<string> {
  const file = secretsFile()
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
}

export function tracesOf(kind: Kind): string[] {
  const folder = folderOf(kind)
  return readdirSync(folder).map((name) => join(folder, name))
}

export function forgetTraces(): void {
  rmSync(FOLDER, { recursive: true, force: true })
}

function secretsFile(): string {
  mkdirSync(FOLDER, { recursive: true })
  return join(FOLDER, 'secrets.txt')
}

function folderOf(kind: Kind): string {
  const folder = join(FOLDER, kind)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The database of one run: where it is, what stands in it, and how it is hurt. */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import SQLite from 'better-sqlite3'
import { Client } from 'pg'
import { findPostgres } from '../postgres/programs.js'
import type { PostgresServer } from '../postgres/server.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import type { Rows } from './observed.ts'
import type { SmallDisk } from './small-disk.ts'

const run = promisify(execFile)

export type DatabaseKind = 'sqlite' | 'postgres'

export interface RunDatabase {
  readonly kind: DatabaseKind
  /** For the servers. */
  readonly url: string
  /** PostgreSQL's without a proxy in between; the same as `url` for SQLite. */
  readonly directUrl: string
  /** Where the file of SQLite has a disk of its own. */
  readonly disk: SmallDisk | undefined
  /** Between the servers and PostgreSQL. */
  readonly proxy: FaultProxy | undefined
  readonly server: PostgresServer | undefined
  /** The file of SQLite. */
  readonly file: string | undefined
  read(): Promise<Rows>
  /**
   * Takes a backup as the documentation says, while servers write.
   * @returns what puts it in the place of the database, once no server runs
   */
  backUp(): Promise<() => Promise<void>>
  /** All of it as text, for what may not stand in it. */
  text(): Promise<string>
  remove(): Promise<void>
}

const TABLES = ['sessions', 'intents', 'reports', 'outbox', 'attempts'] as const

/** @param disk where the file is, if not in a folder of its own */
export async function makeSqlite(disk?: SmallDisk): Promise<RunDatabase> {
  const own = await mkdtemp(join(tmpdir(), 'coinslot-faults-'))
  const file = join(disk?.folder ?? own, 'coinslot.db')
  return {
    kind: 'sqlite',
    url: `file:${file}`,
    directUrl: `file:${file}`,
    disk,
    proxy: undefined,
    server: undefined,
    file,
    read: async () => readSqlite(file),
    async backUp() {
      const copy = join(own, 'backup.db')
      const sqlite = new SQLite(file, { timeout: 5_000 })
      sqlite.prepare('vacuum into ?').run(copy)
      sqlite.close()
      return async () => {
        for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`, { force: true })
        await copyFile(copy, file)
      }
    },
    text: async () => [await bytesOf(file), await bytesOf(`${file}-wal`)].join(''),
    async remove() {
      await disk?.remove()
      await rm(own, { recursive: true })
    },
  }
}

function readSqlite(file: string): Rows {
  const sqlite = new SQLite(file, { timeout: 5_000 })
  try {
    // One moment for all of them: servers may be writing.
    sqlite.exec('begin')
    const rows = TABLES.map((table) => [table, sqlite.prepare(`select * from ${table}`).all()])
    return Object.fromEntries(rows) as Rows
  } finally {
    sqlite.close()
  }
}

async function bytesOf(file: string): Promise<string> {
  return readFile(file, 'latin1').catch(() => '')
}

let databases = 0

/** A database of its own on a server of PostgreSQL, which rows may share one after another. */
export async function makePostgres(server: PostgresServer): Promise<RunDatabase> {
  databases += 1
  const name = `faults_${process.pid}_${databases}`
  await ask(server.url, [`create database ${name}`])
  const direct = Object.assign(new URL(server.url), { pathname: `/${name}` }).href
  const folder = decodeURIComponent(new URL(server.url).hostname)
  const proxy = await startFaultProxy({ path: join(folder, '.s.PGSQL.5432') })
  const read = async () => {
    const answers = await ask(
      direct,
      TABLES.map((table) => `select * from ${table}`),
    )
    return Object.fromEntries(
      TABLES.map((table, place) => [table, answers[place]]),
    ) as unknown as Rows
  }
  return {
    kind: 'postgres',
    url: `postgres://postgres@127.0.0.1:${proxy.port}/${name}`,
    directUrl: direct,
    disk: undefined,
    proxy,
    server,
    file: undefined,
    read,
    async backUp() {
      const folder = await mkdtemp(join(tmpdir(), 'coinslot-backup-'))
      const copy = join(folder, 'coinslot.dump')
      const call = (program: string, ...args: readonly string[]) =>
        run(join(findPostgres() ?? '', program), args)
      await call('pg_dump', '--format=custom', `--file=${copy}`, direct)
      return async () => {
        await call('pg_restore', '--clean', '--if-exists', `--dbname=${direct}`, copy)
        await rm(folder, { recursive: true })
      }
    },
    text: async () => JSON.stringify(await read()),
    async remove() {
      await proxy.close()
      await ask(server.url, [`drop database ${name} with (force)`])
    },
  }
}

/** Asks in one transaction, so that all of it is of one moment. */
async function ask(url: string, texts: readonly string[]): Promise<unknown[][]> {
  const client = new Client(url)
  await client.connect()
  const isOne = texts.length === 1
  try {
    if (!isOne) await client.query('begin isolation level repeatable read')
    const answers: unknown[][] = []
    for (const text of texts) answers.push((await client.query<object>(text)).rows)
    return answers
  } finally {
    await client.end()
  }
}

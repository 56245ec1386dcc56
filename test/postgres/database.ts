/** Databases for tests: in memory, or, in the project `postgres`, schemas of a database that a test file has to itself. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { afterAll, inject, onTestFinished } from 'vitest'
import { leaveText } from '../canaries/traces.ts'
import './setup.ts'

/** @returns a `DATABASE_URL` that nothing is kept at yet */
export async function newDatabaseUrl(): Promise<string> {
  const serverUrl = inject('postgresUrl')
  return serverUrl === undefined ? 'file::memory:' : newPostgresUrl(serverUrl)
}

/** The same, for several servers or processes. */
export async function newSharedDatabaseUrl(): Promise<string> {
  if (isPostgres()) return newDatabaseUrl()
  const folder = await mkdtemp(join(tmpdir(), 'coinslot-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return `file:${join(folder, 'coinslot.db')}`
}

export function isPostgres(): boolean {
  return inject('postgresUrl') !== undefined
}

let ownDatabase: Promise<URL> | undefined
let schemas = 0

async function newPostgresUrl(serverUrl: string): Promise<string> {
  const url = new URL(await (ownDatabase ??= createDatabase(serverUrl)))
  const schema = `test_${(schemas += 1)}`
  await ask(url.href, `create schema ${schema}`)
  url.searchParams.set('options', `-csearch_path=${schema}`)
  return url.href
}

async function createDatabase(serverUrl: string): Promise<URL> {
  const name = `coinslot_test_${randomBytes(6).toString('hex')}`
  await ask(serverUrl, `create database ${escapeIdentifier(name)}`)
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` })
}

afterAll(async () => {
  const url = await ownDatabase
  if (!url) return
  ownDatabase = undefined
  await leaveDump(url.href)
  await ask(
    inject('postgresUrl'),
    `drop database ${escapeIdentifier(url.pathname.slice(1))} with (force)`,
  )
}, 60_000)

/** All rows of all tables, as JSON. */
async function leaveDump(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables`,
    )
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${name} t`,
      )
      if (rows.length > 0) leaveText('postgres', rows.map(({ row }) => row).join('\n'))
    }
  })
}

async function ask(url: string, text: string): Promise<void> {
  await withClient(url, (client) => client.query(text))
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** Lets time pass for limits: by this process's clock, and in a PostgreSQL, which goes by its own. */
import { Client } from 'pg'
import { vi } from 'vitest'

/** What it turns must be faked: `Date`, and `performance`. */
export async function pass(ms: number, databaseUrl: string): Promise<void> {
  vi.advanceTimersByTime(ms)
  await passInDatabase(ms, databaseUrl)
}

export async function passInDatabase(ms: number, databaseUrl: string): Promise<void> {
  if (!databaseUrl.startsWith('postgres')) return
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query('update rate_limits set expire = expire - $1::bigint', [ms])
  await client.end()
}

/** Lets time pass for the limits in a PostgreSQL, which go by its own clock. */
import { Client } from 'pg'

/** Does nothing where the limits are in a server's memory. */
export async function passInDatabase(ms: number, databaseUrl: string): Promise<void> {
  if (!databaseUrl.startsWith('postgres')) return
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query('update rate_limits set expire = expire - $1::bigint', [ms])
  await client.end()
}

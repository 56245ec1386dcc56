/** Before the tests on PostgreSQL: the server that `TEST_DATABASE_URL` names, or one that ends with them. */
import type { TestProject } from 'vitest/node'
import { startPostgres } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which databases may be made; absent where the tests run on SQLite. */
    postgresUrl: string
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const server = given ? undefined : await startPostgres()
  provide('postgresUrl', given ?? server?.url ?? '')
  return async () => server?.remove()
}

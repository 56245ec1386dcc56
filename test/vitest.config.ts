/** Everything that needs no browser, and the end-to-end tests, which bring their own. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { findPostgres, PACKAGES } from './postgres/programs.js'

const ON_POSTGRES_ONLY = 'test/server/store/postgres*.test.ts'

/** What servers beside one another could break. */
const ON_POSTGRES_TOO = [
  'test/server/{attempts,canaries,forgeries,idempotency,rate-limits,reconciliation,sandbox-endings}.test.ts',
  'test/server/{session-events,two-servers}.test.ts',
  'test/server/notifications/*.test.ts',
  'test/server/settlement/settlement.test.ts',
]

/** What hangs is given up; no test waits for time to pass, but a busy machine may be slow. */
const PATIENCE_MS = 30_000

const postgres = {
  test: {
    name: 'postgres',
    testTimeout: PATIENCE_MS,
    include: [ON_POSTGRES_ONLY, ...ON_POSTGRES_TOO],
    globalSetup: 'test/postgres/setup.ts',
  },
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      {
        test: {
          name: 'server',
          testTimeout: PATIENCE_MS,
          include: ['test/server/**/*.test.ts', 'test/faults/*.test.ts'],
          exclude: [ON_POSTGRES_ONLY],
          globalSetup: 'test/canaries/forget.ts',
        },
      },
      ...(canTestPostgres() ? [postgres] : []),
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'runtimes',
          include: ['test/runtimes/runtimes.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'built-in-sqlite',
          testTimeout: PATIENCE_MS,
          include: ['test/runtimes/built-in-sqlite.test.ts'],
        },
      },
      {
        test: {
          name: 'frameworks',
          include: ['test/frameworks/*.test.ts'],
          testTimeout: 60_000,
          // An installation and a build with a framework's own tools.
          hookTimeout: 600_000,
        },
      },
    ],
  },
})

/** Says so where it cannot be; in CI it must be. */
function canTestPostgres(): boolean {
  if (process.env['TEST_DATABASE_URL'] || findPostgres()) return true
  const told = `PostgreSQL was not tested: it is not installed (apt-get install ${PACKAGES.join(' ')}), and TEST_DATABASE_URL names none.`
  if (process.env['CI']) throw new Error(told)
  console.warn(told)
  return false
}

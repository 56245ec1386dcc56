/** A PostgreSQL server for the tests alone: in a folder of its own, reached by a socket there, gone afterwards. */
import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPostgres } from './programs.js'

const run = promisify(execFile)

export interface PostgresServer {
  /** Its first database, which nobody tests in. */
  readonly url: string
  start(): Promise<void>
  /** Ends all of it at once, as a crash would. */
  kill(): Promise<void>
  /** Ends it for good. */
  remove(): Promise<void>
}

/**
 * Starts a server.
 * @param settings such as `fsync=off`
 * @throws where PostgreSQL is not installed
 */
export async function startPostgres(...settings: readonly string[]): Promise<PostgresServer> {
  return startPostgresIn(await quickFolder(), ...settings)
}

/** The same, in a folder within `parent`. */
export async function startPostgresIn(
  parent: string,
  ...settings: readonly string[]
): Promise<PostgresServer> {
  const programs = findPostgres()
  if (!programs) throw new Error('PostgreSQL is not installed')
  const folder = await mkdtemp(join(parent, 'coinslot-postgres-'))
  const user = await serverUser()
  if (user) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const call = (program: string, ...args: readonly string[]) =>
    run(join(programs, program), ['-D', data, ...args], { cwd: folder, ...user })

  const all = [`unix_socket_directories=${folder}`, 'listen_addresses=', 'max_connections=300']
  const options = [...all, ...settings].map((setting) => `-c ${setting}`).join(' ')
  const start = async () => {
    await call('pg_ctl', '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  }
  const kill = async () => {
    await call('pg_ctl', '-w', '-m', 'immediate', 'stop')
  }

  // Sorted as people sort: nothing may depend on the order of bytes.
  const collation = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  await call('initdb', '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', ...collation)
  await start()
  return {
    url: `postgres://postgres@${encodeURIComponent(folder)}/postgres`,
    start,
    kill,
    async remove() {
      // It may have been killed already.
      await kill().catch(() => {})
      await rm(folder, { recursive: true })
    },
  }
}

/** Memory where there is enough of it: each commit is waited for, as in earnest. */
async function quickFolder(): Promise<string> {
  const memory = '/dev/shm'
  const room = await statfs(memory).catch(() => undefined)
  return room && room.bavail * room.bsize > 2 ** 31 ? memory : tmpdir()
}

/** It refuses to run as root: Debian has a user for it. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await run('id', [which, 'postgres'])).stdout)),
  )
  return { uid: uid!, gid: gid! }
}

/** Finds the programs of a PostgreSQL server: Debian has them in folders by version, off the path. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from '../browsers/find-program.js'

const DEBIANS = '/usr/lib/postgresql'

/** What Debian calls it. */
export const PACKAGES = ['postgresql']

/**
 * The folder with `initdb` and `pg_ctl`, of the newest version that is installed.
 *
 * @returns {string | undefined}
 */
export function findPostgres() {
  const newest = existsSync(DEBIANS)
    ? readdirSync(DEBIANS)
        .toSorted((one, other) => Number(other) - Number(one))
        .map((version) => join(DEBIANS, version, 'bin'))
    : []
  const onPath = findProgram(['pg_ctl'])
  const folders = [...newest, ...(onPath ? [dirname(onPath)] : [])]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

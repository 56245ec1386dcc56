/** Installs PostgreSQL where it is missing, as CI does before the tests. */
import { installPackages } from '../browsers/debian.js'
import { findPostgres, PACKAGES } from './programs.js'

const isGiven = Boolean(process.env.TEST_DATABASE_URL)
if (!isGiven && !findPostgres()) installPackages(PACKAGES)
if (!isGiven && !findPostgres()) {
  throw new Error(`PostgreSQL is not installed: apt-get install ${PACKAGES.join(' ')}`)
}

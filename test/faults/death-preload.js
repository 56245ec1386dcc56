/** Loaded into a server before its own code: it ends by SIGKILL before a statement of the steps of its schema, by number. */
import SQLite from 'better-sqlite3'

const last = Number(process.env['FAULTS_DEATH'])
const { prepare } = SQLite.prototype
let statements = 0

SQLite.prototype.prepare = new Proxy(prepare, {
  apply(target, database, [text]) {
    const isOfSteps = /^(create|alter|update "sessions" set "later")|kysely_migration" \(/i.test(
      text,
    )
    if (isOfSteps && (statements += 1) === last) process.kill(process.pid, 'SIGKILL')
    return Reflect.apply(target, database, [text])
  },
})

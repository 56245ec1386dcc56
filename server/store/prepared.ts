/** Queries that are built and compiled once for each database, however often they are asked: building one costs more than SQLite takes to answer it. */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Database } from './database.ts'

/** Where a value goes in a query that was compiled before the value was known. */
class Place {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A query without its values; called, it is asked of a database. */
export interface Prepared<Values extends object, Row> {
  (db: Kysely<Database>, values: Values): Promise<QueryResult<Row>>
  /** As the database itself is asked it. */
  compile(db: Kysely<Database>, values: Values): CompiledQuery<Row>
}

/**
 * Prepares a query. What it is built from is only a place for each of the values, so it may look at which of
 * them are there, and at nothing else of them.
 */
export function prepare<Values extends object, Row>(
  build: (db: Kysely<Database>, places: Values) => Compilable<Row>,
): Prepared<Values, Row> {
  // By what writes the SQL, of which each database has one of its own, then by the values that are there.
  const compiled = new WeakMap<object, Map<string, CompiledQuery<Row>>>()

  function find(db: Kysely<Database>, names: readonly string[]): CompiledQuery<Row> {
    const { adapter } = db.getExecutor()
    const known = compiled.get(adapter) ?? new Map<string, CompiledQuery<Row>>()
    compiled.set(adapter, known)
    const shape = names.join()
    const places = () => Object.fromEntries(names.map((name) => [name, new Place(name)])) as Values
    const query = known.get(shape) ?? build(db, places()).compile()
    known.set(shape, query)
    return query
  }

  function compile(db: Kysely<Database>, values: Values): CompiledQuery<Row> {
    const query = find(db, Object.keys(values))
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.name as keyof Values] : parameter,
    )
    return { ...query, parameters }
  }

  return Object.assign(
    (db: Kysely<Database>, values: Values) => db.executeQuery(compile(db, values)),
    { compile },
  )
}

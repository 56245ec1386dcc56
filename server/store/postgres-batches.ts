/** What opening a session asks of PostgreSQL: each step is one statement for all that are opened at one time. */
import { sql, type Kysely } from 'kysely'
import type { Database } from './database.ts'
import { gather } from './gather.ts'
import { isTaken, mayBeOfOne, unlessLost } from './postgres-failures.ts'
import type { AskingPool } from './postgres-pool.ts'
import { prepare } from './prepared.ts'
import type {
  NewIntentRow,
  NewSessionRow,
  OpenedSession,
  PriorRow,
  Together,
} from './sql-database.ts'
import type { Intent } from './store.ts'

export function createBatches(db: Kysely<Database>, pool: Pick<AskingPool, 'ask'>): Together {
  async function ask<Row>(text: string, ...values: unknown[]): Promise<readonly Row[]> {
    const { rows } = await unlessLost.execute(() => pool.ask<Row>(text, values))
    return rows
  }

  const findAll = async (intents: readonly IntentName[]): Promise<(PriorRow | undefined)[]> => {
    const scopes = intents.map(({ scope }) => scope)
    const keys = intents.map(({ key }) => key)
    const found: (PriorRow | undefined)[] = intents.map(() => undefined)
    for (const row of await ask<NumberedPrior>(FIND, scopes, keys)) found[row.number - 1] = row
    return found
  }

  const addAll = async (all: readonly Added[]): Promise<boolean[]> => {
    const sessions = JSON.stringify(all.map(({ session }) => session))
    const intents = JSON.stringify(all.map(({ intent }) => intent))
    const rows = await ask<{ id: string }>(ADD, sessions, intents)
    const added = new Set(rows.map(({ id }) => id))
    return all.map(({ session }) => added.has(session.id))
  }

  const keepAll = async (all: readonly OpenedSession[]): Promise<boolean[]> => {
    const names = all.map(({ provider, reference }) => `${provider} ${reference}`)
    const rows = await ask<{ id: string }>(KEEP, names, JSON.stringify(all))
    const kept = new Set(rows.map(({ id }) => id))
    return all.map(({ id }) => kept.has(id))
  }

  const add = gather({ together: addAll, alone: (one) => addOne(db, one), mayBeOfOne })
  return {
    findPrior: gather({
      together: findAll,
      alone: async (intent) => (await findAll([intent]))[0],
      mayBeOfOne,
    }),
    addSession: (session, intent) => add({ session, intent }),
    keepOpened: gather({ together: keepAll, alone: async () => false, mayBeOfOne }),
  }
}

type IntentName = Pick<Intent, 'scope' | 'key'>

interface NumberedPrior extends PriorRow {
  readonly number: number
}

const FIND = 'select * from find_priors($1, $2)'

interface Added {
  readonly session: NewSessionRow
  readonly intent: NewIntentRow
}

// In one order, because each waits for whoever is adding the same key at another server.
const ADD = `
  with claimed as (
    insert into intents select * from json_populate_recordset(null::intents, $2)
    order by scope collate "C", key collate "C"
    on conflict (scope, key) do nothing
    returning session_id
  )
  insert into sessions select * from json_populate_recordset(null::sessions, $1)
  where id in (select session_id from claimed)
  returning id`

interface NewTogether extends NewSessionRow {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
  readonly claimed_at: string
}

const insertOne = prepare(
  (db, { scope, key, fingerprint, claimed_at: claimedAt, ...session }: NewTogether) =>
    db
      .with('added', (cte) => cte.insertInto('sessions').values(session).returning('id'))
      .insertInto('intents')
      .values({ scope, key, fingerprint, session_id: session.id, created_at: claimedAt }),
)

async function addOne(
  db: Kysely<Database>,
  { session, intent: { scope, key, fingerprint, created_at: claimedAt } }: Added,
): Promise<boolean> {
  const row = { ...session, scope, key, fingerprint, claimed_at: claimedAt }
  try {
    await unlessLost.execute(() => insertOne(db, row))
    return true
  } catch (error) {
    if (isTaken(error, 'intents_primary')) return false
    throw error
  }
}

const KEEP = 'select id from keep_opened($1, $2) as id'

/**
 * Not a step of the migrations: the other database has no use for them. One that was released is never
 * changed, because servers of before may be calling it; another one gets another name.
 *
 * What they look up, they look up one by one and by a key: a plan is kept that was made when there was
 * hardly a session, and one that reads all of them must not be the best even then.
 */
export async function createBatchFunctions(db: Kysely<Database>): Promise<void> {
  await sql`
    create or replace function find_priors(scopes text[], keys text[])
    returns table (
      number integer, fingerprint text, answer text, session_id text, lease_until text
    )
    language plpgsql stable set enable_seqscan = off
    as $$
    begin
      return query
      select asked.number::integer, prior.*, session.*
      from unnest(scopes, keys) with ordinality as asked(scope, key, number)
      cross join lateral (
        select intents.fingerprint, intents.answer, intents.session_id from intents
        where intents.scope = asked.scope and intents.key = asked.key
        offset 0
      ) as prior
      cross join lateral (
        select sessions.lease_until from sessions where sessions.id = prior.session_id offset 0
      ) as session;
    end
    $$
  `.execute(db)

  // Keeps what was opened of those that nothing has happened to since they were added, and tells which
  // these are. Their references are locked as by lockReference, except that nobody is waited for. What is
  // done under the locks sees what was committed before they were had, because each statement looks anew.
  await sql`
    create or replace function keep_opened(names text[], kept json) returns setof text
    language plpgsql set enable_seqscan = off set lock_timeout = '100ms'
    as $$
    declare
      locked text[];
      opened record;
    begin
      -- Under any other, all of this sees what was committed before its begin.
      if current_setting('transaction_isolation') <> 'read committed' then
        return;
      end if;
      locked := array(
        select name from unnest(names) as name
        where pg_try_advisory_xact_lock(hashtextextended(name, 0))
      );
      for opened in
        select * from json_to_recordset(kept) as one(
          id text, provider text, reference text, redirect_url text, expires_at text,
          ask_at text, handoff text, updated_at text, scope text, key text, answer text
        )
        where one.provider || ' ' || one.reference = any (locked)
          and (
            select id from sessions
            where provider = one.provider and reference = one.reference
          ) is null
          and (
            select session_id from attempts
            where provider = one.provider and reference = one.reference
          ) is null
          and (
            select event_id from reports
            where provider = one.provider and reference = one.reference and session_id is null
            limit 1
          ) is null
      loop
        update sessions
        set reference = opened.reference,
          redirect_url = opened.redirect_url,
          expires_at = coalesce(opened.expires_at, expires_at),
          ask_at = coalesce(opened.ask_at, ask_at),
          handoff = opened.handoff,
          failure = null,
          lease_until = null,
          updated_at = opened.updated_at
        where id = opened.id
          and fence = 1
          -- Said so that no index of the status is thought of.
          and status is not distinct from 'pending'
          and exception is null
          and reference is null
          and order_name is null;
        continue when not found;
        update intents set answer = opened.answer
        where scope = opened.scope and key = opened.key and session_id = opened.id;
        return next opened.id;
      end loop;
    end
    $$
  `.execute(db)
}

/** `coinslot sessions`: what came of the payments, for a person and for his books. */
import { parseConfig } from '../config.ts'
import { sessionStatusSchema, type SessionStatus } from '../contract/schemas.ts'
import { settle } from '../settlement/settle.ts'
import { openDatabase } from '../store/open-database.ts'
import { createSqlStore } from '../store/sql-store.ts'
import type { SessionFilter, Store } from '../store/store.ts'
import type { Command, CommandInput } from './command.ts'
import { exportSessions, isExportFormat } from './session-export.ts'
import { describeSession } from './session-history.ts'
import { listFlaggedFirst } from './session-pages.ts'
import { sessionTable } from './session-table.ts'
import { print } from './print.ts'

const STATUSES: readonly string[] = sessionStatusSchema.options

const USAGE = `Usage: coinslot sessions [list] [FILTER] [--limit N]
       coinslot sessions show ID
       coinslot sessions export --format csv|json [FILTER]

Those that need a person to look at them come first, then the newest. Nothing is changed.

  list       a table; of an id the beginning is shown, which "show" understands, too
  show       one session with its attempts, what the provider reported, and what you were told
  export     all sessions, on standard output; fields that a spreadsheet would take for a formula
             are text (') in CSV

  --status S    ${STATUSES.join(' ')}
  --flagged     only those with money that needs a person to look at it
  --since TIME  made then or later: 2026-11-21, or 2026-11-21T12:00Z
  --limit N     how many to list, 50 by default
`

const NONE_TO_LIST = 'There are no sessions to list.\n'

/** The command was written in a way that means nothing. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Reading = Pick<Store, 'listSessions' | 'findAttempts' | 'findReports' | 'findDeliveries'>
type Question = Pick<CommandInput, 'words' | 'values' | 'columns'>
type Action = (store: Reading, question: Question) => AsyncIterable<string>

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['list', list],
  ['show', show],
  ['export', exportAll],
])

export const sessions: Command = {
  summary: 'lists, shows and exports sessions: see coinslot sessions --help',
  usage: USAGE,
  options: {
    status: { type: 'string' },
    flagged: { type: 'boolean' },
    since: { type: 'string' },
    limit: { type: 'string', default: '50' },
    format: { type: 'string' },
  },

  async run(input) {
    const { databaseUrl } = parseConfig(input.configuration, input.environment)
    const store = createSqlStore(await openDatabase(databaseUrl, { mustExist: true }), {
      settle,
      destinations: [],
    })
    try {
      await print(tellSessions(store, input))
      return 0
    } finally {
      await store.close()
    }
  },
}

/**
 * What the command answers, piece by piece.
 * @throws UsageError
 */
export function tellSessions(store: Reading, question: Question): AsyncIterable<string> {
  const [name = 'list'] = question.words
  const action = ACTIONS.get(name)
  if (!action) throw new UsageError(`there is no "sessions ${name}"\n\n${USAGE}`)
  return action(store, question)
}

async function* list(store: Reading, { values, columns }: Question): AsyncIterable<string> {
  const filter = readFilter(values)
  const limit = readLimit(values['limit'])
  const listed = []
  for await (const session of listFlaggedFirst(store, filter)) {
    if (listed.length === limit) {
      yield sessionTable(listed, columns)
      yield `There are more: see --limit, or coinslot sessions export.\n`
      return
    }
    listed.push(session)
  }
  yield listed.length > 0 ? sessionTable(listed, columns) : NONE_TO_LIST
}

async function* show(store: Reading, { words: [, id] }: Question): AsyncIterable<string> {
  if (!id) throw new UsageError(`which session? coinslot sessions show ID`)
  const [session, other] = await store.listSessions({ idStart: id }, 2)
  if (!session) throw new UsageError(`there is no session whose id is or begins with ${id}`)
  if (other) throw new UsageError(`several ids begin with ${id}: write more of it`)
  yield describeSession(session, {
    attempts: await store.findAttempts(session.id),
    reports: await store.findReports(session.id),
    deliveries: await store.findDeliveries(session.id),
  })
}

function exportAll(store: Reading, { values }: Question): AsyncIterable<string> {
  const { format } = values
  if (!isExportFormat(format)) throw new UsageError('--format must be csv or json')
  return exportSessions(listFlaggedFirst(store, readFilter(values)), format)
}

function readFilter({ status, flagged, since }: CommandInput['values']): SessionFilter {
  if (status !== undefined && !isStatus(status)) {
    throw new UsageError(`--status must be one of ${STATUSES.join(' ')}`)
  }
  return {
    ...(status !== undefined && { status }),
    ...(flagged === true && { isFlagged: true }),
    ...(since !== undefined && { since: readTime(since) }),
  }
}

function isStatus(text: unknown): text is SessionStatus {
  return typeof text === 'string' && STATUSES.includes(text)
}

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

/** Without a zone a time would mean another moment on each machine; a day is one of UTC. */
function readTime(text: unknown): Date {
  const time = new Date(String(text))
  if (!DATE.test(String(text)) || Number.isNaN(time.getTime())) {
    throw new UsageError(
      '--since must be a day (2026-11-21) or a time with its zone (2026-11-21T12:00Z)',
    )
  }
  return time
}

function readLimit(text: unknown): number {
  if (!/^[1-9]\d{0,4}$/.test(String(text))) throw new UsageError('--limit must be 1 to 99999')
  return Number(text)
}

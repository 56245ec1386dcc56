/** Sessions for other programs: CSV that a spreadsheet opens without running what is in it, and JSON. */
import { stringify } from 'csv-stringify/sync'
import { toPublicSession, type SessionRecord } from '../session.ts'

const FORMATS = { csv: toCsv, json: toJson } as const

export type ExportFormat = keyof typeof FORMATS

export function isExportFormat(text: unknown): text is ExportFormat {
  return typeof text === 'string' && Object.hasOwn(FORMATS, text)
}

/** Made piece by piece as the sessions come. */
export function exportSessions(
  sessions: AsyncIterable<SessionRecord>,
  format: ExportFormat,
): AsyncGenerator<string> {
  return FORMATS[format](sessions)
}

const COLUMNS = [
  'id',
  'status',
  'exception',
  'amount',
  'currency',
  'checkout',
  'orderId',
  'description',
  'clientReferenceId',
  'provider',
  'reference',
  'test',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const

/** What the HTTP interface tells of a session, without the page to pay on, and where to find it at the provider. */
function toFields(
  session: SessionRecord,
): Record<(typeof COLUMNS)[number], string | boolean | null> {
  const { provider, reference } = session
  const { redirectUrl: _, orderId = null, ...fields } = toPublicSession(session)
  return { ...fields, orderId, provider, reference }
}

async function* toCsv(sessions: AsyncIterable<SessionRecord>): AsyncGenerator<string> {
  yield toLine(COLUMNS)
  for await (const session of sessions) {
    const fields = toFields(session)
    yield toLine(COLUMNS.map((name) => String(fields[name] ?? '')))
  }
}

/**
 * Where a spreadsheet that parts cells by semicolons, as in German, would begin one with a formula. The
 * beginning of a field is seen to by the library, but for a line's end there.
 */
const FORMULA_INSIDE = /(?<=(?:[;\n]|[^][\t\r])"*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g

function toLine(fields: readonly string[]): string {
  const texts = fields.map((field) => field.replace(FORMULA_INSIDE, "'"))
  return stringify([texts], { record_delimiter: 'windows', escape_formulas: true })
}

async function* toJson(sessions: AsyncIterable<SessionRecord>): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const session of sessions) {
    yield separator + JSON.stringify(toFields(session), [...COLUMNS])
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

/** Sessions as a table that a terminal shows without wrapping. */
import { formatAmount } from '../contract/money.ts'
import { printable } from '../printable.ts'
import { idForLog, type SessionRecord } from '../session.ts'

const HEAD = ['ID', 'MADE (UTC)', 'STATUS', 'FLAG', 'AMOUNT', 'FOR'] as const
const AMOUNT = HEAD.indexOf('AMOUNT')
const GAP = '  '

/** @param columns how wide the terminal is; what a session is for is cut to fit */
export function sessionTable(sessions: readonly SessionRecord[], columns: number): string {
  const rows = [HEAD, ...sessions.map(toCells)]
  const widths = HEAD.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows.map((row) => `${toLine(row, widths).slice(0, columns).trimEnd()}\n`).join('')
}

function toLine(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, index) => {
      const width = widths[index] ?? 0
      return index === AMOUNT ? cell.padStart(width) : cell.padEnd(width)
    })
    .join(GAP)
}

function toCells(session: SessionRecord): readonly string[] {
  const { id, createdAt, status, exception, amount, currency, checkout, checkoutId, test } = session
  const what = [test && 'test', checkoutId, checkout.orderId, !checkoutId && checkout.description]
  return [
    idForLog(id),
    toMinute(createdAt),
    status,
    exception ?? '',
    `${formatAmount(amount, currency)} ${currency}`,
    printable(what.filter(Boolean).join(' ')),
  ]
}

function toMinute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ')
}

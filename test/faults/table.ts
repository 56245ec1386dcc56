/** The table of results: row, seeds, operations, faults, violations, control. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface Result {
  readonly id: string
  readonly fault: string
  readonly on: string
  readonly seeds: string
  readonly operations: number
  readonly faults: number
  readonly violations: number
  /** The defence that was switched off, what that has to break, and how often it did; undefined where there is none. */
  readonly control:
    { readonly without: string; readonly breaks: string; readonly violations: number } | undefined
}

const HEAD = ['', 'fault', 'on', 'seeds', 'operations', 'faults', 'violations', 'control: without']

const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const MARKS = ['<!-- faults:begin -->', '<!-- faults:end -->'] as const

/** As Markdown. */
export function toTable(results: readonly Result[]): string {
  return format(results.map(toCells))
}

/** With columns as wide as they must be. */
function format(rows: readonly (readonly string[])[]): string {
  const lines = [HEAD, ...rows]
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const toLine = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [toLine(HEAD), toLine(rule), ...rows.map(toLine)].join('\n')
}

function toCells({ id, fault, on, seeds, operations, faults, violations, control }: Result) {
  const told = control ? `${control.without}: ${tellControl(control)}` : ''
  return [id, fault, on, seeds, String(operations), String(faults), String(violations), told]
}

function tellControl({ breaks, violations }: NonNullable<Result['control']>): string {
  if (violations === 0) return '**nothing fails**'
  return `${breaks === 'promise' ? 'fails' : `${breaks} fails`}, ${violations} times`
}

/** Puts results into the README's table, in place of those of the same rows that stand there. */
export async function writeReadme(results: readonly Result[], order: readonly string[]) {
  const [begin, end] = MARKS
  const readme = await readFile(README, 'utf8')
  const [before, rest] = readme.split(begin)
  const [table, after] = (rest ?? '').split(end)
  if (before === undefined || table === undefined || after === undefined) {
    throw new Error('the README has no marks')
  }
  const fresh = results.map(toCells)
  const isFresh = (cells: readonly string[]) => fresh.some((other) => keyOf(other) === keyOf(cells))
  const kept = readRows(table).filter((cells) => !isFresh(cells))
  const rows = [...kept, ...fresh].toSorted((one, other) => place(one) - place(other))
  await writeFile(README, `${before}${begin}\n\n${format(rows)}\n\n${end}${after}`)

  function place([id = '', , on]: readonly string[]): number {
    return 2 * order.indexOf(id) + (on === 'postgres' ? 1 : 0)
  }
}

function keyOf([id, , on]: readonly string[]): string {
  return `${id} ${on}`
}

function readRows(table: string): string[][] {
  const lines = table.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

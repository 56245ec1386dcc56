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

/** As Markdown, with its columns as wide as they must be. */
export function toTable(results: readonly Result[]): string {
  const lines = [HEAD, ...results.map(toCells)]
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const toLine = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  const [head = [], ...rows] = lines
  return [toLine(head), toLine(rule), ...rows.map(toLine)].join('\n')
}

function toCells({ id, fault, on, seeds, operations, faults, violations, control }: Result) {
  const told = control ? `${control.without}: ${tellControl(control)}` : ''
  return [id, fault, on, seeds, String(operations), String(faults), String(violations), told]
}

function tellControl({ breaks, violations }: NonNullable<Result['control']>): string {
  if (violations === 0) return '**nothing fails**'
  return `${breaks === 'promise' ? 'fails' : `${breaks} fails`}, ${violations} times`
}

/** Puts a text between the marks of the README's section. */
export async function writeReadme(text: string): Promise<void> {
  const [begin, end] = MARKS
  const readme = await readFile(README, 'utf8')
  const [before, rest] = readme.split(begin)
  const [, after] = (rest ?? '').split(end)
  if (before === undefined || after === undefined) throw new Error('the README has no marks')
  await writeFile(README, `${before}${begin}\n\n${text}\n\n${end}${after}`)
}

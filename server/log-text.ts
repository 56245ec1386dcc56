/** The log for a person: each JSON line as one line of text, made from the same fields. */
import { styleText } from 'node:util'
import type { DestinationStream } from 'pino'
import { printable } from './printable.ts'

interface Entry {
  readonly level: number
  readonly time: number
  readonly msg?: string
  readonly [field: string]: unknown
}

type Style = Parameters<typeof styleText>[0]

const LEVELS: ReadonlyMap<number, readonly [name: string, style: Style]> = new Map([
  [10, ['trace', 'dim']],
  [20, ['debug', 'dim']],
  [30, ['info', 'green']],
  [40, ['warn', 'yellow']],
  [50, ['error', 'red']],
  [60, ['fatal', 'red']],
])

export interface TextOptions {
  readonly hasColors: boolean
}

/** What takes pino's lines and writes them as text. Nothing in it is obeyed by a terminal but our own colours. */
export function toText(to: DestinationStream, { hasColors }: TextOptions): DestinationStream {
  const paint = (style: Style, text: string) =>
    hasColors ? styleText(style, text, { validateStream: false }) : text
  return {
    write(line: string) {
      to.write(`${describe(JSON.parse(line) as Entry, paint)}\n`)
    },
  }
}

function describe(
  { level, time, msg, err, ...fields }: Entry,
  paint: (style: Style, text: string) => string,
): string {
  const [name, style] = LEVELS.get(level) ?? [String(level), 'dim']
  const head = [paint('dim', clockOf(time)), paint(style, name.padEnd(5))]
  const told = Object.entries(fields).map(([key, value]) => paint('dim', `${key}=`) + toWord(value))
  const lines = err === undefined ? [] : linesOf(err).map((text) => paint('dim', text))
  const first = [...head, ...(msg === undefined ? [] : [printable(msg)]), ...told].join(' ')
  return [first, ...lines].join('\n')
}

/** Of the machine's own time zone, which is the reader's. */
function clockOf(time: number): string {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function toWord(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[^\s"=]+$/.test(value)
  return printable(isPlain ? value : JSON.stringify(value))
}

/** An error beneath its line, with what it was caused by. */
function linesOf(error: unknown, indent = '    '): string[] {
  if (typeof error !== 'object' || error === null) return [indent + printable(String(error))]
  const { stack, cause, ...rest } = error as Record<string, unknown>
  const told = Object.entries(rest).map(([key, value]) => `${key}=${toWord(value)}`)
  const frames = Array.isArray(stack) ? stack.map((frame) => printable(String(frame))) : []
  return [
    ...(told.length > 0 ? [indent + told.join(' ')] : []),
    ...frames,
    ...(cause === undefined ? [] : linesOf(cause, indent)),
  ]
}

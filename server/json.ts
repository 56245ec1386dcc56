/** Strict JSON: duplicate keys refused, and numbers kept exactly as they are written where money is read. */
import { visit } from 'jsonc-parser'
import { LosslessNumber, parse, stringify } from 'lossless-json'

/** An object names a key twice; readers disagree on which of the two counts. */
export class DuplicateKey extends SyntaxError {
  override readonly name = 'DuplicateKey'
}

/**
 * Reads JSON text.
 * @throws SyntaxError on anything but one JSON value, DuplicateKey on one that can be read two ways
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  assertUniqueKeys(text, value)
  return value
}

/** Like `parseJson`, with each number as a `LosslessNumber` that holds its digits. */
export function parseExactJson(text: string): unknown {
  const value = parseJson(text)
  return hasNumber(value) ? parse(text) : value
}

/** A JSON number with just these digits, such as `100.50`: no float between it and the wire. */
export function exactNumber(digits: string): LosslessNumber {
  return new LosslessNumber(digits)
}

/** Writes JSON with exact numbers; members that are undefined are left out. */
export function writeExactJson(value: unknown): string {
  return stringify(value) ?? 'null'
}

function hasNumber(value: unknown): boolean {
  if (typeof value === 'number') return true
  return value !== null && typeof value === 'object' && Object.values(value).some(hasNumber)
}

/** @param value what `JSON.parse` makes of the text */
function assertUniqueKeys(text: string, value: unknown): void {
  // What is written holds no key twice; where that is the very text, it need not be looked through.
  if (JSON.stringify(value) === text) return
  const open: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key) {
      const seen = open.at(-1)
      if (seen?.has(key)) throw new DuplicateKey(`the key "${key.slice(0, 40)}" is there twice`)
      seen?.add(key)
    },
  })
}

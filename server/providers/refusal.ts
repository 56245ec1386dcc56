/** What of a provider's refusal may be logged: which of our own fields it names, and no word besides. */
import { isLosslessNumber } from 'lossless-json'

/**
 * The names of the fields that were sent which the text names, in the order in which they were sent.
 * Its sentences are not kept: a refusal may quote what it refuses, and that is a buyer's data.
 */
export function namedFields(refusal: string, sent: unknown): string[] {
  const words = new Set(refusal.match(/[A-Za-z0-9_]+/g))
  return [...new Set(fieldNames(sent))].filter((name) => words.has(name))
}

function fieldNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return []
  if (Array.isArray(value)) return value.flatMap(fieldNames)
  const sent = Object.entries(value).filter(([, member]) => member !== undefined)
  return sent.flatMap(([name, member]) => [name].concat(fieldNames(member)))
}

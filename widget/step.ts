/** Arrow keys in the amount field: up and down by a step, within the limits. */
import { toMinor, type Terms } from './terms.ts'

/** The key that was pressed, as a `KeyboardEvent` tells it. */
export type Key = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>

/**
 * The amount after an arrow key; nothing where the key means nothing: without a `step`, with another
 * key held, or beside text that is no amount. An empty field counts as nothing yet, so up gives the least.
 */
export function stepAmount(
  amount: unknown,
  { key, altKey, ctrlKey, metaKey, shiftKey }: Key,
  stepText: unknown,
  { currency, least, most }: Terms,
): bigint | undefined {
  const step = toMinor(stepText, currency)
  const now = amount === 'empty' && key === 'ArrowUp' ? 0n : amount
  if (!step || typeof now !== 'bigint' || altKey || ctrlKey || metaKey || shiftKey) return undefined
  if (key === 'ArrowUp') return now < most ? within(now + step) : now
  if (key === 'ArrowDown') return now > least ? within(now - step) : now
  return undefined

  function within(next: bigint): bigint {
    if (next < least) return least
    return next > most ? most : next
  }
}

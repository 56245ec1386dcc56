/** Arrow keys in the amount field: up and down by a step, within the limits. */
import type { CheckoutController } from './checkout-controller.ts'
import { toMinor, type Terms } from './terms.ts'

/** The buyer pressed a key in the field, which may be an arrow. */
export function pressArrow(checkout: CheckoutController, event: KeyboardEvent): void {
  const { terms, entry, isBusy, options } = checkout
  const next = terms && !isBusy ? stepAmount(entry, event, options!.step, terms) : undefined
  if (next === undefined) return
  event.preventDefault()
  checkout.choose(next)
}

/**
 * The amount after an arrow key; nothing where the key means nothing: without a `step`, with another
 * key held, or beside text that is no amount. An empty field counts as nothing yet, so up gives the least.
 */
function stepAmount(
  amount: unknown,
  { key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent,
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

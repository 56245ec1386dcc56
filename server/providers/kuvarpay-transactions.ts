/** Whether the coins that KuvarPay saw arriving are those that it had asked for. */
import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'

const transaction = z.object({
  expectedAmount: z.unknown().optional(),
  actualAmount: z.unknown().optional(),
})

/** The members of an asked session that tell of its transactions. */
export const transactionsShape = {
  paymentTolerance: z.unknown().optional(),
  transactions: z.array(transaction).nullish(),
}

/**
 * Whether a completed session was paid in full. That it is complete is KuvarPay's word that it was,
 * unless its transactions, which are in the coin that was sent, say otherwise: then nothing is said to
 * be the amount that was paid, and a person has to look. (Inferred: what is documented of a transaction
 * are the names of its members.)
 */
export function isPaidWhole({
  transactions,
  paymentTolerance,
}: z.output<z.ZodObject<typeof transactionsShape>>): boolean {
  const told = (transactions ?? []).filter(({ actualAmount }) => !isAbsent(actualAmount))
  if (told.length === 0) return true
  const [arrived, ...more] = told.filter(({ actualAmount }) => toUnits(actualAmount) !== 0n)
  if (!arrived || more.length > 0) return false
  const actual = toUnits(arrived.actualAmount)
  const expected = toUnits(arrived.expectedAmount)
  const percent = isAbsent(paymentTolerance) ? 0n : toUnits(paymentTolerance)
  if (actual === undefined || expected === undefined || percent === undefined) return false
  const difference = actual > expected ? actual - expected : expected - actual
  return difference * 100n * UNITS <= percent * expected
}

/** More decimals than any coin has. */
const DECIMALS = 30
const UNITS = 10n ** BigInt(DECIMALS)

/** A decimal as a whole number of its smallest parts; undefined where it is none, or less than nothing. */
function toUnits(value: unknown): bigint | undefined {
  if (!isLosslessNumber(value) && typeof value !== 'string') return undefined
  const [, whole, fraction = ''] = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(String(value)) ?? []
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(DECIMALS, '0'))
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

/** What is offered: the terms that the page, a signed offer and the server give, made into one. */
import { MAX_MINOR, parseAmount } from '../server/contract/money.ts'

/** Terms as they come in; nothing about their values is believed before it is looked at. */
export type TermsText = Readonly<Record<string, unknown>>

export interface Terms {
  readonly currency: string
  /** The amount to begin with, in minor units. */
  readonly amount: bigint | undefined
  readonly minAmount: bigint | undefined
  readonly maxAmount: bigint | undefined
  /** What may be paid, in minor units, whether limits are told or not; never nothing. */
  readonly least: bigint
  readonly most: bigint
  readonly editable: boolean
  /** Suggestions, in minor units: each is an amount that may be paid. */
  readonly presets: readonly bigint[]
}

/**
 * Joins what the page shows with what the server or the offer `told`, which wins. Where the buyer
 * may choose, the page says which amount he begins with; it may also not let him. Without a
 * currency there are no terms, and amounts that the page has in another one mean nothing.
 */
export function joinTerms(page: TermsText, told: TermsText): Terms | undefined {
  const currency = String(told.currency ?? page.currency).toUpperCase()
  if (!/^[A-Z]{3}$/.test(currency)) return undefined
  if (page.currency && String(page.currency).toUpperCase() !== currency) {
    return joinTerms({ editable: page.editable }, told)
  }
  const minor = (value: unknown, other: unknown) =>
    toMinor(value, currency) ?? toMinor(other, currency)
  const editable = told.editable !== false && (page.editable ?? told.editable) === true
  const minAmount = minor(told.minAmount, page.minAmount)
  const maxAmount = minor(told.maxAmount, page.maxAmount)
  const least = minAmount || 1n
  const most = maxAmount ?? MAX_MINOR
  // The page has them in one attribute, the server in a list, which is joined by commas.
  const presets = String(page.presets ?? told.presets)
    .split(/[\s,]+/)
    .map((text) => toMinor(text, currency) ?? 0n)
    .filter((preset) => preset >= least && preset <= most)
  return {
    currency,
    amount:
      told.editable === false ? minor(told.amount, page.amount) : minor(page.amount, told.amount),
    minAmount,
    maxAmount,
    least,
    most,
    editable,
    presets: editable ? [...new Set(presets)] : [],
  }
}

/** A wire amount in minor units, or nothing where it is no amount in this currency. */
export function toMinor(value: unknown, currency: string): bigint | undefined {
  const minor = typeof value === 'string' && parseAmount(value, currency)
  return typeof minor === 'bigint' ? minor : undefined
}

/** What a native field calls what is wrong with an amount. */
export const nativeFlags: Readonly<Record<string, keyof ValidityStateFlags>> = {
  amount_required: 'valueMissing',
  amount_malformed: 'badInput',
  amount_ambiguous: 'badInput',
  amount_precision: 'stepMismatch',
  amount_below_minimum: 'rangeUnderflow',
  amount_above_maximum: 'rangeOverflow',
}

/** The reading of amounts as people write them; loaded, after the first paint, where an amount can be typed. */
export { readAmount } from '../server/contract/amount-text.ts'

/** What is needed once the buyer acts, loaded after the first paint: reading what is typed, steps, and paying. */
export { readAmount } from '../server/contract/amount-text.ts'
export { laterMessages } from '../server/contract/messages.ts'
export { pay } from './paying.ts'
export { loadCustomerFields } from './load-customer.ts'
export { pressArrow } from './step.ts'
export { nativeFlags } from './native-flags.ts'

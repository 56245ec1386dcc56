/** Which ISO 4217 codes can be paid in; server only, so that the list never reaches a browser. */
import { codes } from 'currency-codes'

// Precious metals, bond units, test and "no currency" codes: ISO gives them no minor unit (N.A.).
const WITHOUT_MINOR_UNIT = 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' ')

// In force since the data package was last published: XCG replaced ANG on 31 March 2025.
const ADDED_SINCE = ['XCG']

const payable = new Set([...codes(), ...ADDED_SINCE])
for (const code of WITHOUT_MINOR_UNIT) payable.delete(code)

/** Whether this is a currency that a price can be in; exact match, never case-folded. */
export function isCurrency(code: string): boolean {
  return payable.has(code)
}

export const currencies: readonly string[] = [...payable].toSorted()

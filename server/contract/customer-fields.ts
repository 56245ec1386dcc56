/** The fields in which a buyer says who he is, and what may stand in them: the element's and the payment page's. */
import type { Customer } from './customer.ts'
import type { CustomerMessages } from './customer-messages.ts'

/** What can be asked of a buyer. */
export type PartName = 'name' | 'email' | 'phone' | 'billingAddress' | 'shippingAddress'

/** The text that says what is wrong. */
export type CustomerFault = Extract<keyof CustomerMessages, `${string}_${string}`>

export interface CustomerField {
  /** Where its value is in a customer: `firstName`, `billingAddress.line1`. */
  readonly name: string
  readonly label: keyof CustomerMessages
  /** The token by which browsers fill it in, and by which telephones choose a keyboard. */
  readonly autocomplete: string
  readonly type: 'text' | 'email' | 'tel' | 'country'
  readonly maxLength: number
  /** The text that asks for it; none where it may be left empty. */
  readonly required: CustomerFault | undefined
}

/** What a mailbox looks like, as zod knows it. */
export const EMAIL =
  /^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/
export const PHONE = /^\+?[0-9 ()./-]{3,30}$/
/** Text without control characters or lone surrogates, which logs, CSV files and providers trip over. */
export const PLAIN = /^[^\p{Cc}\p{Cs}]+$/u

type Row = readonly [
  label: keyof CustomerMessages,
  autocomplete: string,
  maxLength: number,
  required?: CustomerFault,
]

const ROWS: Readonly<Record<'name' | 'email' | 'phone' | 'address', readonly Row[]>> = {
  // One of the two is a name, too: not everybody has both.
  name: [
    ['firstName', 'given-name', 100],
    ['lastName', 'family-name', 100],
  ],
  email: [['email', 'email', 254, 'email_required']],
  phone: [['phone', 'tel', 31, 'phone_required']],
  address: [
    ['line1', 'address-line1', 200, 'line1_required'],
    ['line2', 'address-line2', 200],
    ['postalCode', 'postal-code', 20],
    ['city', 'address-level2', 100, 'city_required'],
    ['state', 'address-level1', 100],
    ['country', 'country', 2, 'country_required'],
  ],
}

export function isAddress(part: PartName): part is 'billingAddress' | 'shippingAddress' {
  return part.endsWith('Address')
}

/** The fields of a part, in the order in which they are asked. */
export function fieldsOf(part: PartName): CustomerField[] {
  const rows = ROWS[isAddress(part) ? 'address' : part]
  return rows.map(([label, token, maxLength, required]) => ({
    name: isAddress(part) ? `${part}.${label}` : label,
    label,
    autocomplete: isAddress(part) ? `${part.replace('Address', '')} ${token}` : token,
    type: token === 'email' || token === 'tel' || token === 'country' ? token : 'text',
    maxLength,
    required,
  }))
}

/** What is wrong with what stands in the fields of these parts, by field; empty where it can be sent. */
export function faultsOf(
  parts: readonly PartName[],
  valueOf: (name: string) => string,
): Map<string, CustomerFault> {
  const faults = new Map<string, CustomerFault>()
  const isNameless = !valueOf('firstName').trim() && !valueOf('lastName').trim()
  if (parts.includes('name') && isNameless) faults.set('firstName', 'name_required')
  for (const field of parts.flatMap(fieldsOf)) {
    const fault = faultIn(field, clean(field, valueOf(field.name)))
    if (fault) faults.set(field.name, fault)
  }
  return faults
}

/** The customer that the fields of these parts make; what is empty is left out. */
export function toCustomer(
  parts: readonly PartName[],
  valueOf: (name: string) => string,
): Customer {
  const customer = parts.map((part) => {
    const members = fieldsOf(part).flatMap((field) => {
      const value = clean(field, valueOf(field.name))
      return value ? [[field.label, value]] : []
    })
    const told: Record<string, unknown> = Object.fromEntries(members)
    return isAddress(part) ? { [part]: told } : told
  })
  return Object.assign({}, ...customer)
}

/** The parts that nothing is known of. */
export function missingParts(
  customer: Customer | undefined,
  needed: Iterable<PartName>,
): PartName[] {
  return [...needed].filter((part) => {
    const names = isAddress(part) ? [part] : fieldsOf(part).map(({ label }) => label)
    return names.every((name) => customer?.[name as keyof Customer] === undefined)
  })
}

function faultIn(field: CustomerField, value: string): CustomerFault | undefined {
  if (!value) return field.required
  if (field.type === 'email') {
    return value.length <= field.maxLength && EMAIL.test(value) ? undefined : 'email_malformed'
  }
  if (field.type === 'tel') return PHONE.test(value) ? undefined : 'phone_malformed'
  if (field.type === 'country') return /^[A-Z]{2}$/.test(value) ? undefined : field.required
  return PLAIN.test(value) && value.length <= field.maxLength ? undefined : 'text_malformed'
}

/** A value as it is sent. Address books put marks of direction around what is copied from them. */
function clean({ type }: CustomerField, value: string): string {
  const text = value.trim()
  if (type === 'text') return text
  const bare = text.replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
  if (type !== 'tel') return bare
  return (
    bare
      .replace(/\s/g, ' ')
      .replace(/[\u2010-\u2015\u2212]/g, '-')
      // Arabic, Persian and full-width digits, whose last four bits are the digit.
      .replace(/[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g, (digit) =>
        String(digit.charCodeAt(0) & 15),
      )
  )
}

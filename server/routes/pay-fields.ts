/** The fields of the payment page in which a buyer says who he is, and reading them as a form sends them. */
import { html, raw } from 'hono/html'
import { countriesIn, countryOf } from '../contract/countries.ts'
import type { Customer } from '../contract/customer.ts'
import {
  faultsOf,
  fieldsOf,
  isAddress,
  toCustomer,
  type CustomerFault,
  type CustomerField,
} from '../contract/customer-fields.ts'
import { customerMessages, type CustomerMessages } from '../contract/customer-messages.ts'
import { customerSchema, type CustomerPart } from '../contract/schemas.ts'
import type { Html } from './buyer-page.ts'

/** What a form says, each name once. */
export type Fields = Readonly<Record<string, string | undefined>>

export interface CustomerForm {
  readonly parts: readonly CustomerPart[]
  /** As they were typed. */
  readonly fields: Fields
  readonly faults?: ReadonlyMap<string, CustomerFault>
  readonly locale: string
  readonly messages: CustomerMessages
}

type Read =
  | { readonly customer: Customer | undefined }
  | { readonly faults: ReadonlyMap<string, CustomerFault>; readonly isEmpty: boolean }

const SAME = 'sameAddress'

/** The texts of a language, in English where it has none. */
export function customerTexts(texts: Partial<CustomerMessages>): CustomerMessages {
  return { ...customerMessages, ...texts }
}

/** The customer that a form tells of, or what is wrong with it by field. */
export function readCustomer(parts: readonly CustomerPart[], fields: Fields): Read {
  if (parts.length === 0) return { customer: undefined }
  const isSame = hasBothAddresses(parts) && fields[SAME] !== undefined
  const valueOf = (name: string) =>
    fields[isSame ? name.replace('shippingAddress', 'billingAddress') : name] ?? ''
  const faults = faultsOf(parts, valueOf)
  const customer = customerSchema.safeParse(toCustomer(parts, valueOf))
  if (faults.size === 0 && customer.success) return { customer: customer.data }
  // The fields' own rules say it better, and let nothing pass that the schema does not.
  for (const { path } of customer.error?.issues ?? []) {
    const name = path.join('.')
    if (!faults.has(name)) faults.set(name, 'text_malformed')
  }
  // The delivery address is not shown then: what is wrong with it is said of the other.
  if (isSame) for (const name of faults.keys()) if (name.startsWith('shipping')) faults.delete(name)
  return { faults, isEmpty: isUntold(parts, fields) }
}

/** The fields, with what was typed and what is wrong with it. */
export function customerFields(form: CustomerForm): Html {
  const { parts, messages, fields } = form
  const persons = parts.filter((part) => !isAddress(part))
  // Most have things sent to where they live.
  const isSame = fields[SAME] !== undefined || isUntold(parts, fields)
  const toggle = html`<label class="same">
    <input type="checkbox" name="${SAME}" ${raw(isSame ? 'checked' : '')} />
    <span>${messages.sameAddress}</span>
  </label>`
  const address = (part: CustomerPart) =>
    html`<fieldset class="${part}">
      <legend>${messages[part as 'billingAddress']}</legend>
      ${fieldsOf(part).map((field) => entry(form, field))}
    </fieldset>`
  return html`${persons.flatMap(fieldsOf).map((field) => entry(form, field))}
  ${parts.includes('billingAddress') && address('billingAddress')}
  ${hasBothAddresses(parts) && toggle}
  ${parts.includes('shippingAddress') && address('shippingAddress')}`
}

function entry(form: CustomerForm, field: CustomerField): Html {
  const { faults, messages } = form
  const { name, label, required } = field
  const fault = faults?.get(name)
  const isFirst = fault !== undefined && faults?.keys().next().value === name
  const state = [
    // A name may be either of two; an address that is not shown could not be asked for by the browser.
    required && !name.startsWith('shipping') && 'required',
    fault && `aria-invalid="true" aria-describedby="${name}-error"`,
    isFirst && 'autofocus',
  ]
  const attributes = raw(state.filter(Boolean).join(' '))
  const isOptional = required === undefined && name.includes('.')
  return html`<div class="entry ${label}">
    <label for="${name}">
      ${messages[label]} ${isOptional && html`<small>(${messages.optional})</small>`}
    </label>
    <div class="field">
      ${field.type === 'country' ? select(form, field, attributes) : input(form, field, attributes)}
    </div>
    ${fault && html`<p class="error" id="${name}-error">${messages[fault]}</p>`}
  </div>`
}

function input(
  { fields }: CustomerForm,
  { name, type, autocomplete, maxLength }: CustomerField,
  attributes: ReturnType<typeof raw>,
): Html {
  return html`<input
    id="${name}"
    name="${name}"
    type="${type}"
    autocomplete="${autocomplete}"
    maxlength="${maxLength}"
    value="${fields[name] ?? ''}"
    ${attributes}
  />`
}

function select(
  { fields, locale, messages }: CustomerForm,
  { name, autocomplete }: CustomerField,
  attributes: ReturnType<typeof raw>,
): Html {
  const chosen = fields[name] ?? countryOf(locale)
  const options = countriesIn(locale).map(
    ({ code, name }) =>
      html`<option value="${code}" ${raw(code === chosen ? 'selected' : '')}>${name}</option>`,
  )
  return html`<select id="${name}" name="${name}" autocomplete="${autocomplete}" ${attributes}>
    <option value="">${messages.chooseCountry}</option>
    ${options}
  </select>`
}

/** Whether nobody was asked yet: a form sends what was left empty, too. */
function isUntold(parts: readonly CustomerPart[], fields: Fields): boolean {
  return parts.flatMap(fieldsOf).every(({ name }) => fields[name] === undefined)
}

function hasBothAddresses(parts: readonly CustomerPart[]): boolean {
  return parts.filter(isAddress).length === 2
}

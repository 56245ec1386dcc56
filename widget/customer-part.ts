/** The fields in which a buyer says who he is. Loaded where a checkout asks for that; keeps what is typed here alone. */
import type { html as Html } from 'lit/html.js'
import { countriesIn, countryOf, type Country } from '../server/contract/countries.ts'
import {
  faultsOf,
  fieldsOf,
  isAddress,
  toCustomer,
  type CustomerField,
  type PartName,
} from '../server/contract/customer-fields.ts'
import { customerMessages } from '../server/contract/customer-messages.ts'
import type { CheckoutController, CustomerFields } from './checkout-controller.ts'
import { givenCustomer, missingCustomer } from './missing-customer.ts'

export { styles } from './customer-part.styles.ts'

/** The element, as far as this part needs it. */
export interface CheckoutElement extends HTMLElement {
  readonly updateComplete: Promise<void> | undefined
  requestUpdate(): void
  pay(): Promise<void>
  adoptStyles(styles: string): void
}

export function createCustomerFields(
  html: typeof Html,
  element: CheckoutElement,
  checkout: CheckoutController,
): CustomerFields {
  const values = new Map<string, string>()
  /** The fields whose faults the buyer was told. */
  const marked = new Set<string>()
  let isSame = true
  let named: { readonly locale: string; readonly countries: readonly Country[] } | undefined

  const say = (name: string) => checkout.say(name)
  const locale = () => checkout.options!.locale
  const isDisabled = () => element.matches(':disabled')

  function countries(): readonly Country[] {
    if (named?.locale !== locale()) named = { locale: locale(), countries: countriesIn(locale()) }
    return named.countries
  }

  const asked = () => missingCustomer(checkout)

  function hasToggle(): boolean {
    return asked().filter(isAddress).length === 2
  }

  function shown(): PartName[] {
    const isHidden = isSame && hasToggle()
    return asked().filter((part) => !isHidden || part !== 'shippingAddress')
  }

  function valueOf(name: string): string {
    return values.get(name) ?? (name.endsWith('.country') ? countryOf(locale()) : '')
  }

  function faults() {
    return faultsOf(shown(), valueOf)
  }

  function take({ target }: Event): void {
    const { name, value } = target as HTMLInputElement
    if (name) values.set(name, value)
    showChange()
  }

  function choose({ target }: Event): void {
    isSame = (target as HTMLInputElement).checked
    showChange()
  }

  /** What was said of these fields does not hold any more. */
  function showChange(): void {
    if (!checkout.fault) checkout.error = undefined
    element.requestUpdate()
  }

  function press(event: KeyboardEvent): void {
    const isText = (event.target as Element).matches('input:not([type=checkbox])')
    if (event.key === 'Enter' && isText && !event.isComposing && !event.repeat) void element.pay()
  }

  function entry(field: CustomerField): unknown {
    const { name, label, required } = field
    const fault = marked.has(name) ? faults().get(name) : undefined
    const isOptional = !required && name.includes('.')
    return html`
      <div class="entry">
        <label part="label" for=${name}>
          ${say(label)} <small ?hidden=${!isOptional}>(${say('optional')})</small>
        </label>
        <div part="field">
          ${field.type === 'country' ? select(field, !!fault) : input(field, !!fault)}
        </div>
        <p part="error" id="${name}-error">${fault && say(fault)}</p>
      </div>
    `
  }

  function input({ name, type, autocomplete, maxLength, required }: CustomerField, isBad: boolean) {
    return html`
      <input
        part="input"
        id=${name}
        name=${name}
        type=${type}
        inputmode=${type}
        enterkeyhint="go"
        autocomplete=${autocomplete}
        maxlength=${maxLength}
        aria-required=${!!required}
        aria-invalid=${isBad}
        aria-describedby="${name}-error"
        .value=${valueOf(name)}
        ?disabled=${isDisabled()}
        ?readonly=${checkout.isBusy}
      />
    `
  }

  function select({ name, autocomplete }: CustomerField, isBad: boolean) {
    const chosen = valueOf(name)
    return html`
      <select
        part="input"
        id=${name}
        name=${name}
        autocomplete=${autocomplete}
        aria-required="true"
        aria-invalid=${isBad}
        aria-describedby="${name}-error"
        ?disabled=${isDisabled() || checkout.isBusy}
      >
        <option value="" .selected=${!chosen}>${say('chooseCountry')}</option>
        ${countries().map(
          ({ code, name }) =>
            html`<option value=${code} .selected=${code === chosen}>${name}</option>`,
        )}
      </select>
    `
  }

  function toggle(): unknown {
    return html`
      <label part="label" class="same">
        <input
          type="checkbox"
          .checked=${isSame}
          ?disabled=${isDisabled() || checkout.isBusy}
          @change=${choose}
        />
        ${say('sameAddress')}
      </label>
    `
  }

  function summary(all: readonly [string, string][]): unknown {
    const ways = all.map(
      ([id, fault]) => html`
        <span role="listitem">
          <a href="#${id}" @click=${(event: Event) => follow(event, id)}>${say(fault)}</a>
        </span>
      `,
    )
    return html`${say('customer_invalid')} <span role="list">${ways}</span>`
  }

  // The page's address is its own, and does not lead into an element.
  function follow(event: Event, id: string): void {
    event.preventDefault()
    focus(id)
  }

  function focus(id: string): void {
    element.shadowRoot!.getElementById(id)?.focus()
  }

  function section(part: PartName): unknown {
    const entries = fieldsOf(part).map(entry)
    if (!isAddress(part)) return entries
    return html`
      <fieldset>
        <legend>${say(part)}</legend>
        ${entries}
      </fieldset>
      ${part === 'billingAddress' && hasToggle() ? toggle() : ''}
    `
  }

  return {
    get messages() {
      return { ...customerMessages, ...checkout.options!.language?.customer }
    },

    get fault() {
      return faults().size > 0 ? 'customer_invalid' : undefined
    },

    get customer() {
      const parts = asked()
      const isDouble = isSame && hasToggle()
      const source = (name: string) =>
        valueOf(isDouble ? name.replace('shipping', 'billing') : name)
      return { ...toCustomer(parts, source), ...givenCustomer(checkout) }
    },

    point(hasFocus) {
      for (const name of faults().keys()) marked.add(name)
      element.requestUpdate()
      if (!hasFocus) return
      const [first = ''] = faults().keys()
      // Within the click where that is possible, or telephones do not show their keyboard.
      focus(first)
      void element.updateComplete?.then(() => focus(first))
    },

    summary() {
      const { error, fault } = checkout
      if (!error || !checkout.problem) return undefined
      const told = [...faults()].filter(([name]) => marked.has(name))
      const all: [string, string][] = fault ? [['input', error.code], ...told] : told
      return all.length > 1 ? summary(all) : undefined
    },

    reset() {
      values.clear()
      marked.clear()
      isSame = true
    },

    template() {
      const parts = shown()
      if (parts.length === 0) return ''
      return html`
        <div part="customer" @input=${take} @keydown=${press}>${parts.map(section)}</div>
      `
    },
  }
}

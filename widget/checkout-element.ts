/** `<coinslot-checkout>`: shows what a checkout controller knows and tells it what the buyer does. */
import { html } from 'lit/html.js'
import type { Customer } from '../server/contract/customer.ts'
import type { CustomerMessages } from '../server/contract/customer-messages.ts'
import { styles } from './checkout-element.styles.ts'
import {
  CheckoutController,
  type CheckoutState,
  type CustomerFields,
} from './checkout-controller.ts'
import type { Messages } from '../server/contract/messages.ts'
import type { RedirectTarget } from './redirect.ts'
import type { ActPart } from './parts.ts'
import { TemplateElement } from './template-element.ts'

/**
 * A pay button, with an amount field where the buyer may choose, that leads to the hosted payment page.
 *
 * @summary A drop-in checkout: amount field, pay button and everything between click and payment page.
 * @tag coinslot-checkout
 *
 * @slot - What is shown until the element is defined: a form that works without script.
 * @slot button - Replaces the text on the button; text or an icon, nothing that can be clicked.
 * @slot label - Replaces the label of the amount field.
 * @slot footer - Small print under the button.
 *
 * @fires {CoinslotReadyEvent} coinslot-ready - The terms are known.
 * @fires {CoinslotChangeEvent} coinslot-change - The buyer changed the amount: `amount`, `currency`.
 * @fires {CoinslotSubmitEvent} coinslot-submit - Cancelable; before the request: `amount`, `currency`.
 * @fires {CoinslotRedirectEvent} coinslot-redirect - Cancelable; before leaving: `sessionId`, `redirectUrl`.
 * @fires {CoinslotErrorEvent} coinslot-error - It cannot go on: `code`, `message`, `retryable`, `requestId`.
 *
 * @csspart base - Everything inside.
 * @csspart summary - What is paid for and, where it is fixed, the amount.
 * @csspart amount - The amount, where it is fixed.
 * @csspart badge - The mark of a checkout in which no real money moves.
 * @csspart label - The label of the amount field.
 * @csspart field - The frame around currency and input.
 * @csspart currency - The currency's symbol.
 * @csspart input - The input itself.
 * @csspart customer - The fields for what is asked of the buyer, with `label`, `field`, `input` and `error` of their own.
 * @csspart presets - The suggested amounts.
 * @csspart preset - One of them.
 * @csspart hint - The limits of the amount; what is wrong with it, where more than the amount is asked.
 * @csspart error - What is wrong.
 * @csspart button - The button.
 * @csspart spinner - Turns on the button while a request is under way.
 *
 * @cssproperty [--coinslot-accent=light-dark(#2b4bd8, #a9b8ff)] - Background of the button.
 * @cssproperty [--coinslot-on-accent=light-dark(#fff, #0c1447)] - Text of the button.
 * @cssproperty [--coinslot-text=inherit] - Colour of the text; the quieter colours are made from it.
 * @cssproperty [--coinslot-muted=76% of the text colour] - Colour of the hint and the currency.
 * @cssproperty [--coinslot-border=52% of the text colour] - Border of the field.
 * @cssproperty [--coinslot-field=4% of the text colour] - Background of the field.
 * @cssproperty [--coinslot-error=light-dark(#b3261e, #ffb4ab)] - Colour of errors.
 * @cssproperty [--coinslot-focus=var(--coinslot-accent)] - Colour of the focus ring.
 * @cssproperty [--coinslot-font=inherit] - Font family.
 * @cssproperty [--coinslot-radius=10px] - Corners of field and button.
 * @cssproperty [--coinslot-height=52px] - Height of field and button; never under 44px.
 * @cssproperty [--coinslot-gap=8px] - Space between the rows.
 * @cssproperty [--coinslot-width=26em] - Greatest width.
 *
 * @cssstate loading - The terms are asked for.
 * @cssstate busy - A payment is being prepared, or the payment page is being opened.
 * @cssstate invalid - The amount, or what is asked of the buyer, is wrong and he was told so.
 * @cssstate failed - Something else went wrong.
 * @cssstate test - No real money moves.
 */
export class CoinslotCheckoutElement extends TemplateElement {
  static readonly formAssociated = true
  static override readonly styles = styles
  static override readonly objects = ['customer', 'messages'] as const
  static override readonly attributes = [
    'checkout',
    'offer',
    'server',
    'currency',
    'amount',
    'minAmount',
    'maxAmount',
    'editable',
    'presets',
    'step',
    'description',
    'clientReferenceId',
    'locale',
    'target',
    'name',
    'required',
    'disabled',
  ] as const

  /** Id of a checkout on the server. */
  declare checkout: string | null
  /** Signed offer, instead of or with `checkout`. */
  declare offer: string | null
  /** ISO 4217 code; by default from the offer or the server. */
  declare currency: string | null
  /** Amount to begin with, a decimal string; by default from the offer or the server. */
  declare amount: string | null
  /** Least amount, a decimal string; by default from the offer or the server. */
  declare minAmount: string | null
  /** Greatest amount, a decimal string; by default from the offer or the server. */
  declare maxAmount: string | null
  /** Suggested amounts, space separated decimal strings; by default from the offer or the server. */
  declare presets: string | null
  /** By how much the arrow keys change the amount in the field, a decimal string; without it they do not. */
  declare step: string | null
  /** What is paid for; by default from the offer or the server. */
  declare description: string | null
  /** The merchant's own reference: passed along, not trusted. */
  declare clientReferenceId: string | null
  /** Where the payment page opens: `_self`, `_top` (out of an iframe) or `_blank`. */
  declare target: RedirectTarget | null
  /** Name of the form control; its value is the amount. */
  declare name: string | null
  /**
   * What is known of the buyer: only the rest is asked. With what he types it is sent to the server for the
   * provider, and is in no address, no event and no storage.
   */
  declare customer: Customer | undefined
  /** Texts in place of the built-in ones. */
  declare messages: Partial<Messages & CustomerMessages> | undefined

  #isPressing = false
  #controller = new CheckoutController({
    // A listener that takes the element off the page does not want the buyer to go on.
    dispatch: (event) => this.dispatchEvent(event) && this.isConnected,
    update: () => this.requestUpdate(),
    focusField: () => this.#focusField(),
    loadFields: (act: ActPart): Promise<CustomerFields> =>
      act.loadCustomerFields(html, this, this.#controller),
  })

  /** The buyer may change the amount; by default from the offer or the server. */
  get editable(): boolean | undefined {
    const value = this.getAttribute('editable')
    // `false` can be said: the server lets the buyer choose and this page does not.
    return value === null ? undefined : value !== 'false'
  }

  set editable(value: boolean | null | undefined) {
    if (value == null) this.removeAttribute('editable')
    else this.setAttribute('editable', String(value))
  }

  /** The form around it may not be sent without an amount; to pay needs one anyway. */
  get required(): boolean {
    return this.hasAttribute('required')
  }

  set required(value: boolean) {
    this.toggleAttribute('required', !!value)
  }

  /** Nothing can be typed or paid. */
  get disabled(): boolean {
    return this.hasAttribute('disabled')
  }

  set disabled(value: boolean) {
    this.toggleAttribute('disabled', !!value)
  }

  /** `loading`, `idle`, `submitting`, `redirecting` or `unavailable`. */
  get state(): CheckoutState {
    return this.#controller.state
  }

  /** What is wrong with what the buyer entered, by the native flags. */
  get validity(): ValidityState {
    return this.#judged().validity
  }

  /** What is wrong with it, as the buyer is told; empty where nothing is. */
  get validationMessage(): string {
    return this.#judged().validationMessage
  }

  /** Pays the amount that is shown; does nothing while disabled or busy. Never rejects. */
  pay(): Promise<void> {
    this.#configure()
    return this.#controller.pay()
  }

  /** Back to the beginning: nothing under way, no error, the first amount. */
  reset(): void {
    this.#controller.reset()
  }

  /** Whether what the buyer entered can be paid with; `invalid` is fired where not. */
  checkValidity(): boolean {
    return this.#judged().checkValidity()
  }

  /** Like `checkValidity`, and the buyer is told what is wrong. */
  reportValidity(): boolean {
    return this.checkValidity() || this.#controller.report()
  }

  formResetCallback(): void {
    this.reset()
  }

  formDisabledCallback(): void {
    this.requestUpdate()
  }

  formStateRestoreCallback(amount: string): void {
    this.#controller.restore(amount)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#controller.connect()
    addEventListener('pageshow', this.#onPageShow)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('pageshow', this.#onPageShow)
    // What is only moved to another place is there again by then, and goes on.
    queueMicrotask(() => this.isConnected || this.#controller.disconnect())
  }

  protected override update(): void {
    this.#configure()
    // What a server painted (ssr.ts) says more than that something is on its way.
    const painted = this.shadowRoot!.querySelector('form')
    if (painted && this.#isLoading) return
    painted?.remove()
    super.update()
    const { text, error, isBusy, isTest, problem } = this.#controller
    const input = this.#input
    // Not by the template: Lit compares with what it wrote last, not with what was typed since.
    if (input && input.value !== text) input.value = text
    this.setState('loading', this.#isLoading)
    this.setState('busy', isBusy)
    this.setState('invalid', !!error && !!problem)
    this.setState('failed', !!error && !problem)
    this.setState('test', isTest)
    this.#judged()
  }

  protected override template(): unknown {
    const controller = this.#controller
    const { state, error, isBusy, terms, format, amount, description } = controller
    const { lang, dir } = this.settings.language
    const isWaiting = isBusy || state === 'loading'
    const isLost = state === 'unavailable'
    const sum = terms && !terms.editable ? format!.full(terms.amount!) : ''
    const told = controller.fields?.summary() ?? error?.message
    return html`
      <div
        part="base"
        role="group"
        aria-labelledby="summary"
        lang=${lang}
        dir=${dir}
        class=${this.#isLoading ? 'waiting' : ''}
      >
        <b part="badge" ?hidden=${!controller.isTest}>${controller.say('test')}</b>
        <p part="summary" id="summary" ?hidden=${!description && !sum}>
          ${description} <b part="amount" translate="no">${sum}</b>
        </p>
        ${sum || isLost ? '' : this.#renderField()} ${isLost ? '' : controller.fields?.template()}
        <p part="error" id="error" role="alert">${told}</p>
        <button
          part="button"
          ?disabled=${this.#isDisabled}
          aria-disabled=${isWaiting}
          @pointerdown=${() => (this.#isPressing = true)}
          @click=${this.#onClick}
        >
          <i part="spinner" ?hidden=${!isWaiting}></i>
          <slot name="button" translate="no" ?hidden=${isLost}>
            ${controller.say(isWaiting ? state : amount ? 'pay' : 'payUnknown')}
          </slot>
          ${isLost ? controller.say('retry') : ''}
        </button>
        <p role="status">${isWaiting ? controller.say(state) : ''}</p>
        <slot name="footer"></slot>
      </div>
    `
  }

  #renderField(): unknown {
    const { terms, error, format, fault, isBusy, fields } = this.#controller
    // Near the field, where there are others: what is said at the button is a summary then.
    const isBad = !!error && !!fault
    const hint = isBad && fields ? error.message : this.#controller.hint
    return html`
      <label part="label" id="label" for="input"
        ><slot name="label">${this.#controller.say('label')}</slot></label
      >
      <div part="field" class=${format?.isSymbolFirst ? '' : 'after'} @click=${this.#focusField}>
        <span part="currency" id="currency">${format?.symbol}</span>
        <input
          part="input"
          id="input"
          inputmode="decimal"
          enterkeyhint="go"
          autocomplete="off"
          aria-describedby="currency hint error"
          aria-invalid=${isBad}
          aria-required="true"
          ?disabled=${this.#isDisabled}
          ?readonly=${isBusy || !terms}
          @input=${this.#onInput}
          @blur=${this.#onBlur}
          @keydown=${this.#onKeydown}
        />
      </div>
      ${this.#renderPresets()}
      <p part="hint" id="hint" ?hidden=${isBad && !fields}>${hint}</p>
    `
  }

  #renderPresets(): unknown {
    const { presets } = this.#controller.terms ?? {}
    if (!presets?.length) return ''
    return html`
      <div part="presets" role="radiogroup" aria-labelledby="label">
        ${presets.map((preset) => this.#renderPreset(preset))}
      </div>
    `
  }

  #renderPreset(preset: bigint): unknown {
    const controller = this.#controller
    return html`
      <label part="preset">
        <input
          type="radio"
          name="preset"
          ?disabled=${this.#isDisabled || controller.isBusy}
          .checked=${controller.entry === preset}
          @change=${() => controller.choose(preset)}
        />
        ${controller.format!.full(preset)}
      </label>
    `
  }

  get #isDisabled(): boolean {
    // In a disabled fieldset, too.
    return this.matches(':disabled')
  }

  get #isLoading(): boolean {
    return this.state === 'loading' || !!this.settings.language.arrival
  }

  get #input(): HTMLInputElement | null {
    return this.shadowRoot!.querySelector('#input')
  }

  #configure(): void {
    this.#controller.configure({ ...this.settings, disabled: this.#isDisabled })
  }

  /** Tells the form, if there is one, the amount and what is wrong with it. */
  #judged(): ElementInternals {
    // What the page has just set counts, rendered or not.
    this.#configure()
    const { amount, problem, flag } = this.#controller
    this.internals.setFormValue(amount ?? null)
    if (problem && (problem !== 'amount_required' || this.required)) {
      const message = this.#controller.say(problem)
      this.internals.setValidity({ [flag]: true }, message, this.#input ?? undefined)
    } else this.internals.setValidity({})
    return this.internals
  }

  // Within the click where that is possible, or telephones do not show their keyboard.
  #focusField = (): void => {
    if (this.#input) this.#input.focus()
    else void this.updateComplete?.then(() => this.#input?.focus())
  }

  #onClick(): void {
    this.#isPressing = false
    void this.pay()
  }

  #onInput(event: InputEvent): void {
    this.#controller.type((event.target as HTMLInputElement).value)
  }

  #onBlur(): void {
    // On the way to the button: an error appearing now would move it from under the pointer.
    if (!this.#isPressing) this.#controller.leaveField()
    this.#isPressing = false
  }

  #onKeydown(event: KeyboardEvent): void {
    this.#configure()
    this.#controller.press(event)
  }

  #onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) this.#controller.wake()
  }
}

/** All of `<coinslot-checkout>` but its look, for pages that have a field and a button of their own. */
import {
  CheckoutController,
  type CheckoutOptions,
  type CustomerFields,
} from './checkout-controller.ts'
import { listeners } from './configuration.ts'
import { givenCustomer, missingCustomer } from './missing-customer.ts'
import { settingsAt, type PageSettings } from './page-settings.ts'
import type { PartName } from '../server/contract/customer-fields.ts'
import { customerMessages } from '../server/contract/customer-messages.ts'

export { configure, type Configuration } from './configuration.ts'
export type { CheckoutError, CheckoutState } from './checkout-controller.ts'
export type { Terms } from './terms.ts'
export type {
  CoinslotChangeEvent,
  CoinslotErrorEvent,
  CoinslotReadyEvent,
  CoinslotRedirectEvent,
  CoinslotSubmitEvent,
} from './events.ts'

const UNKNOWN_BUYER = 'customer_required'

/** What the attributes and properties of `<coinslot-checkout>` say, under the same names and by the same defaults. */
export interface HeadlessSettings
  extends PageSettings, Omit<Partial<CheckoutOptions>, 'language' | keyof PageSettings> {}

export interface HeadlessOptions extends HeadlessSettings {
  /** What the checkout is on the page, a form for example: its `lang` counts, and the events are fired there. */
  readonly element: Element
  /** Gets the focus where the amount cannot be paid. */
  readonly field?: HTMLElement | undefined
  /** Shows what the checkout says: called once after whatever has changed, and never before `createCheckout` has answered. */
  readonly show: (checkout: HeadlessCheckout) => void
}

/** What a checkout says, and what it is to be told. Amounts that are a `bigint` are in minor units. */
export interface HeadlessCheckout extends Pick<
  CheckoutController,
  | 'state'
  | 'isBusy'
  | 'isTest'
  | 'description'
  | 'terms'
  | 'format'
  | 'text'
  | 'amount'
  | 'fault'
  | 'error'
  | 'hint'
  | 'say'
  | 'type'
  | 'choose'
  | 'press'
  | 'leaveField'
  | 'report'
  | 'pay'
  | 'reset'
> {
  readonly buttonText: string
  /** What must be known of the buyer and is not: the page asks for it, and tells it by `change({ customer })`. */
  readonly missing: readonly PartName[]
  /** The page says something else: what is named replaces what was said before. */
  change(settings: HeadlessSettings): void
  /** Ends what is under way, in silence; for when the page takes the field away. */
  end(): void
}

/**
 * Makes a checkout for a page's own field and button.
 *
 * The page tells it what the buyer does (`type`, `leaveField`, `choose`, `pay`) and shows what it says (`text` in the
 * field, `buttonText` on the button, `error`). A browser has to be there; nothing of it throws or rejects.
 */
export function createCheckout(options: HeadlessOptions): HeadlessCheckout {
  const checkout = new Headless(options)
  checkout.change({})
  return checkout
}

class Headless extends CheckoutController implements HeadlessCheckout {
  #page: HeadlessOptions
  #isShowing = false
  #isOver = false

  constructor(page: HeadlessOptions) {
    super({
      dispatch: (event) => page.element.dispatchEvent(event),
      update: () => this.#showSoon(),
      focusField: () => page.field?.focus(),
      loadFields: () => Promise.resolve(this.#customerFields()),
    })
    this.#page = page
    listeners.add(this.#configure)
    addEventListener('pageshow', this.#onPageShow)
  }

  get buttonText(): string {
    if (this.state === 'unavailable') return this.say('retry')
    if (this.isBusy || this.state === 'loading') return this.say(this.state)
    return this.say(this.amount ? 'pay' : 'payUnknown')
  }

  get missing(): readonly PartName[] {
    return missingCustomer(this)
  }

  change(settings: HeadlessSettings): void {
    this.#page = { ...this.#page, ...settings }
    this.#configure()
    if (this.error?.code === UNKNOWN_BUYER && !this.missing.length) this.error = undefined
  }

  end(): void {
    this.#isOver = true
    listeners.delete(this.#configure)
    removeEventListener('pageshow', this.#onPageShow)
    this.disconnect()
  }

  #configure = (): void => {
    if (this.#isOver) return
    const { element, field: _field, show: _show, ...settings } = this.#page
    this.configure(settingsAt(element, settings, this.#configure))
    this.#showSoon()
  }

  #showSoon(): void {
    if (this.#isShowing) return
    this.#isShowing = true
    // Not before the task's other changes are made.
    queueMicrotask(() => {
      this.#isShowing = false
      if (!this.#isOver) this.#page.show(this)
    })
  }

  /** Asks nothing of the buyer: that is the page's to do. */
  #customerFields(): CustomerFields {
    const fault = () => (this.missing.length ? UNKNOWN_BUYER : undefined)
    const customer = () => givenCustomer(this)
    const messages = () => ({ ...customerMessages, ...this.options!.language?.customer })
    return {
      get messages() {
        return messages()
      },
      get fault() {
        return fault()
      },
      get customer() {
        return customer()
      },
      point() {},
      summary() {},
      reset() {},
      template: () => '',
    }
  }

  #onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) this.wake()
  }
}

/** All behaviour of a checkout, without a framework: terms, amount, states, one request at a time. */
import { formatAmount, parseAmount } from '../server/contract/money.ts'
import type { Customer } from '../server/contract/customer.ts'
import type { CustomerMessages } from '../server/contract/customer-messages.ts'
import { browserTools, getCheckout, type Answer, type ClientTools } from './client.ts'
import { CoinslotChangeEvent, CoinslotErrorEvent, CoinslotReadyEvent } from './events.ts'
import type { ElementLanguage } from './language.ts'
import { fillText, firstMessages, type Messages } from '../server/contract/messages.ts'
import { createMoneyFormat, type MoneyFormat } from '../server/contract/money-format.ts'
import { readOffer } from './offer.ts'
import { loadActPart, type ActPart } from './parts.ts'
import { openWindow, type openExit } from './redirect.ts'
import { joinTerms, toMinor, type Terms, type TermsText } from './terms.ts'

export type CheckoutState = 'loading' | 'idle' | 'submitting' | 'redirecting' | 'unavailable'

type Text = string | null | undefined

/** What the page says. */
export interface CheckoutOptions {
  readonly server: string
  readonly checkout?: Text
  readonly offer?: Text
  readonly currency?: Text
  readonly amount?: Text
  readonly minAmount?: Text
  readonly maxAmount?: Text
  readonly editable?: boolean | undefined
  /** Suggested amounts, space separated. */
  readonly presets?: Text
  /** By how much the arrow keys change the amount, a decimal string. */
  readonly step?: Text
  readonly description?: Text
  readonly clientReferenceId?: Text
  /** A BCP 47 tag. */
  readonly locale: string
  readonly language?: ElementLanguage
  readonly target?: Text
  readonly disabled?: boolean
  readonly customer?: Customer | undefined
  readonly messages?: Partial<Messages & CustomerMessages> | undefined
}

/** What is asked of the buyer, and what he says. */
export interface CustomerFields {
  /** The texts of the fields. */
  readonly messages: Readonly<Record<string, string>>
  /** Code of what is wrong. */
  readonly fault: string | undefined
  /** What he says, and what the page does. */
  readonly customer: Customer
  /** Marks what is wrong and puts the focus there. */
  point(hasFocus: boolean): void
  /** All that is wrong, with the ways there; undefined where that is one thing. */
  summary(): unknown
  reset(): void
  template(): unknown
}

/** What shows the checkout: an element, or a page's own field and button. */
export interface CheckoutHost {
  /** Answers whether the event was let pass. */
  dispatch(event: Event): boolean
  /** Called after every change of what is to be shown. */
  update(): void
  focusField(): void
  /** Brings the fields for what is asked of the buyer; rejects where they cannot be had. */
  loadFields(act: ActPart): Promise<CustomerFields>
}

/** What the controller needs of its surroundings; tests pass their own. */
export interface CheckoutTools extends ClientTools {
  /** What is needed once the buyer acts; loaded where it is not given. */
  readonly act?: ActPart
  /** Opens the way to the payment page. */
  readonly openExit?: typeof openExit
}

export interface CheckoutError {
  readonly code: string
  readonly message: string
}

/** Why an amount cannot be paid. */
export type AmountCode =
  | 'amount_required'
  | 'amount_malformed'
  | 'amount_precision'
  | 'amount_ambiguous'
  | 'amount_below_minimum'
  | 'amount_above_maximum'

/** What stands in the field, read: an amount in minor units, or why it is none. */
type Entry = ReturnType<ActPart['readAmount']>

const IDENTITY = ['server', 'checkout', 'offer'] as const
const SHOWN = [
  'currency',
  'amount',
  'minAmount',
  'maxAmount',
  'editable',
  'presets',
  'locale',
] as const

const OFFLINE: Answer = { code: 'network_error', retryable: true, body: {} }

/**
 * One checkout on a page. Its fields are for the host to read, never to write: the parts that are loaded
 * later write them, too (`paying.ts`, `step.ts`), which a script tag of nine kilobytes has no room for.
 */
export class CheckoutController {
  state: CheckoutState = 'loading'
  /** What is offered, once it is known. */
  terms: Terms | undefined
  format: MoneyFormat | undefined
  /** What stands in the field. */
  text = ''
  error: CheckoutError | undefined
  /** Once something is asked of the buyer. */
  fields: CustomerFields | undefined

  host: CheckoutHost
  tools: CheckoutTools
  options: CheckoutOptions | undefined
  /** What the server or the offer say about the terms; it wins over what the page says. */
  told: TermsText = {}
  #act: ActPart | undefined
  entry: Entry = 'empty'
  /** The buyer is in the middle of typing: the text is his. */
  isTyping = false
  /** What the browser kept, until the terms are there that say whether it may be. */
  #restored: string | undefined
  /** What is under way; an answer to anything else is of no interest any more. */
  call: AbortController | undefined

  constructor(host: CheckoutHost, tools: CheckoutTools = browserTools) {
    this.host = host
    this.tools = tools
    this.#act = tools.act
  }

  get isBusy(): boolean {
    return this.state === 'submitting' || this.state === 'redirecting'
  }

  get isTest(): boolean {
    return this.told.test === true
  }

  get description(): string {
    return this.options?.description || String(this.told.description ?? '')
  }

  /** The amount that would be charged, as a decimal string, where there is one. */
  get amount(): string | undefined {
    if (!this.terms || typeof this.entry !== 'bigint') return undefined
    return formatAmount(this.entry, this.terms.currency)
  }

  get fault(): AmountCode | undefined {
    const amount = this.entry
    if (!this.terms) return undefined
    const { least, most } = this.terms
    if (amount === 'empty') return 'amount_required'
    if (typeof amount === 'string') return `amount_${amount}`
    if (typeof amount === 'object') return 'amount_ambiguous'
    if (amount < least) return 'amount_below_minimum'
    return amount > most ? 'amount_above_maximum' : undefined
  }

  /** Code of what is wrong with what the buyer entered. */
  get problem(): string | undefined {
    return this.fault ?? this.fields?.fault
  }

  /** What a native field would call the problem; in general terms where it has no word, or none yet. */
  get flag(): keyof ValidityStateFlags {
    return this.#act?.nativeFlags[this.problem!] ?? 'customError'
  }

  /** One of the texts, or that something failed, with its places filled in. */
  say(name: string): string {
    const text = this.#textOf(name) ?? this.#textOf('failed')!
    return fillText(text, (place) => this.#value(place))
  }

  /** The page's own word, else that of its language, else English, as far as it is there. */
  #textOf(name: string): string | undefined {
    const { messages, language } = { ...this.options }
    const sources = [
      messages,
      language?.checkout,
      firstMessages,
      this.#act?.laterMessages,
      this.fields?.messages,
    ]
    return sources
      .map((texts: Readonly<Record<string, unknown>> | undefined) => texts?.[name])
      .find((text) => typeof text === 'string')
  }

  #value(place: string): string {
    if (!this.terms) return ''
    const { full, bare } = this.format!
    const { least, most, amount } = this.terms
    if (place === 'min') return full(least)
    if (place === 'max') return full(most)
    if (place === 'example') return bare(amount ?? least)
    if (typeof this.entry === 'object') return this.entry.ambiguous.map(bare).join(' / ')
    return typeof this.entry === 'bigint' ? full(this.entry) : ''
  }

  /** What may be paid, said beforehand. */
  get hint(): string {
    const { minAmount, maxAmount } = this.terms ?? {}
    if (!minAmount) return maxAmount ? this.say('maximum') : ''
    return this.say(maxAmount ? 'range' : 'minimum')
  }

  /** Takes what the page says, at first and after each change. */
  configure(options: CheckoutOptions): void {
    const before = this.options
    this.options = options
    const hasChanged = (names: readonly (keyof CheckoutOptions)[]) =>
      names.some((name) => (before?.[name] ?? '') !== (options[name] ?? ''))

    if (hasChanged(IDENTITY) || !before) {
      this.told = options.offer ? readOffer(options.offer) : {}
      this.terms = undefined
    } else if (!hasChanged(SHOWN)) {
      // Its texts have come: what was said in English is said again.
      if (this.error && before.language !== options.language) this.setError(this.error.code)
      return
    }
    // An answer to what was asked under other terms could lead the buyer to another sum.
    this.wake()
  }

  /** The checkout is on the page again. */
  connect(): void {
    if (this.state === 'loading' && !this.call) this.settle()
  }

  /** The checkout has left the page: whatever is under way is dropped in silence. */
  disconnect(): void {
    this.stop()
  }

  /** The buyer typed in the field. */
  type(text: string): void {
    if (!this.terms || this.isBusy) return
    this.text = text
    this.isTyping = true
    this.#read()
  }

  #read(): void {
    const { text, terms, options } = this
    if (!terms) return
    const read = this.#act?.readAmount ?? parseAmount
    this.#enter(text ? read(text, terms.currency, options!.locale) : 'empty')
  }

  /** The buyer chose an amount, in minor units, without typing. */
  choose(amount: bigint): void {
    this.isTyping = false
    // What is shown must not look chosen where it is not.
    if (!this.terms || this.isBusy) return this.host.update()
    this.text = this.format!.bare(amount)
    this.#enter(amount)
  }

  /** A key was pressed in the field: Enter pays, and arrows change the amount by `step`. */
  press(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.isComposing && !event.repeat) void this.pay()
    this.#act?.pressArrow(this, event)
  }

  #enter(amount: Entry): void {
    const before = this.amount
    this.entry = amount
    if (!this.fault) this.error = undefined
    this.host.update()
    const after = this.amount
    if (!after || after === before) return
    this.host.dispatch(new CoinslotChangeEvent(after, this.terms!.currency))
  }

  /** The browser has kept an amount, a decimal string, for this place of this page: the buyer goes on with it. */
  restore(amount: string): void {
    this.#restored = amount
    if (this.terms) this.#adopt(this.terms)
  }

  /** The buyer left the field: the amount is shown as it was understood, or what is wrong with it. */
  leaveField(): void {
    if (!this.isTyping) return
    this.isTyping = false
    this.show()
    // Without the part that reads it, it may well be right.
    if (this.fault && (this.#act || this.entry !== 'malformed')) this.setError(this.fault)
  }

  /** Says what is wrong with what the buyer entered and puts the focus there; answers whether nothing is. */
  report(): boolean {
    if (!this.problem) return true
    this.setError(this.problem)
    this.point()
    return false
  }

  point(): void {
    this.fields?.point(!this.fault)
    if (this.fault) this.host.focusField()
  }

  /** Back to the beginning: nothing under way, no error, the amount as the terms give it. */
  reset(): void {
    this.entry = this.terms?.amount ?? 'empty'
    this.isTyping = false
    this.fields?.reset()
    this.wake()
  }

  /** The page is shown again, as after Back: nothing is under way any more, the amount stays. */
  wake(): void {
    this.stop()
    this.error = undefined
    this.settle()
  }

  /** Pays the amount that is shown: one session, then the payment page. Never rejects. */
  async pay(): Promise<void> {
    if (this.state === 'unavailable') return this.wake()
    if (this.state !== 'idle' || this.call || this.options!.disabled) return undefined
    if (this.#act) return this.#act.pay(this)
    // The part that pays comes too late to open one.
    const opened = openWindow(this.options!.target)
    const call = (this.call = new AbortController())
    this.setState('submitting')
    const act = await this.#learn()
    const isWanted = this.call === call
    if (!isWanted || !act) opened?.close()
    if (!isWanted) return undefined
    this.stop()
    if (act) return act.pay(this, opened)
    this.setError(OFFLINE.code!)
    return this.dispatchError(OFFLINE)
  }

  setState(state: CheckoutState): void {
    this.state = state
    this.host.update()
  }

  stop(): void {
    this.call?.abort()
    this.call = undefined
    if (this.isBusy) this.setState('idle')
  }

  setError(code: string): void {
    this.error = { code, message: this.say(this.state === 'unavailable' ? this.state : code) }
    this.host.update()
  }

  dispatchError({ retryable = false, body }: Answer): void {
    const { code, message } = this.error!
    const requestId = typeof body.requestId === 'string' ? body.requestId : undefined
    this.host.dispatch(new CoinslotErrorEvent(code, message, retryable, requestId))
  }

  /** Makes the terms of all that is known, and asks the server where that is too little. */
  settle(): Promise<void> | undefined {
    if (!this.options) return undefined
    const { checkout, offer } = this.options
    const id = checkout || this.told.checkout
    const canAsk = typeof id === 'string' && !this.told.isAsked
    const terms = joinTerms({ ...this.options }, this.told)
    if (
      terms &&
      (checkout || offer) &&
      (terms.amount !== undefined || (terms.editable && !canAsk))
    ) {
      // The server names as missing what only the provider needs.
      const isAsking = Object(this.told.missing ?? this.told.collect).length && !this.fields
      if (isAsking) return this.#load(() => this.#loadFields())
      this.#adopt(terms)
    } else if (canAsk) return this.#load((call) => this.#ask(call, id))
    else this.#giveUp({ code: offer ? 'offer_invalid' : 'unavailable', body: {} })
    return undefined
  }

  #adopt(terms: Terms): void {
    const before = this.terms
    this.terms = terms
    this.format = createMoneyFormat(terms.currency, this.options!.locale)
    const names = ['currency', 'amount', 'editable'] as const
    const isOther = names.some((name) => before?.[name] !== terms[name])
    // A page that sets `amount` to what was just typed must not rewrite the text under the caret.
    if (isOther && (terms.amount === undefined || terms.amount !== this.entry)) {
      this.entry = terms.amount ?? 'empty'
      this.isTyping = false
    }
    if (terms.editable) this.entry = toMinor(this.#restored, terms.currency) ?? this.entry
    this.#restored = undefined
    this.show()
    this.setState('idle')
    void this.#learn()
    // Listeners look at what is shown, and may be added right after the element.
    if (!before) queueMicrotask(() => this.host.dispatch(new CoinslotReadyEvent()))
  }

  /** Loads what acting needs, if it can be had; it is asked for again with the next act. */
  async #learn(): Promise<ActPart | undefined> {
    if (this.#act) return this.#act
    try {
      this.#act = await loadActPart()
    } catch {
      // Plain decimals can be typed all the same, and the button says when there is no connection.
      return undefined
    }
    // What was typed meanwhile and not understood, or not as this locale means it.
    if (this.isTyping || (this.text && typeof this.entry === 'string')) this.#read()
    return this.#act
  }

  async #load(ask: (call: AbortController) => Promise<Answer>): Promise<void> {
    const call = (this.call = new AbortController())
    this.setState('loading')
    const answer = await ask(call).catch(() => OFFLINE)
    if (this.call !== call) return
    this.call = undefined
    if (answer.code) return this.#giveUp(answer)
    this.told = { ...answer.body, ...this.told }
    this.settle()
  }

  async #ask(call: AbortController, id: string): Promise<Answer> {
    const answer = await getCheckout(this.tools, call, this.options!.server, id)
    return { ...answer, body: { ...answer.body, isAsked: true } }
  }

  async #loadFields(): Promise<Answer> {
    const act = await this.#learn()
    if (act) this.fields = await this.host.loadFields(act)
    return act ? { body: {} } : OFFLINE
  }

  #giveUp(answer: Answer): void {
    // The buyer is told what he can do; this is for who builds the page.
    console.error(`<coinslot-checkout>: ${answer.code}`)
    this.terms = undefined
    this.state = 'unavailable'
    this.setError(answer.code!)
    queueMicrotask(() => this.error && this.dispatchError(answer))
  }

  /** Writes the amount into the field as the locale does, unless the buyer is writing there. */
  show(): void {
    if (this.isTyping) return
    if (typeof this.entry === 'bigint') this.text = this.format!.bare(this.entry)
    else if (this.entry === 'empty') this.text = ''
    this.host.update()
  }
}

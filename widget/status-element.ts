/** `<coinslot-status>`: the shell; what it shows is a part that is loaded once the element is on a page. */
import { html } from 'lit/html.js'
import type { Session } from '../server/contract/schemas.ts'
import { loadStatusPart } from './parts.ts'
import type { StatusBody } from './status-part.ts'
import { TemplateElement } from './template-element.ts'

/**
 * Where a payment stands, for the page that the buyer comes back to: asks the server and follows it until
 * the payment has come to its end. Of the page's address it believes the session's id, and nothing else.
 *
 * @summary The status of a payment after the return from the payment page, kept up to date.
 * @tag coinslot-status
 *
 * @slot - What is shown until the element is defined.
 * @slot paid - Replaces the text of this status, as the following do; text, links and the like.
 * @slot pending - It has not been confirmed.
 * @slot processing - It is being confirmed.
 * @slot failed - It was declined.
 * @slot canceled - The buyer cancelled it.
 * @slot expired - It ran out of time.
 * @slot refunded - The money went back.
 * @slot review - Money may have arrived and a person must look (the session has an `exception`).
 * @slot unknown - There is no such session, the page names none, or the server cannot be reached.
 *
 * @fires {CoinslotStatusEvent} coinslot-status - What is known has changed: `session`.
 *
 * @csspart base - Everything inside.
 * @csspart message - The icon and what is said.
 * @csspart icon - The mark of the status.
 * @csspart title - The built-in text's title.
 * @csspart text - The built-in text's sentence.
 * @csspart summary - What is paid for and how much.
 * @csspart amount - The amount.
 * @csspart badge - The mark of a payment in which no real money moves.
 *
 * @cssproperty [--coinslot-success=light-dark(#1a7f37, #7ee2a0)] - Colour of the mark of a payment that arrived.
 * @cssproperty [--coinslot-error=light-dark(#b3261e, #ffb4ab)] - Colour of the mark of one that failed.
 * @cssproperty [--coinslot-text=inherit] - Colour of the text; the quieter colours are made from it.
 * @cssproperty [--coinslot-muted=76% of the text colour] - Colour of the sentence and the other marks.
 * @cssproperty [--coinslot-font=inherit] - Font family.
 * @cssproperty [--coinslot-gap=8px] - Half of the space between the rows.
 * @cssproperty [--coinslot-width=26em] - Greatest width.
 *
 * @cssstate asking - Nothing is known yet.
 * @cssstate paid - The status, as `pending processing failed canceled expired refunded` are.
 * @cssstate review - Money may have arrived and a person must look.
 * @cssstate unknown - There is no such session; `unnamed`: the page names none; `unreachable`: no answer.
 */
export class CoinslotStatusElement extends TemplateElement {
  static override readonly styles = ':host{display:block}:host([hidden]){display:none}'
  static override readonly objects = [] as const
  static override readonly attributes = ['session', 'server', 'locale'] as const

  /** Id of a session; by default `coinslot_session` in the page's address. */
  declare session: string | null

  #body: StatusBody | undefined
  #isLost = false

  /** The session as the server told it last, for a script that comes after the event. */
  get current(): Session | undefined {
    return this.#body?.session()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (!this.#body) void this.#load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#body?.disconnect()
  }

  async #load(): Promise<void> {
    try {
      const { createStatusBody, styles } = await loadStatusPart()
      this.adoptStyles(styles)
      this.#body ??= createStatusBody({
        html,
        update: () => this.requestUpdate(),
        setState: (name, isOn) => this.setState(name, isOn),
        dispatch: (event) => this.dispatchEvent(event),
      })
    } catch (error) {
      // The buyer is told what he can do; this is for who builds the page.
      console.error(error)
      this.#isLost = true
    }
    this.requestUpdate()
  }

  protected override update(): void {
    this.#body?.configure({ ...this.settings, session: this.session })
    super.update()
  }

  protected override template(): unknown {
    if (this.#body) return this.#body.template()
    if (!this.#isLost) return ''
    return html`
      <slot name="unknown" role="alert">The status of your payment could not be loaded.</slot>
      <button @click=${this.#load}>Try again</button>
    `
  }
}

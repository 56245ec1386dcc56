/** `coinslot/ssr`: paints the element on a server, so that a page shows its button before any script runs. */
import { CoinslotCheckoutElement } from './checkout-element.ts'
import type { PaintedRoot } from './server-element.ts'

type Name = (typeof CoinslotCheckoutElement.attributes)[number]

/** What the element's attributes are to say, by the names of their properties. */
export type CheckoutSettings = {
  readonly [Setting in Name]?: CoinslotCheckoutElement[Setting] | undefined
} & {
  /** Base URL of the Coinslot server: no script has told it here. */
  readonly server: string
  /** BCP 47 tag: the page's own language is not known here. */
  readonly locale: string
}

export interface PaintOptions {
  /** The nonce of the page's content security policy, for the element's `<style>`. */
  readonly nonce?: string | undefined
  /** HTML of its slots, and of the form that is there without script; written as it is. */
  readonly children?: string | undefined
}

/**
 * `<coinslot-checkout>` as HTML, with its look in a declarative shadow root, which the element takes over when its script
 * arrives. Until then its button leads to the payment page of the server. Terms that the settings do not tell are asked
 * of the server; where they cannot be had, the element is not painted, and says itself what is wrong.
 */
export async function renderCheckout(
  settings: CheckoutSettings,
  { nonce, children = '' }: PaintOptions = {},
): Promise<string> {
  const element = new PaintedCheckout()
  for (const name of CoinslotCheckoutElement.attributes) {
    if (settings[name] !== undefined) Reflect.set(element, name, settings[name])
  }
  await element.paint()
  const root = element.state === 'idle' ? shadowRoot(element, settings, nonce) : ''
  return `<coinslot-checkout${attributesOf(element)}>${root}${children}</coinslot-checkout>`
}

/** The amount's own tag: no text that is shown can be taken for it, because it has its `<` escaped. */
const FIELD = /<input\s+(?=part="?input"?\s+id="?input"?\s)/

class PaintedCheckout extends CoinslotCheckoutElement {
  // Set while its base is constructed, so that it may have no initializer.
  declare styleSheet: string | undefined

  override adoptStyles(styles: string): void {
    this.styleSheet = (this.styleSheet ?? '') + styles
  }

  /** Settles when it looks as it would on a page that has waited for everything. */
  async paint(): Promise<void> {
    await this.settings.language.arrival
    this.requestUpdate()
    await this.updateComplete
    if (this.state === 'loading') await this.#isSettled()
    await this.updateComplete
  }

  #isSettled(): Promise<unknown> {
    return new Promise((resolve) => {
      this.addEventListener('coinslot-ready', resolve, { once: true })
      this.addEventListener('coinslot-error', resolve, { once: true })
    })
  }
}

// Which makes the accessors of its attributes, as registering it would.
void PaintedCheckout.observedAttributes

function shadowRoot(
  element: PaintedCheckout,
  settings: CheckoutSettings,
  nonce: string | undefined,
): string {
  const { html, input } = element.shadowRoot as unknown as PaintedRoot
  // Nothing that is typed before the script is there would be kept, but a button that is pressed then leads on.
  const field = `<input name="amount" readonly value="${escape(input.value)}" `
  const style = `<style${nonce ? ` nonce="${escape(nonce)}"` : ''}>${element.styleSheet}form{display:contents}</style>`
  return (
    '<template shadowrootmode="open" shadowrootdelegatesfocus>' +
    `${style}${formFor(settings)}${html.replace(FIELD, () => field).trim()}</form></template>`
  )
}

/** Leads to the server's own page, with the same terms. */
function formFor({ server, checkout, offer, locale, target }: CheckoutSettings): string {
  const path = checkout ? `/pay/${encodeURIComponent(checkout)}` : '/pay'
  const action = escape(server.replace(/\/+$/, '') + path)
  const hidden = Object.entries({ offer, locale })
    .filter(([, value]) => value)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value!)}">`)
  return `<form action="${action}"${target ? ` target="${escape(target)}"` : ''}>${hidden.join('')}`
}

function attributesOf(element: Element): string {
  const names = [...element.attributes]
  return names.map(({ name, value }) => ` ${name}="${escape(value)}"`).join('')
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
}

/** Registers the elements where their names are free; this is what the script tag runs. */
import { CoinslotCheckoutElement } from './elements.ts'

export * from './elements.ts'

// A script can be loaded twice, and on a server there is nothing to register with.
const registry = globalThis.customElements as CustomElementRegistry | undefined
if (registry && !registry.get('coinslot-checkout')) {
  registry.define('coinslot-checkout', CoinslotCheckoutElement)
}

declare global {
  interface HTMLElementTagNameMap {
    'coinslot-checkout': CoinslotCheckoutElement
  }
}

/** Registers the elements where their names are free. */
import { CoinslotCheckoutElement, CoinslotStatusElement } from './elements.ts'

export function register(): void {
  const elements = {
    'coinslot-checkout': CoinslotCheckoutElement,
    'coinslot-status': CoinslotStatusElement,
  }
  // On a server there is nothing to register with.
  const registry = globalThis.customElements as CustomElementRegistry | undefined
  for (const [name, element] of Object.entries(elements)) {
    // A script can be loaded twice.
    if (registry && !registry.get(name)) registry.define(name, element)
  }
}

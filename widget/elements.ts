/** The elements' classes, without registering them. */
import type { CoinslotCheckoutElement } from './checkout-element.ts'
import type { CoinslotStatusElement } from './status-element.ts'

export { CoinslotCheckoutElement } from './checkout-element.ts'
export { CoinslotStatusElement } from './status-element.ts'
export { configure, type Configuration } from './configuration.ts'
export type { CheckoutState } from './checkout-controller.ts'
export type { Messages } from '../server/contract/messages.ts'
export {
  CoinslotChangeEvent,
  CoinslotErrorEvent,
  CoinslotReadyEvent,
  CoinslotRedirectEvent,
  CoinslotStatusEvent,
  CoinslotSubmitEvent,
} from './events.ts'

declare global {
  interface HTMLElementTagNameMap {
    'coinslot-checkout': CoinslotCheckoutElement
    'coinslot-status': CoinslotStatusElement
  }
}

/** The elements' classes, without registering them. */
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

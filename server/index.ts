/** `coinslot/server`: Coinslot inside a server of your own. */
export { createCoinslot, type Coinslot, type CoinslotOptions } from './coinslot.ts'
export type { Notification, NotificationType, Session } from './contract/schemas.ts'
export type { NodeHandler } from './node-handler.ts'
export type { NotificationEvent, NotificationListener } from './notifications/listeners.ts'
export type { RequestSource, ServerSource } from './client-address.ts'
export { ConfigurationError } from './config.ts'
export { defineConfig, type Configuration } from './configuration-schema.ts'
export type { OfferTerms } from './offer-terms.ts'
export { OfferError, signOffer, type SignOfferOptions } from './sign-offer.ts'
export type {
  Order,
  PaymentProvider,
  ProviderCall,
  ProviderDefinition,
  ProviderSession,
  ProviderSetup,
} from './providers/provider.ts'
export type { Reconciliation } from './settlement/reconcile.ts'
export type { PaymentReport } from './settlement/settle.ts'
export type { Store } from './store/store.ts'

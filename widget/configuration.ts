/** What an app says once, for all elements that do not say otherwise. */
import type { CustomerMessages } from '../server/contract/customer-messages.ts'
import type { Messages } from '../server/contract/messages.ts'

export interface Configuration {
  /** Base URL of the Coinslot server. */
  readonly server?: string | undefined
  /** BCP 47 tag. */
  readonly locale?: string | undefined
  /** Texts of `<coinslot-checkout>` in place of the built-in ones. */
  readonly messages?: Partial<Messages & CustomerMessages> | undefined
}

export let configuration: Configuration = {}

/** The elements that are on a page: each is told of a new configuration. */
export const listeners = new Set<() => void>()

/** Sets the server, the locale and texts of all elements, present and future; an element's own come first. */
export function configure(settings: Configuration): void {
  configuration = settings
  for (const listener of listeners) listener()
}

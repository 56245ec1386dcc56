/** What a page says of a checkout or a status, with the defaults of those that say no more. */
import type { CustomerMessages } from '../server/contract/customer-messages.ts'
import type { Messages } from '../server/contract/messages.ts'
import { configuration } from './configuration.ts'
import { languageOf } from './language.ts'
import { localeAt } from './locale-at.ts'

const SCRIPT_ORIGIN = new URL(import.meta.url).origin

/** What every page can say. */
export interface PageSettings {
  readonly server?: string | null | undefined
  readonly locale?: string | null | undefined
  readonly messages?: Partial<Messages & CustomerMessages> | undefined
}

/** The settings of what is at this element; `update` is called when there is more of its language. */
export function settingsAt<T extends PageSettings>(element: Element, own: T, update: () => void) {
  const { server, messages } = configuration
  const locale = localeAt(element, own.locale ?? configuration.locale)
  return {
    ...own,
    messages: { ...messages, ...own.messages },
    server: (own.server ?? server ?? SCRIPT_ORIGIN).replace(/\/+$/, ''),
    locale,
    language: languageOf(locale, update),
  }
}

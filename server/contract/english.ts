/** English as the other languages' files are. */
import { customerMessages } from './customer-messages.ts'
import type { Language } from './languages.ts'
import { firstMessages, laterMessages, pageMessages } from './messages.ts'
import { statusMessages } from './status-messages.ts'

export const english: Language = {
  checkout: { ...firstMessages, ...laterMessages },
  status: statusMessages,
  customer: customerMessages,
  page: pageMessages,
}

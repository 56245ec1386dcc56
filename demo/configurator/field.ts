/** What can be set in the configurator: the element's attributes, custom properties and parts, and how they are looked at. */
import { isCssValue, isDeclarations } from './css-text.ts'

export type FieldKind = 'text' | 'offer' | 'flag' | 'choice' | 'property' | 'part' | 'view'

export interface Field {
  /** As the address has it: `amount`, `--coinslot-accent`, `::button`, `view.scheme`. */
  readonly name: string
  readonly kind: FieldKind
  /** All that it can be, where that can be listed. */
  readonly choices?: readonly string[] | undefined
  /** What it is where nothing is said. */
  readonly initial?: string | undefined
}

/** How the element is looked at, which is nothing of the element's own. */
export const VIEW_FIELDS: readonly Field[] = [
  { name: 'view.scheme', kind: 'view', choices: ['light', 'dark'] },
  { name: 'view.direction', kind: 'view', choices: ['ltr', 'rtl'] },
  { name: 'view.width', kind: 'view', choices: ['phone'] },
  { name: 'view.pay', kind: 'view', choices: ['leave'] },
]

const MOST_TEXT = 300
const MOST_OFFER = 8192

/** Whether the field can be this; an address may hold anything, and what is not of the element is not believed. */
export function isValue({ kind, choices }: Field, value: string): boolean {
  if (choices) return choices.includes(value)
  switch (kind) {
    case 'flag':
      return value === ''
    case 'property':
      return isCssValue(value)
    case 'part':
      return isDeclarations(value)
    case 'offer':
      return value.length <= MOST_OFFER && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)
    default:
      return isPlainText(value)
  }
}

/** No control characters, and none that turn the direction of what is around them. */
function isPlainText(value: string): boolean {
  return (
    value.length <= MOST_TEXT &&
    value.trim() !== '' &&
    !/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(value)
  )
}

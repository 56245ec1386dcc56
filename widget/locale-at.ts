/** Finds the locale that a part of a page is in. */
import { chooseLocale } from '../server/contract/locale.ts'

/** The locale that is `said`, else that of the nearest `lang`, else the browser's. */
export function localeAt(element: Element, said: string | null | undefined): string {
  return chooseLocale(said, languageAt(element), navigator.language)
}

/** The `lang` that holds at an element, looked for through the shadow roots around it. */
function languageAt(element: Element): string | null | undefined {
  const nearest = element.closest('[lang]')
  if (nearest) return nearest.getAttribute('lang')
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? languageAt(root.host) : undefined
}

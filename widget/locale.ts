/** Finds the locale that amounts are written in. */

/** The first of the given tags that is one, with `de_CH` read as `de-CH`; else English. */
export function chooseLocale(...tags: readonly (string | null | undefined)[]): string {
  for (const tag of tags) {
    try {
      const [locale] = Intl.getCanonicalLocales(tag?.trim().replace(/_/g, '-'))
      if (locale) return locale
    } catch {
      // Not a language tag: what the page says is a wish, so the next one is asked.
    }
  }
  return 'en'
}

/** The `lang` that holds at an element, looked for through the shadow roots around it. */
export function languageAt(element: Element): string | null | undefined {
  const nearest = element.closest('[lang]')
  if (nearest) return nearest.getAttribute('lang')
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? languageAt(root.host) : undefined
}

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

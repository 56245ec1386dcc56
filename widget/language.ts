/** The language that an element speaks: English is built in, any other is loaded once a page is in it. */
import type { Language } from '../server/contract/languages.ts'
import { loadLanguagesPart } from './parts.ts'

/** Texts that are not there are said in English. */
export interface ElementLanguage {
  readonly checkout?: Partial<Language['checkout']>
  readonly status?: Language['status']
  readonly customer?: Language['customer']
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  /** While the texts are on their way: nothing is shown, so that no language flashes up in another's place. */
  readonly arrival?: Promise<void> | undefined
}

const GIVE_UP_AFTER_MS = 3_000

const english: ElementLanguage = { lang: 'en', dir: 'ltr' }
const languages: Record<string, ElementLanguage> = {}

/** The language of a locale, as far as it is there; `update` is called when there is more. */
export function languageOf(locale: string, update: () => void): ElementLanguage {
  if (/^en\b/.test(locale)) return english
  const language = (languages[locale] ??= { ...english, arrival: load(locale) })
  void language.arrival?.then(update)
  return language
}

/** Never rejects: a page whose texts cannot be had, or not soon, is served in English. */
async function load(locale: string): Promise<void> {
  const texts = loadLanguagesPart().then(({ loadLanguage }) => loadLanguage(locale))
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, GIVE_UP_AFTER_MS))
  languages[locale] = (await Promise.race([texts, timeout]).catch(console.error)) ?? english
}

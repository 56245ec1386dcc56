/** The language of a page that the server shows by itself. */
import { chooseLanguage, directionOf } from './contract/language.ts'
import { english } from './contract/english.ts'
import { languages, type Language } from './contract/languages.ts'

export interface PageLanguage extends Language {
  readonly tag: string
  readonly direction: 'ltr' | 'rtl'
}

const available = ['en', ...Object.keys(languages)]

/** Whether there are texts of the language of a locale. */
export function isSpoken(locale: string): boolean {
  return /^en\b/.test(locale) || chooseLanguage(locale, available) !== 'en'
}

/** The texts for readers of a locale, read from the disk when somebody first wants them. */
export async function loadPageLanguage(locale: string): Promise<PageLanguage> {
  const tag = chooseLanguage(locale, available)
  const texts = (await languages[tag]?.())?.default ?? english
  return { ...texts, tag, direction: directionOf(tag) }
}

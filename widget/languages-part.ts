/** The languages other than English: which there are, and the texts of one. Loaded where a page is in one. */
import { chooseLanguage, directionOf } from '../server/contract/language.ts'
import { languages } from '../server/contract/languages.ts'
import type { ElementLanguage } from './language.ts'

const available = ['en', ...Object.keys(languages)]

/**
 * The texts for readers of a locale; nothing where those are English.
 * @throws Error where they cannot be had
 */
export async function loadLanguage(locale: string): Promise<ElementLanguage | undefined> {
  const lang = chooseLanguage(locale, available)
  const file = await languages[lang]?.()
  return file && { ...file.default, lang, dir: directionOf(lang) }
}

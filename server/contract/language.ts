/** Finds the language that a buyer is spoken to in, which may be a coarser thing than the locale of amounts. */
import { chooseLocale } from './locale.ts'

/** What we have under another name than the tags that mean it; canonical tags know the rest (`iw`, `tl`). */
const NAMES: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb' }

// By script, because not every engine's `Intl.Locale` can say the direction.
const RIGHT_TO_LEFT = /^(Adlm|Arab|Hebr|Nkoo|Rohg|Syrc|Thaa)$/

/** The tag among `available` that a reader of `locale` reads best; English where there is none. */
export function chooseLanguage(locale: string, available: readonly string[]): string {
  const wanted = fullTag(locale)
  const candidates = available
    // Before it is looked at any closer, which takes long.
    .filter((tag) => tag.split('-')[0] === wanted.language)
    .map((tag) => Object.assign(fullTag(tag), { tag }))
  const match =
    candidates.find(({ script, region }) => script === wanted.script && region === wanted.region) ??
    candidates.find(({ script }) => script === wanted.script) ??
    candidates[0]
  return match?.tag ?? 'en'
}

/** The direction in which a language is written. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(String(fullTag(tag).script)) ? 'rtl' : 'ltr'
}

function fullTag(tag: string) {
  const { language, script, region } = new Intl.Locale(chooseLocale(tag)).maximize()
  // Portuguese is that of Portugal wherever it is not Brazil's.
  const isEuropean = language === 'pt' && region !== 'BR'
  return { language: NAMES[language] ?? language, script, region: isEuropean ? 'PT' : region }
}

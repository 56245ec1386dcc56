/** The built-in texts of every language but English; each is loaded alone, when somebody reads it. */
import type { CustomerMessages } from './customer-messages.ts'
import type { Messages, pageMessages } from './messages.ts'
import type { statusMessages } from './status-messages.ts'

type Texts<English> = { readonly [Name in keyof English]: string }

/** All that Coinslot says in one language. */
export interface Language {
  readonly checkout: Messages
  /** A title and a sentence each. */
  readonly status: { readonly [Name in keyof typeof statusMessages]: readonly string[] }
  readonly customer: CustomerMessages
  readonly page: Texts<typeof pageMessages>
}

// Written out for the sake of bundlers. The build of the script tag puts verified files in place of these
// imports (vite.config.ts).
export const languages: Readonly<Record<string, () => Promise<{ readonly default: Language }>>> = {
  ar: () => import('./languages/ar.json', { with: { type: 'json' } }),
  bg: () => import('./languages/bg.json', { with: { type: 'json' } }),
  bn: () => import('./languages/bn.json', { with: { type: 'json' } }),
  ca: () => import('./languages/ca.json', { with: { type: 'json' } }),
  cs: () => import('./languages/cs.json', { with: { type: 'json' } }),
  da: () => import('./languages/da.json', { with: { type: 'json' } }),
  de: () => import('./languages/de.json', { with: { type: 'json' } }),
  el: () => import('./languages/el.json', { with: { type: 'json' } }),
  es: () => import('./languages/es.json', { with: { type: 'json' } }),
  et: () => import('./languages/et.json', { with: { type: 'json' } }),
  fa: () => import('./languages/fa.json', { with: { type: 'json' } }),
  fi: () => import('./languages/fi.json', { with: { type: 'json' } }),
  fil: () => import('./languages/fil.json', { with: { type: 'json' } }),
  fr: () => import('./languages/fr.json', { with: { type: 'json' } }),
  gl: () => import('./languages/gl.json', { with: { type: 'json' } }),
  he: () => import('./languages/he.json', { with: { type: 'json' } }),
  hi: () => import('./languages/hi.json', { with: { type: 'json' } }),
  hr: () => import('./languages/hr.json', { with: { type: 'json' } }),
  hu: () => import('./languages/hu.json', { with: { type: 'json' } }),
  id: () => import('./languages/id.json', { with: { type: 'json' } }),
  is: () => import('./languages/is.json', { with: { type: 'json' } }),
  it: () => import('./languages/it.json', { with: { type: 'json' } }),
  ja: () => import('./languages/ja.json', { with: { type: 'json' } }),
  ko: () => import('./languages/ko.json', { with: { type: 'json' } }),
  lt: () => import('./languages/lt.json', { with: { type: 'json' } }),
  lv: () => import('./languages/lv.json', { with: { type: 'json' } }),
  ms: () => import('./languages/ms.json', { with: { type: 'json' } }),
  nb: () => import('./languages/nb.json', { with: { type: 'json' } }),
  nl: () => import('./languages/nl.json', { with: { type: 'json' } }),
  pl: () => import('./languages/pl.json', { with: { type: 'json' } }),
  'pt-BR': () => import('./languages/pt-BR.json', { with: { type: 'json' } }),
  'pt-PT': () => import('./languages/pt-PT.json', { with: { type: 'json' } }),
  ro: () => import('./languages/ro.json', { with: { type: 'json' } }),
  ru: () => import('./languages/ru.json', { with: { type: 'json' } }),
  sk: () => import('./languages/sk.json', { with: { type: 'json' } }),
  sl: () => import('./languages/sl.json', { with: { type: 'json' } }),
  'sr-Cyrl': () => import('./languages/sr-Cyrl.json', { with: { type: 'json' } }),
  'sr-Latn': () => import('./languages/sr-Latn.json', { with: { type: 'json' } }),
  sv: () => import('./languages/sv.json', { with: { type: 'json' } }),
  sw: () => import('./languages/sw.json', { with: { type: 'json' } }),
  ta: () => import('./languages/ta.json', { with: { type: 'json' } }),
  th: () => import('./languages/th.json', { with: { type: 'json' } }),
  tr: () => import('./languages/tr.json', { with: { type: 'json' } }),
  uk: () => import('./languages/uk.json', { with: { type: 'json' } }),
  ur: () => import('./languages/ur.json', { with: { type: 'json' } }),
  vi: () => import('./languages/vi.json', { with: { type: 'json' } }),
  'zh-Hans': () => import('./languages/zh-Hans.json', { with: { type: 'json' } }),
  'zh-Hant': () => import('./languages/zh-Hant.json', { with: { type: 'json' } }),
}

/** Finds the locale of a request for a page. */
import type { Context } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { chooseLocale } from '../contract/locale.ts'
import { isSpoken } from '../page-language.ts'

// A tag of more than this says nothing that amounts are written by, and nobody reads more languages.
const MAX_LOCALE_LENGTH = 35
const MAX_LOCALES = 20

/**
 * What was asked for by name, be it spoken here or not, because amounts are read by it; else of the
 * browser's languages the first that is spoken here.
 */
export function localeOf(c: Context, wished?: string): string {
  const accepted = parseAccept(c.req.header('Accept-Language') ?? '')
    .filter(({ q, type }) => q > 0 && type !== '*')
    .slice(0, MAX_LOCALES)
    .map(({ type }) => type)
  const spoken = accepted.filter((tag) => isSpoken(chooseLocale(cut(tag))))
  return chooseLocale(...[wished ?? '', ...spoken, ...accepted].map(cut))
}

function cut(tag: string): string {
  return tag.slice(0, MAX_LOCALE_LENGTH)
}

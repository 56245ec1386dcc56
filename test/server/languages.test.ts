import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chooseLanguage } from '../../server/contract/language.ts'
import { english as ENGLISH } from '../../server/contract/english.ts'
import { languages } from '../../server/contract/languages.ts'

// A word as short as "Pay" may be long elsewhere, and fits all the same.
const ALWAYS_FITS = 20

const folder = new URL('../../server/contract/languages/', import.meta.url)
const files = readdirSync(folder).map((name) => name.replace('.json', ''))

/** Every text by its path: `status.paid.0`. */
function textsOf(value: unknown, path = ''): [path: string, text: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([name, inner]) =>
    textsOf(inner, path ? `${path}.${name}` : name),
  )
}

const english = Object.fromEntries(textsOf(ENGLISH)) as Record<string, string>
const placesOf = (text: string) => (text.match(/\{\w*\}|[{}]/g) ?? []).toSorted()

it('the languages that are loaded are those that there are files of', () => {
  expect(Object.keys(languages)).toEqual(files.toSorted())
})

describe.each(files)('the texts in %s', (tag) => {
  const source = readFileSync(new URL(`${tag}.json`, folder), 'utf8')
  const texts = textsOf(JSON.parse(source)) as [string, string][]

  it('are found under this tag, which is as short as can be', () => {
    expect(chooseLanguage(tag, ['en', ...files])).toBe(tag)
    expect(Intl.getCanonicalLocales(tag)).toEqual([tag])
  })

  it('are those that English has, each once, no more and no fewer', () => {
    expect(texts.map(([path]) => path).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(source.match(/"\w+": ["[{]/g)).toHaveLength(
      JSON.stringify(ENGLISH).match(/"\w+":["[{]/g)!.length,
    )
  })

  it.each(texts)('%s has the places of English, no markup, and is not too long', (path, text) => {
    const original = english[path]!
    expect(placesOf(text)).toEqual(placesOf(original))
    // Marks of direction are no control characters, and may be needed.
    expect(text).not.toMatch(/[<>&]|[\p{Cc}\p{Co}\p{Cn}\uFFFD]/u)
    expect(text).toBe(text.normalize('NFC').trim())
    expect(text === '').toBe(original === '')
    expect(text.length).toBeLessThanOrEqual(Math.max(ALWAYS_FITS, 3 * original.length))
  })
})

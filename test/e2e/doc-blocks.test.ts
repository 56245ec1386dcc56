/** The doc blocks of the elements are what they do, and what is made of them is what they say. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import schema from 'custom-elements-manifest/schema.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { elementsOf, readManifest } from '../../widget/generate/manifest.ts'
import { packageFiles } from '../../widget/generate/package-files.ts'
import { TABLES, withTables } from '../../widget/generate/readme-tables.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const manifest = readManifest()
const elements = elementsOf(manifest)

const SOURCES: Record<string, readonly string[]> = {
  'coinslot-checkout': [
    'checkout-element',
    'checkout-element.styles',
    'checkout-controller',
    'paying',
    'customer-part',
  ],
  'coinslot-status': ['status-element', 'status-part', 'status-element.styles'],
}

describe.each(elements)('the doc block of <$tagName>', (element) => {
  const files = ['base.styles', ...SOURCES[element.tagName!]!]
  const code = files.map((file) => read(`widget/${file}.ts`)).join('\n')

  /** What the code has, each once. */
  function found(pattern: RegExp): string[] {
    return [...new Set([...code.matchAll(pattern)].map(([, name]) => name!))].toSorted()
  }
  const named = (items: readonly { name: string }[] = []) => items.map(({ name }) => name)

  it('names every part, and none that there is not', () => {
    expect(named(element.cssParts).toSorted()).toEqual(found(/<\w+[^>]*? part="([\w-]+)"/g))
  })

  it('names every custom property that the styles read', () => {
    const own = found(/var\((--coinslot-[\w-]+)/g)
    expect(own.filter((name) => !named(element.cssProperties).includes(name))).toEqual(
      // Two of them share their base, where only one has a button.
      element.tagName === 'coinslot-status' ? ['--coinslot-accent'] : [],
    )
    expect(named(element.cssProperties).filter((name) => !own.includes(name))).toEqual([])
  })

  it('names every slot', () => {
    const literal = found(/<slot name="([\w-]+)"/g)
    expect(literal.filter((name) => !named(element.slots).includes(name))).toEqual([])
  })

  it('names every event that is dispatched, with its class', () => {
    const dispatched = code.match(/(?<=new )Coinslot\w+Event/g)
    expect(element.events!.map(({ type }) => type.text).toSorted()).toEqual(
      [...new Set(dispatched)].toSorted(),
    )
    for (const { name, type } of element.events!) {
      expect(read('widget/events.ts')).toMatch(
        new RegExp(`class ${type.text} extends Event \\{[^]*?super\\('${name}'`),
      )
    }
  })

  it('says something of each attribute, property and method', () => {
    const silent = [...element.attributes!, ...element.members!].filter((item) => !item.description)
    expect(named(silent as { name: string }[])).toEqual([])
  })
})

describe('what is made of the doc blocks', () => {
  it('is a manifest as the custom elements manifest schema has it', () => {
    const ajv = new Ajv({ strict: false, logger: false })
    const isValid = ajv.compile(schema)
    expect(isValid(JSON.parse(JSON.stringify(manifest))), JSON.stringify(isValid.errors)).toBe(true)
  })

  it.each([...packageFiles(manifest)])('is in dist/%s as they say now', (path, text) => {
    expect(read(`dist/${path}`)).toBe(text)
  })

  it.each(TABLES)('is in the tables of %s, which `npm run readme` writes', (path, extent) => {
    const text = read(path)
    expect(text).toBe(withTables(text, elements, extent))
  })

  it('gives editors every attribute with its values', () => {
    const { tags } = JSON.parse(read('dist/vscode.html-custom-data.json')) as {
      tags: {
        name: string
        attributes: { name: string; values: { name: string }[] }[]
      }[]
    }
    const [checkout] = tags
    expect(tags.map(({ name }) => name)).toEqual(['coinslot-checkout', 'coinslot-status'])
    const target = checkout!.attributes.find(({ name }) => name === 'target')
    expect(target!.values.map(({ name }) => name)).toEqual(['_self', '_top', '_blank'])
  })

  it('leaves out what is no business of a page', () => {
    const members = elements.flatMap((element) => element.members!.map(({ name }) => name))
    const internal = /^(requestUpdate|adoptStyles|settings|internals|.*Callback|#.*)$/
    expect(members.filter((name) => internal.test(name))).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCssValue, isDeclarations } from '../../demo/configurator/css-text.ts'
import { isValue, type Field } from '../../demo/configurator/field.ts'
import { fieldsOf, readElement } from '../../demo/configurator/manifest-fields.ts'
import { READY_LOOKS } from '../../demo/configurator/ready-looks.ts'
import { readSetup, writeSetup, type Setup } from '../../demo/configurator/setup.ts'
import { lookCss } from '../../demo/samples/css.ts'

const element = readElement()
const fields = fieldsOf(element)

const words = fc.string({ unit: 'grapheme', maxLength: 40 })
const colours = fc.constantFrom('#b5351f', 'light-dark(#fff, #000)', 'rgb(1 2 3 / 50%)', '12px')
const rules = fc.constantFrom('font-weight: 700', 'border-radius: 0; padding: 2px 4px')
const offers = fc.constant('eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl')

function valuesOf(field: Field): fc.Arbitrary<string> {
  if (field.choices) return fc.constantFrom(...field.choices)
  const byKind: Partial<Record<Field['kind'], fc.Arbitrary<string>>> = {
    flag: fc.constant(''),
    property: colours,
    part: rules,
    offer: offers,
  }
  const values = byKind[field.kind] ?? words
  return values.filter((value) => isValue(field, value))
}

const setups: fc.Arbitrary<Setup> = fc.record(
  Object.fromEntries([...fields].map(([name, field]) => [name, valuesOf(field)])),
  { requiredKeys: ['checkout'] },
)

describe('the address of the configurator', () => {
  it.each([
    ['a name that is no field', 'onclick', 'alert(1)'],
    ['an attribute of every element', 'style', 'position: fixed'],
    ['another server, to which payments would go', 'server', 'https://elsewhere.example'],
    ['a prototype', '__proto__', 'x'],
    ['a sample that is not there', 'checkout', 'reading-room'],
    ['a target that is none', 'target', 'javascript'],
    ['a flag with a value', 'disabled', 'disabled'],
    ['an offer that is none', 'offer', '<script>'],
    ['control characters', 'description', 'a\u0000b'],
    ['text that turns around', 'description', 'a\u202eb'],
    ['text of nothing', 'description', '   '],
    ['too much', 'description', 'a'.repeat(301)],
    ['a picture from elsewhere', '--coinslot-accent', 'url(https://elsewhere.example/p.png)'],
    ['a picture from elsewhere, in other letters', '--coinslot-accent', 'URL(//elsewhere.example)'],
    ['an escape', '--coinslot-accent', '\\75rl(x)'],
    ['an end of the rule', '--coinslot-accent', 'red} * {display: none'],
    ['another declaration', '--coinslot-accent', 'red; position: fixed'],
    ['an end of the style sheet', '--coinslot-accent', '</style><script>'],
    ['a comment', '--coinslot-accent', 'red /* x */'],
    ['an open bracket', '--coinslot-accent', 'rgb(1, 2, 3'],
    ['an open quote', '--coinslot-font', "'Georgia"],
    ['what covers the page', '::button', 'position: fixed; inset: 0'],
    ['what is put before it', '::button', 'content: "x"'],
    ['what loads', '::button', 'background: url(//elsewhere.example)'],
    ['a declaration that is one, and one that is not', '::button', 'color: red; margin: -99px'],
    ['an end of the rule in a part', '::button', 'color: red} * {color: red'],
  ])('leaves out %s', (_, name, value) => {
    const setup = readSetup(`?${new URLSearchParams({ [name]: value })}`, fields)
    expect(setup).toEqual({ checkout: 'donation' })
  })

  it('makes of any text at all nothing but known fields with values that they can have', () => {
    const names = fc.oneof(fc.constantFrom(...fields.keys()), words)
    const searches = fc.array(fc.tuple(names, fc.oneof(words, colours, rules)))
    fc.assert(
      fc.property(searches, (pairs) => {
        const setup = readSetup(new URLSearchParams(pairs).toString(), fields)
        for (const [name, value] of Object.entries(setup)) {
          expect(isValue(fields.get(name)!, value)).toBe(true)
        }
        expect(lookCss(setup, fields)).not.toMatch(/[<>\\@]|url|\/\*/i)
      }),
    )
  })

  it('brings back whatever was chosen', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        expect(readSetup(writeSetup(setup, fields), fields)).toEqual(setup)
      }),
    )
  })

  it('is empty where nothing was chosen', () => {
    expect(writeSetup(readSetup('', fields), fields)).toBe('')
  })

  it('believes the first of two values', () => {
    expect(readSetup('?amount=1.00&amount=2.00', fields)['amount']).toBe('1.00')
  })
})

describe('the fields of the configurator', () => {
  it('are all attributes but the server, all custom properties and all parts of the element', () => {
    const { attributes = [], cssProperties = [], cssParts = [] } = element
    const names = [...fields.keys()].filter((name) => !name.startsWith('view.'))
    expect(names).toEqual([
      ...attributes.map(({ name }) => name).filter((name) => name !== 'server'),
      ...cssProperties.map(({ name }) => name),
      ...cssParts.map(({ name }) => `::${name}`),
    ])
  })

  it('can have every value of the ready looks', () => {
    for (const { look } of READY_LOOKS) {
      for (const [name, value] of Object.entries(look)) {
        expect([name, fields.has(name) && isValue(fields.get(name)!, value)]).toEqual([name, true])
      }
    }
  })

  it.each([
    '#fff',
    'light-dark(#111, oklch(70% 0.1 200))',
    'color-mix(in srgb, red 20%, transparent)',
    "'Iowan Old Style', Georgia, serif",
    'calc(1rem + 2px)',
    'var(--coinslot-accent)',
  ])('take %s', (value) => expect(isCssValue(value)).toBe(true))

  it('take declarations that paint, with and without an end', () => {
    expect(isDeclarations('border-radius: 0; font: 700 1rem/1.2 Georgia, serif;')).toBe(true)
  })
})

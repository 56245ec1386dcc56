/** The configurator's fields, from what the package says of its element: for the build and the tests, not for browsers. */
import type { CustomElementDeclaration } from 'custom-elements-manifest'
import { demoConfiguration } from '../../server/demo/configuration.ts'
import { elementsOf, readManifest } from '../../widget/generate/manifest.ts'
import { VIEW_FIELDS, type Field } from './field.ts'
import type { Fields } from './setup.ts'

/** A field, and what its control says. */
export interface DescribedField extends Field {
  readonly group: 'sample' | 'terms' | 'behaviour' | 'look' | 'parts'
  /** The first words of the doc block. */
  readonly about: string
  readonly placeholder: string
}

/** What only this server can say, so that no address leads the element to another. */
export const FIXED = 'server'

type CheckoutId = keyof typeof demoConfiguration.checkouts

/** What the settings begin with. */
const SAMPLES = ['donation', 'mug', 'tip'] as const satisfies readonly CheckoutId[]

export function readElement(): CustomElementDeclaration {
  return elementsOf(readManifest()).find(({ tagName }) => tagName === 'coinslot-checkout')!
}

export function describedFields(element: CustomElementDeclaration): DescribedField[] {
  return [...attributeFields(element), ...lookFields(element), ...partFields(element)]
}

/** The same fields as the page finds in its controls. */
export function fieldsOf(element: CustomElementDeclaration): Fields {
  const described = describedFields(element).filter(({ name }) => name !== FIXED)
  return new Map([...described, ...VIEW_FIELDS].map((field) => [field.name, field]))
}

/** The names of the element's events. */
export function eventsOf({ events = [] }: CustomElementDeclaration): string[] {
  return events.map(({ name }) => name)
}

function attributeFields({
  attributes = [],
  members = [],
}: CustomElementDeclaration): DescribedField[] {
  return attributes.map(({ name, fieldName, description = '', type }) => {
    const member = members.find((other) => other.name === fieldName)
    const about = firstWords(description)
    if (name === 'checkout') {
      const [initial] = SAMPLES
      return {
        name,
        kind: 'choice',
        choices: SAMPLES,
        initial,
        group: 'sample',
        about,
        placeholder: '',
      }
    }
    const mayBeUnsaid = member?.kind === 'field' && member.type?.text === 'boolean | undefined'
    const isTerm = /from the offer or the server/.test(description)
    const group = isTerm ? 'terms' : 'behaviour'
    const placeholder = isTerm ? 'as the server has it' : ''
    const texts = mayBeUnsaid ? ['true', 'false'] : literalsOf(type?.text ?? '')
    if (texts.length > 0) return { name, kind: 'choice', choices: texts, group, about, placeholder }
    const kind = type?.text === 'boolean' ? 'flag' : name === 'offer' ? 'offer' : 'text'
    return { name, kind, group, about, placeholder }
  })
}

function lookFields({ cssProperties = [] }: CustomElementDeclaration): DescribedField[] {
  return cssProperties.map(({ name, description = '', default: initial = '' }) => ({
    name,
    kind: 'property',
    group: 'look',
    about: firstWords(description),
    placeholder: initial,
  }))
}

function partFields({ cssParts = [] }: CustomElementDeclaration): DescribedField[] {
  return cssParts.map(({ name, description = '' }) => ({
    name: `::${name}`,
    kind: 'part',
    group: 'parts',
    about: firstWords(description),
    placeholder: '',
  }))
}

function literalsOf(type: string): string[] {
  return [...type.matchAll(/'([^']*)'/g)].map(([, text = '']) => text)
}

function firstWords(description: string): string {
  return description.replace(/`/g, '').split(/[;:.]|,? and, |, /, 1)[0] ?? ''
}

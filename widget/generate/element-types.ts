/** Makes the types of the elements in the templates of frameworks from what the doc blocks say. */
import type {
  Attribute,
  ClassField,
  CustomElementDeclaration,
  Event,
} from 'custom-elements-manifest'

/** Types that a framework looks for in a place of its own, by the framework's name. */
export type FrameworkTypes = Readonly<Record<string, string>>

const HEAD = '// Made from the doc blocks of the elements by `npm run build`.\n'

/** What each file of `dist/types/frameworks` holds, by its name without extension. */
export function frameworkTypes(elements: readonly CustomElementDeclaration[]): FrameworkTypes {
  return {
    elements: elementTypes(elements),
    react: react(elements),
    preact: preact(elements),
    solid: solid(elements),
    vue: vue(elements),
    svelte: svelte(elements),
  }
}

/** What can be said of each element: attributes as HTML has them, properties, events. */
function elementTypes(elements: readonly CustomElementDeclaration[]): string {
  const names = elements.flatMap(({ name, events }) => [
    name,
    ...events!.map(({ type }) => type.text),
  ])
  return `${HEAD}import type {
  ${names.join(',\n  ')},
} from '../widget/elements.d.ts'

${elements.map((element) => interfaces(element)).join('\n')}
/** What can be said of the elements, by tag. */
export interface CoinslotElements {
${elements.map((element) => entry(element)).join('')}}

/** An element, as the members of its class are. */
export type ElementOf<Tag extends keyof CoinslotElements> = CoinslotElements[Tag]['element']
/** What HTML can say of it. */
export type AttributesOf<Tag extends keyof CoinslotElements> = CoinslotElements[Tag]['attributes']
/** What a script can set. */
export type PropertiesOf<Tag extends keyof CoinslotElements> = CoinslotElements[Tag]['properties']
/** Listeners for its events, each under \`Prefix\` and the event's name. */
export type ListenersOf<Tag extends keyof CoinslotElements, Prefix extends string> = {
  [Name in keyof CoinslotElements[Tag]['events'] & string as \`\${Prefix}\${Name}\`]?:
    | ((event: CoinslotElements[Tag]['events'][Name]) => void)
    | undefined
}
/** What it has, under \`Prefix\` and its name. */
export type Prefixed<Members, Prefix extends string> = {
  [Name in keyof Members & string as \`\${Prefix}\${Name}\`]?: Members[Name]
}
`
}

function interfaces(element: CustomElementDeclaration): string {
  const { name, tagName } = element
  return `/** Attributes of \`<${tagName}>\`. */
export interface ${name}Attributes {
${element.attributes!.map((each) => attribute(each, element)).join('')}}

/** Properties of \`<${tagName}>\` that can be set. */
export interface ${name}Properties {
${settable(element)
  .map((each) => property(each, name))
  .join('')}}

/** Events of \`<${tagName}>\`. */
export interface ${name}Events {
${element.events!.map(event).join('')}}
`
}

function entry({ tagName, name }: CustomElementDeclaration): string {
  return `  '${tagName}': {
    element: ${name}
    attributes: ${name}Attributes
    properties: ${name}Properties
    events: ${name}Events
  }
`
}

/** What has a name of its own for scripts, or that no attribute can hold. */
function settable({ members = [], attributes = [] }: CustomElementDeclaration): ClassField[] {
  const fields = members.filter((member) => member.kind === 'field')
  return fields.filter(
    ({ name, readonly }) => !readonly && attributes.every((attribute) => attribute.name !== name),
  )
}

function attribute(
  { name, fieldName, description, type }: Attribute,
  { members }: CustomElementDeclaration,
): string {
  const field = members!.find((member) => member.name === fieldName) as ClassField
  return member(name, description, `${asWritten(field.type!.text) ?? type!.text} | null`)
}

/** A boolean, and what HTML writes in its place. */
function asWritten(type: string): string | undefined {
  if (type === 'boolean') return `boolean | ''`
  // Being silent says something else than `false`.
  return type.startsWith('boolean') ? `boolean | '' | 'true' | 'false'` : undefined
}

function property({ name, description }: ClassField, element: string): string {
  return member(name, description, `${element}['${name}']`)
}

function member(name: string, description: string | undefined, type: string): string {
  return `  /** ${oneLine(description)} */\n  '${name}'?: ${type} | undefined\n`
}

function event({ name, description, type }: Event): string {
  return `  /** ${oneLine(description)} */\n  '${name}': ${type.text}\n`
}

function oneLine(text = ''): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** React 19 sets properties and listens; React 18 writes attributes, a `false` among them, and no more. */
function react(elements: readonly CustomElementDeclaration[]): string {
  return `${HEAD}import type * as React from 'react'
import type { AttributesOf, CoinslotElements, ElementOf, ListenersOf, PropertiesOf } from './elements.d.ts'

type Tag = keyof CoinslotElements
type Written<Attributes> = { [Name in keyof Attributes]: Exclude<Attributes[Name], boolean> }
type Settings<T extends Tag> = 'use' extends keyof typeof React
  ? AttributesOf<T> & PropertiesOf<T> & ListenersOf<T, 'on'>
  : Written<AttributesOf<T>> & { [Name in keyof ListenersOf<T, 'on'>]?: never }
type Props<T extends Tag> = React.DetailedHTMLProps<
  React.HTMLAttributes<ElementOf<T>>,
  ElementOf<T>
> & { class?: string | undefined } & Settings<T>

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${entries(elements, (tag) => `Props<'${tag}'>`)}    }
  }
}
`
}

function preact(elements: readonly CustomElementDeclaration[]): string {
  return `${HEAD}import type { JSX, Ref } from 'preact'
import type { AttributesOf, CoinslotElements, ElementOf, ListenersOf, PropertiesOf } from './elements.d.ts'

type Props<Tag extends keyof CoinslotElements> = Omit<JSX.IntrinsicElements['div'], 'ref'> & {
  ref?: Ref<ElementOf<Tag>> | undefined
} & AttributesOf<Tag> & PropertiesOf<Tag> & ListenersOf<Tag, 'on'>

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
${entries(elements, (tag) => `Props<'${tag}'>`)}    }
  }
}
`
}

function solid(elements: readonly CustomElementDeclaration[]): string {
  return `${HEAD}import type { JSX } from 'solid-js'
import type { AttributesOf, CoinslotElements, ElementOf, ListenersOf, Prefixed, PropertiesOf } from './elements.d.ts'

type Props<Tag extends keyof CoinslotElements> = JSX.HTMLAttributes<ElementOf<Tag>> &
  AttributesOf<Tag> & PropertiesOf<Tag> & ListenersOf<Tag, 'on:'> &
  Prefixed<AttributesOf<Tag>, 'attr:'> & Prefixed<ElementOf<Tag>, 'prop:'>

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
${entries(elements, (tag) => `Props<'${tag}'>`)}    }
  }
}
`
}

/** As Vue's guide has it: the type of an element whose props are attributes and properties. */
function vue(elements: readonly CustomElementDeclaration[]): string {
  return `${HEAD}import type { EmitFn, HTMLAttributes, PublicProps } from 'vue'
import type { AttributesOf, CoinslotElements, ElementOf, PropertiesOf } from './elements.d.ts'

type Events<Tag extends keyof CoinslotElements> = {
  [Name in keyof CoinslotElements[Tag]['events']]: (event: CoinslotElements[Tag]['events'][Name]) => void
}
type Component<Tag extends keyof CoinslotElements> = new () => ElementOf<Tag> & {
  /** For templates alone. */
  $props: HTMLAttributes & AttributesOf<Tag> & PropertiesOf<Tag> & PublicProps
  /** For templates alone. */
  $emit: EmitFn<Events<Tag>>
}

declare module 'vue' {
  interface GlobalComponents {
${entries(elements, (tag) => `Component<'${tag}'>`)}  }
}
`
}

function svelte(elements: readonly CustomElementDeclaration[]): string {
  return `${HEAD}import type { HTMLAttributes } from 'svelte/elements'
import type { AttributesOf, CoinslotElements, ElementOf, ListenersOf, PropertiesOf } from './elements.d.ts'

type Props<Tag extends keyof CoinslotElements> = HTMLAttributes<ElementOf<Tag>> &
  AttributesOf<Tag> & PropertiesOf<Tag> & ListenersOf<Tag, 'on'> & ListenersOf<Tag, 'on:'>

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
${entries(elements, (tag) => `Props<'${tag}'>`)}  }
}
`
}

function entries(
  elements: readonly CustomElementDeclaration[],
  type: (tag: string) => string,
): string {
  return elements.map(({ tagName }) => `    '${tagName}': ${type(tagName!)}\n`).join('')
}

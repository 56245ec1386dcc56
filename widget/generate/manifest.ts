/** Reads the elements' doc blocks and makes `custom-elements.json` of them, from which all else is made. */
import { readFileSync } from 'node:fs'
import * as analyzer from '@custom-elements-manifest/analyzer'
import type {
  Attribute,
  ClassMember,
  CustomElementDeclaration,
  Declaration,
  JavaScriptModule,
  Package,
} from 'custom-elements-manifest'
import type TypeScript from 'typescript'

// What its documentation says that it exports, and its declarations leave out.
const { create, ts } = analyzer as unknown as {
  create(sources: { modules: readonly TypeScript.SourceFile[] }): Package
  ts: typeof TypeScript
}

/** The elements, what they inherit from, and where the types are that their members name. */
const SOURCES = [
  'checkout-element.ts',
  'status-element.ts',
  'template-element.ts',
  'events.ts',
  'checkout-controller.ts',
  'redirect.ts',
]

const CLASSES = 'dist/widget/elements.js'
const REGISTRATION = 'dist/widget/index.js'

/** What TypeScript writes for text that may be missing; to a page it is text. */
const OR_NOTHING = / \| (null|undefined)\b/g

/** What the package says of its elements, as tools for custom elements read it. */
export function readManifest(): Package {
  const modules = SOURCES.map((name) =>
    ts.createSourceFile(name, readSource(name), ts.ScriptTarget.ES2022, true),
  )
  const read = create({ modules })
  const declarations = read.modules.flatMap((module) => module.declarations ?? [])
  const aliases = literalAliases(modules)
  const elements = declarations
    .filter(isElement)
    .map((element) => describe(element, aliases, attributesOf(element.name, modules)))
  const events = declarations
    .filter(({ name }) => /^Coinslot\w+Event$/.test(name))
    .map((event) => Object.assign(event, { superclass: { name: 'Event' } }))
  return {
    schemaVersion: '2.1.0',
    readme: 'README.md',
    modules: [describeClasses([...elements, ...events]), describeRegistration(elements)],
  }
}

/** The elements of a manifest. */
export function elementsOf(manifest: Package): CustomElementDeclaration[] {
  return manifest.modules.flatMap((module) => module.declarations ?? []).filter(isElement)
}

function readSource(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
}

function isElement(declaration: Declaration): declaration is CustomElementDeclaration {
  return 'customElement' in declaration && declaration.customElement && !!declaration.tagName
}

function describe(
  element: CustomElementDeclaration,
  aliases: ReadonlyMap<string, string>,
  properties: readonly string[],
): CustomElementDeclaration {
  const members = (element.members ?? [])
    .filter(isPublic)
    .map(({ inheritedFrom: _, ...member }) => spellOut(member as ClassMember, aliases))
  return {
    ...element,
    superclass: { name: 'HTMLElement' },
    // The analyzer takes a dispatched class for an event's name where it cannot read it.
    events: (element.events ?? []).filter(({ name }) => name.startsWith('coinslot-')),
    members,
    attributes: properties.map((name) => toAttribute(name, members)),
  }
}

function isPublic(member: ClassMember): boolean {
  const isInternal = !!member.privacy || !!member.static || member.name.startsWith('#')
  return !isInternal && !member.name.endsWith('Callback')
}

/** A type that only has a name in our sources is said by what it stands for. */
function spellOut(member: ClassMember, aliases: ReadonlyMap<string, string>): ClassMember {
  if (member.kind !== 'field' || !member.type) return member
  const text = member.type.text.replace(/\w+/g, (name) => aliases.get(name) ?? name)
  return { ...member, type: { text } }
}

function toAttribute(property: string, members: readonly ClassMember[]): Attribute {
  const member = members.find(({ name }) => name === property)
  if (member?.kind !== 'field' || !member.description) {
    throw new Error(`The property ${property} has no doc block`)
  }
  return {
    name: property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    fieldName: property,
    description: member.description,
    type: { text: member.type!.text.replace(OR_NOTHING, '') },
  }
}

/** The properties that are attributes: `static attributes` of the class. */
function attributesOf(className: string, modules: readonly TypeScript.SourceFile[]): string[] {
  const classes = modules.flatMap(({ statements }) => statements.filter(ts.isClassDeclaration))
  const fields = classes.find(({ name }) => name?.text === className)!.members
  const list = fields.filter(ts.isPropertyDeclaration).find(({ name }) => {
    return name.getText() === 'attributes'
  })!.initializer as TypeScript.AsExpression
  const { elements } = list.expression as TypeScript.ArrayLiteralExpression
  return elements.map((element) => (element as TypeScript.StringLiteral).text)
}

/** The names of types that are nothing but a choice of texts. */
function literalAliases(modules: readonly TypeScript.SourceFile[]): Map<string, string> {
  const aliases = modules.flatMap(({ statements }) => statements.filter(ts.isTypeAliasDeclaration))
  const texts = aliases.filter(({ type }) => {
    return ts.isUnionTypeNode(type) && type.types.every(ts.isLiteralTypeNode)
  })
  return new Map(texts.map(({ name, type }) => [name.text, type.getText()]))
}

function describeClasses(declarations: readonly Declaration[]): JavaScriptModule {
  return {
    kind: 'javascript-module',
    path: CLASSES,
    declarations: [...declarations],
    exports: declarations.map(({ name }) => ({
      kind: 'js',
      name,
      declaration: { name, module: CLASSES },
    })),
  }
}

function describeRegistration(elements: readonly CustomElementDeclaration[]): JavaScriptModule {
  return {
    kind: 'javascript-module',
    path: REGISTRATION,
    declarations: [],
    exports: elements.map(({ name, tagName }) => ({
      kind: 'custom-element-definition',
      name: tagName!,
      declaration: { name, module: CLASSES },
    })),
  }
}

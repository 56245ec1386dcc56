/** Makes Markdown of an OpenAPI document: each call with what goes in and comes out, and each shape once. */
import type { openApiDocument } from '../../server/routes/openapi.ts'

type Document = ReturnType<typeof openApiDocument>

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly maxLength?: number
  readonly pattern?: string
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly description?: string
  }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>
}

export function describeInterface(document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) =>
      describeOperation(`${method.toUpperCase()} ${path}`, operation),
    ),
  )
  const told = Object.entries(document.webhooks).flatMap(([name, methods]) =>
    Object.values(methods as Record<string, Operation>).map((operation) =>
      describeOperation(name, operation),
    ),
  )
  const shapes = Object.entries(document.components.schemas as Record<string, Schema>).map(
    ([name, schema]) => describeShape(name, schema),
  )
  return [
    '## Calls',
    ...operations,
    '## What your own system is sent',
    ...told,
    '## Shapes',
    ...shapes,
  ].join('\n\n')
}

function describeOperation(title: string, operation: Operation): string {
  const { summary, parameters = [], requestBody, responses } = operation
  const inputs = [
    ...parameters.map(({ name, in: place, description = '' }) => {
      return [`\`${name}\``, place, description] as const
    }),
    ...bodies(requestBody).map((shape) => ['body', '', shape] as const),
  ]
  const answers = Object.entries(responses).map(
    ([status, answer]) => [status, answer.description, bodies(answer).join(', ')] as const,
  )
  return [
    `### ${title}`,
    summary && `${summary}.`,
    inputs.length > 0 && table(['given', 'where', 'meaning'], inputs),
    table(['answer', 'meaning', 'body'], answers.map(withoutCodes)),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** The codes are a list of their own. */
function withoutCodes([status, description, body]: readonly [string, string, string]) {
  const told = description.startsWith('A problem')
    ? 'A problem, with a [code](troubleshooting.md)'
    : description
  return [status, told, body] as const
}

function bodies({ content = {} }: Content = {}): string[] {
  return Object.entries(content).map(([type, { schema }]) => {
    const isPlain = type === 'application/json'
    return `${typeOf(schema)}${isPlain ? '' : ` as \`${type}\``}`
  })
}

function describeShape(name: string, schema: Schema): string {
  const { description, properties, required = [] } = schema
  const rows = Object.entries(properties ?? {}).map(([key, value]) => {
    const may = required.includes(key) ? '' : 'optional'
    return [
      `\`${key}\``,
      typeOf(value),
      [may, value.description].filter(Boolean).join('. '),
    ] as const
  })
  return [
    `### ${name}`,
    description,
    rows.length > 0 ? table(['member', 'type', 'meaning'], rows) : `${typeOf(schema)}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function typeOf(schema: Schema): string {
  const { $ref, anyOf, items, type, format } = schema
  if ($ref) {
    const name = $ref.split('/').at(-1) ?? ''
    return `[${name}](#${name.toLowerCase()})`
  }
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' ')
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  if (items) return `list of ${typeOf(items)}`
  if (type === undefined) return 'anything'
  return format ? `${type} (${format})` : [type].flat().join(' or ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

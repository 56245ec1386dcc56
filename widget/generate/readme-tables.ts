/** Makes the tables of README and of the documentation from the elements' doc blocks. */
import type { CustomElementDeclaration } from 'custom-elements-manifest'

/** A row of a table: what is in code, and what is said of it. */
interface Row {
  readonly name: string
  readonly description?: string | undefined
}

const IN_SHORT = new Set(['Attributes', 'Events'])

/** README has what a page cannot do without, the documentation all. */
export type Extent = 'short' | 'whole'

/** Where there are tables. */
export const TABLES: readonly (readonly [path: string, extent: Extent])[] = [
  ['README.md', 'short'],
  ['demo/docs/elements.md', 'whole'],
]

/** A text, with the tables between `<!-- tag -->` and `<!-- /tag -->` made anew for each element. */
export function withTables(
  text: string,
  elements: readonly CustomElementDeclaration[],
  extent: Extent,
): string {
  return elements.reduce((text, element) => {
    const [start, end] = [`<!-- ${element.tagName} -->`, `<!-- /${element.tagName} -->`]
    const [before = '', rest = ''] = text.split(start)
    const [, after] = rest.split(end)
    if (after === undefined) throw new Error(`there is no place for ${start}`)
    return `${before}${start}\n\n${tables(element, extent)}\n\n${end}${after}`
  }, text)
}

function tables(element: CustomElementDeclaration, extent: Extent): string {
  const { attributes, members, events, slots, cssParts, cssProperties, cssStates } = element
  const ofScripts = members!
    .filter(({ name }) => !attributes!.some(({ fieldName }) => fieldName === name))
    .map((member) => {
      const name = member.kind === 'method' ? `${member.name}()` : member.name
      return { name, description: member.description }
    })
  const named = slots?.map(({ name, description }) => ({ name: name || '(default)', description }))
  const all: readonly (readonly [string, string, readonly Row[] | undefined])[] = [
    ['Attributes', 'attribute', attributes],
    ['Properties and methods', 'property or method', ofScripts],
    ['Events', 'event', events],
    ['Slots', 'slot', named],
    ['Parts', 'part', cssParts],
    ['States', 'state', cssStates],
    ['Custom properties', 'custom property', cssProperties?.map(withDefault)],
  ]
  const shown = extent === 'whole' ? all : all.filter(([title]) => IN_SHORT.has(title))
  return shown
    .filter(([, , rows]) => rows?.length)
    .map(([title, heading, rows]) => {
      const lines = table(heading, rows)
      return extent === 'whole' ? `### ${title} of ${element.tagName}\n\n${lines}` : lines
    })
    .join('\n\n')
}

function withDefault({ name, description, default: value }: Row & { default?: string }): Row {
  return { name, description: `${description} \`${value}\`` }
}

function table(heading: string, rows: readonly Row[] = []): string {
  const cells = rows.map(({ name, description }) => [`\`${name}\``, oneCell(description)] as const)
  const all = [[heading, ''] as const, ...cells]
  const widths = [0, 1].map((column) => Math.max(3, ...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[], fill = ' ') =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |`
  return [line(all[0]!), line(['', ''], '-'), ...cells.map((row) => line(row))].join('\n')
}

function oneCell(text = ''): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()
}

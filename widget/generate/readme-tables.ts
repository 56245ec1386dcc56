/** Makes README's tables from the elements' doc blocks. */
import type { CustomElementDeclaration } from 'custom-elements-manifest'

/** A row of a table: what is in code, and what is said of it. */
interface Row {
  readonly name: string
  readonly description?: string | undefined
}

/** README, with the tables between `<!-- tag -->` and `<!-- /tag -->` made anew for each element. */
export function withTables(readme: string, elements: readonly CustomElementDeclaration[]): string {
  return elements.reduce((text, element) => {
    const [start, end] = [`<!-- ${element.tagName} -->`, `<!-- /${element.tagName} -->`]
    const [before = '', rest = ''] = text.split(start)
    const [, after] = rest.split(end)
    if (after === undefined) throw new Error(`README has no place for ${start}`)
    return `${before}${start}\n\n${tables(element)}\n\n${end}${after}`
  }, readme)
}

function tables(element: CustomElementDeclaration): string {
  const { attributes, members, events, slots, cssParts, cssProperties, cssStates } = element
  const ofScripts = members!
    .filter(({ name }) => !attributes!.some(({ fieldName }) => fieldName === name))
    .map((member) => {
      const name = member.kind === 'method' ? `${member.name}()` : member.name
      return { name, description: member.description }
    })
  return [
    table('attribute', attributes),
    table('property or method', ofScripts),
    table('event', events),
    table(
      'slot',
      slots?.map(({ name, description }) => ({ name: name || '(default)', description })),
    ),
    table('part', cssParts),
    table('state', cssStates),
    table('custom property', cssProperties?.map(withDefault)),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function withDefault({ name, description, default: value }: Row & { default?: string }): Row {
  return { name, description: `${description} \`${value}\`` }
}

function table(heading: string, rows: readonly Row[] = []): string {
  if (!rows.length) return ''
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

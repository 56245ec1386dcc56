/** The rules that make the element's look, as a merchant's style sheet has them. */
import { readDeclarations } from '../configurator/css-text.ts'
import { entriesOf, type Fields, type Setup } from '../configurator/setup.ts'

export function lookCss(setup: Setup, fields: Fields): string {
  const properties = entriesOf(setup, fields, ['property']).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const parts = entriesOf(setup, fields, ['part']).map(([name, text]) =>
    rule(`coinslot-checkout::part(${name.slice(2)})`, readDeclarations(text)),
  )
  return [...(properties.length > 0 ? [rule('coinslot-checkout', properties)] : []), ...parts].join(
    '\n',
  )
}

function rule(selector: string, declarations: readonly string[]): string {
  return `${selector} {\n${declarations.map((text) => `  ${text};`).join('\n')}\n}`
}

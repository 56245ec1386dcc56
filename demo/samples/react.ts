/** The sample for React: the component that the package has for it. */
import { indent, tagLines, type Tag } from './sample.ts'

export function reactSample({ attributes, css, server }: Tag): string {
  const props = [['server', server] as const, ...attributes].map(([name, value]) =>
    value === '' ? toProp(name) : `${toProp(name)}=${quoteJsx(value)}`,
  )
  const element = tagLines('CoinslotCheckout', props, ' />')
  const styled = `<>\n  <style>{\`\n${indent(css, '    ')}\n  \`}</style>\n${indent(element, '  ')}\n</>`
  return `import { CoinslotCheckout } from 'coinslot/react'

export function Checkout() {
  return (
${indent(css ? styled : element, '    ')}
  )
}
`
}

function toProp(attribute: string): string {
  return attribute.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** JSX reads entities and line ends in quotes in a way of its own; in braces it is a text of JavaScript. */
function quoteJsx(value: string): string {
  return /["&\\]/.test(value) ? `{${JSON.stringify(value)}}` : `"${value}"`
}

/** `llms.txt` (https://llmstxt.org): the documentation for readers that are programs. */
import type { Page } from './pages.ts'

const ABOUT = `# Coinslot

> A drop-in checkout: one script tag puts a pay button on any page; one small server keeps the payment
> provider's key, decides what may be paid, and sends the buyer to the provider's hosted page.

Amounts are decimal strings in major units everywhere ("25.00"). What may be paid is the server's word
alone. Nothing in an address is evidence of a payment: the session is, or the signed notification.
`

/** The pages by their addresses, one a line. */
export function llmsText(pages: readonly Page[]): string {
  const lines = pages.map(
    ({ name, title, summary }) => `- [${title}](/docs/${name}.md): ${summary}`,
  )
  return `${ABOUT}
## Documentation

${lines.join('\n')}

## Machine-readable

- [OpenAPI 3.1](/openapi.json): the HTTP interface, from the schemas that requests are checked against
- [The whole documentation](/llms-full.txt): all pages in one file
`
}

export function llmsFullText(pages: readonly Page[]): string {
  return `${ABOUT}\n${pages.map(({ markdown }) => plainMarkdown(markdown)).join('\n\n')}`
}

/** A page without what is between its lines for the tests alone. */
export function plainMarkdown(markdown: string): string {
  return markdown
    .replace(/<!--[^]*?-->\n*/g, '')
    .replace(/^```(\w+) .*$/gm, '```$1')
    .trim()
    .concat('\n')
}

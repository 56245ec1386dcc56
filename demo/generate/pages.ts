/** The pages of the documentation, in their order, with what is made for them put in. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { marked } from 'marked'
import { plainText, renderMarkdown, type Heading } from './markdown.ts'
import { fill } from './made.ts'

/** By their files in `demo/docs`; `npm run build` makes a page of each. */
const NAMES = [
  'index',
  'embedding',
  'elements',
  'languages',
  'server',
  'orders',
  'notifications',
  'providers',
  'going-live',
  'http',
  'troubleshooting',
  'add-a-provider',
] as const

export interface Page {
  readonly name: string
  /** Where it is served. */
  readonly path: string
  readonly title: string
  /** Its first paragraph, as text. */
  readonly summary: string
  readonly markdown: string
  readonly html: string
  readonly headings: readonly Heading[]
}

export const DOCS = fileURLToPath(new URL('../docs/', import.meta.url))

export function readPages(): Page[] {
  return NAMES.map((name) => toPage(name, fill(readFileSync(`${DOCS}${name}.md`, 'utf8'))))
}

function toPage(name: string, markdown: string): Page {
  const tokens = marked.lexer(markdown)
  const textOf = (type: string) => {
    const token = tokens.find((token) => token.type === type)
    return token && 'tokens' in token && token.tokens ? plainText(token.tokens) : ''
  }
  return {
    name,
    path: name === 'index' ? '/docs/' : `/docs/${name}.html`,
    title: textOf('heading'),
    summary: textOf('paragraph').replace(/\s+/g, ' '),
    markdown,
    ...renderMarkdown(markdown),
  }
}

/** Turns the Markdown of a page of the documentation into HTML that needs no script and no style of its own. */
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import css from 'highlight.js/lib/languages/css'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import php from 'highlight.js/lib/languages/php'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import { Marked, type Token, type Tokens } from 'marked'
import { quoteHtml } from '../samples/sample.ts'

const LANGUAGES = { bash, css, javascript, json, php, python, typescript, xml }
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

export interface Heading {
  readonly depth: number
  readonly text: string
  readonly id: string
}

export interface RenderedPage {
  readonly html: string
  readonly headings: readonly Heading[]
}

/** What a heading is linked by; the same as on GitHub. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

/** Pages link to one another by their sources, which is what a reader of the repository sees. */
function linkOf(href: string): string {
  if (/^[a-z]+:/.test(href) || !/\.md(#|$)/.test(href)) return href
  return href.replace(/^index\.md/, './').replace(/\.md(?=#|$)/, '.html')
}

export function renderMarkdown(markdown: string): RenderedPage {
  const headings: Heading[] = []
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }) {
        const text = plainText(tokens)
        const id = slugOf(text)
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1>${inner}</h1>\n`
        headings.push({ depth, text, id })
        const anchor = `<a class="anchor" href="#${id}" aria-label="Link to “${quoteHtml(text)}”">#</a>`
        return `<h${depth} id="${id}">${inner} ${anchor}</h${depth}>\n`
      },
      code({ text, lang }) {
        const [language = ''] = (lang ?? '').split(' ')
        return `<pre><code>${highlight(text, language)}</code></pre>\n`
      },
      table(token) {
        return tableBox(token, (cells) => this.parser.parseInline(cells))
      },
      codespan: ({ text }) => inlineCode(text),
      link({ href, tokens }) {
        return `<a href="${quoteHtml(linkOf(href))}">${this.parser.parseInline(tokens)}</a>`
      },
      // To be ticked on paper, or in the mind.
      checkbox: () => '<span class="box" aria-hidden="true"></span>',
      // What is between the lines, for those who read the source.
      html: ({ text }) => (text.trimStart().startsWith('<!--') ? '' : text),
    },
  })
  return { html: marked.parse(markdown, { async: false }), headings }
}

/** A short name stays whole; a long one may be broken between its words, and is copied without a trace of it. */
function inlineCode(code: string): string {
  if (code.length <= 12) return `<code class="whole">${quoteHtml(code)}</code>`
  const words = code.split(/(?<=[_/.=,:])(?=[^_/.=,:])|(?<=[a-z])(?=[A-Z])/)
  return `<code>${wholeOptions(words.map(quoteHtml).join('<wbr>'))}</code>`
}

/** Browsers would end a line after the two hyphens of a command's option. */
function wholeOptions(command: string): string {
  return command.replace(/ (--[a-z][a-z-]*)/g, ' <span class="whole">$1</span>')
}

/** A table scrolls in a box of its own, by the keyboard, too. */
function tableBox(token: Tokens.Table, inline: (tokens: Token[]) => string): string {
  const name = plainText(token.header[0]?.tokens ?? []) || 'Table'
  const head = token.header.map(({ tokens }) => `<th scope="col">${inline(tokens)}</th>`).join('')
  const rows = token.rows.map((row) => {
    const [first, ...others] = row.map(({ tokens }) => inline(tokens))
    const cells = others.map((cell) => `<td>${cell}</td>`).join('')
    return `<tr><th scope="row">${first}</th>${cells}</tr>\n`
  })
  const table = `<table><thead><tr>${emptyHead(head)}</tr></thead><tbody>\n${rows.join('')}</tbody></table>`
  return `<div class="scroll" role="group" aria-label="${quoteHtml(name)}" tabindex="0">${table}</div>\n`
}

/** A heading of a column that says nothing is none to those who hear the page. */
function emptyHead(head: string): string {
  return head.replaceAll('<th scope="col"></th>', '<td></td>')
}

const NAMES: Readonly<Record<string, string>> = {
  html: 'xml',
  js: 'javascript',
  jsx: 'javascript',
  sh: 'bash',
  ts: 'typescript',
  tsx: 'typescript',
}

function highlight(code: string, language: string): string {
  const name = NAMES[language] ?? language
  if (!hljs.getLanguage(name)) return quoteHtml(code)
  const { value } = hljs.highlight(code, { language: name })
  return name === 'bash' ? wholeOptions(value) : value
}

/** The text of what is between marks. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainText(token.tokens) : textOf(token)))
    .join('')
}

function textOf(token: Token): string {
  return 'text' in token ? String(token.text) : ''
}

/** A page of the documentation as HTML, in the frame of the demo's pages. */
import { quoteHtml } from '../samples/sample.ts'
import type { Heading } from './markdown.ts'
import type { Page } from './pages.ts'

export function renderPage(page: Page, pages: readonly Page[]): string {
  const { html, headings } = page
  return `<!doctype html>
<html lang="en">
  <head>
    <!-- frame: head -->
    <title>${quoteHtml(page.title)} · Coinslot</title>
    <meta name="description" content="${quoteHtml(page.summary)}" />
    <link rel="stylesheet" href="/docs.css" />
  </head>
  <body>
    <!-- frame: masthead -->
    <div class="docs">
      ${pageList(page, pages)}
      ${onThisPage(headings)}
      <main class="doc">
${html}
        ${neighbours(page, pages)}
      </main>
    </div>
    <!-- frame: colophon -->
  </body>
</html>
`
}

function pageList(current: Page, pages: readonly Page[]): string {
  const items = pages.map((page) => {
    const here = page === current ? ' aria-current="page"' : ''
    return `<li><a href="${page.path}"${here}>${quoteHtml(page.title)}</a></li>`
  })
  return list('pages', 'All pages', items)
}

function onThisPage(headings: readonly Heading[]): string {
  const items = headings.map(({ id, text, depth }) => {
    return `<li class="depth-${depth}"><a href="#${id}">${quoteHtml(text)}</a></li>`
  })
  return list('sections', 'On this page', items)
}

/** Twice, of which the style shows one: beside the text, or closed above it. */
function list(name: string, title: string, items: readonly string[]): string {
  const nav = (head: string) => `<nav aria-label="${title}">${head}<ol>${items.join('')}</ol></nav>`
  return `<div class="${name} beside">${nav(`<p>${title}</p>`)}</div>
      <details class="${name} above"><summary>${title}</summary>${nav('')}</details>`
}

function neighbours(page: Page, pages: readonly Page[]): string {
  const index = pages.indexOf(page)
  const link = (other: Page | undefined, word: string) =>
    other ? `<a href="${other.path}"><span>${word}</span> ${quoteHtml(other.title)}</a>` : ''
  return `<nav class="neighbours" aria-label="Next pages">${link(pages[index - 1], 'Before')}${link(pages[index + 1], 'Next')}</nav>`
}

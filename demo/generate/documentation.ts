/** A plugin for Vite: makes the pages under `/docs/` and `llms.txt` from the Markdown in `demo/docs`. */
import type { Connect, Plugin } from 'vite'
import { renderPage } from './layout.ts'
import { llmsFullText, llmsText, plainMarkdown } from './llms.ts'
import { DOCS, readPages, type Page } from './pages.ts'

const fileOf = ({ name }: Page) => `${DOCS}${name}.html`

/** The files that the build has to make pages of; they are on no disk. */
export function documentationPages(): string[] {
  return readPages().map(fileOf)
}

export function documentation(): Plugin {
  /** The HTML of a page by its file or, as a browser asks for it, by its path. */
  function htmlOf(wanted: string): string | undefined {
    const pages = readPages()
    const page = pages.find((page) => wanted === fileOf(page) || wanted === page.path)
    return page && renderPage(page, pages)
  }
  return {
    name: 'coinslot:documentation',
    enforce: 'pre',
    resolveId: (id) => (isPage(id) ? id : undefined),
    load: (id) => (isPage(id) ? htmlOf(id) : undefined),
    generateBundle() {
      if (this.environment.name !== 'client') return
      for (const [fileName, source] of textFiles(readPages())) {
        this.emitFile({ type: 'asset', fileName, source })
      }
    },
    configureServer(vite) {
      async function answer(pathname: string): Promise<[type: string, text: string] | undefined> {
        const text = textFiles(readPages()).get(pathname.slice(1))
        if (text !== undefined) return ['text/plain', text]
        const html = pathname.startsWith('/docs/') ? htmlOf(pathname) : undefined
        return html === undefined
          ? undefined
          : ['text/html', await vite.transformIndexHtml(pathname, html)]
      }
      const serve: Connect.NextHandleFunction = async (request, response, next) => {
        try {
          const answered = await answer(new URL(request.url ?? '/', 'http://localhost').pathname)
          if (!answered) return next()
          response.setHeader('Content-Type', `${answered[0]}; charset=utf-8`).end(answered[1])
        } catch (error) {
          next(error)
        }
      }
      vite.middlewares.use((request, response, next) => void serve(request, response, next))
    },
  }
}

function isPage(id: string): boolean {
  return id.startsWith(DOCS) && id.endsWith('.html')
}

function textFiles(pages: readonly Page[]): ReadonlyMap<string, string> {
  return new Map([
    ...pages.map(({ name, markdown }) => [`docs/${name}.md`, plainMarkdown(markdown)] as const),
    ['llms.txt', llmsText(pages)],
    ['llms-full.txt', llmsFullText(pages)],
  ])
}

/** What a person sees at an address where there is nothing; programs are answered with a problem. */
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'
import { loadPageLanguage } from '../page-language.ts'
import { buyerPage } from './buyer-page.ts'
import type { Env } from './guards.ts'

const POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Whether it is a page that is asked for: a browser names HTML before anything else. */
export function wantsPage(c: Context<Env>): boolean {
  const types = ['application/problem+json', 'text/html']
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const named = c.req.header('Accept')?.includes('text/html') ?? false
  return (
    isRead &&
    named &&
    accepts(c, { header: 'Accept', supports: types, default: types[0]! }) === 'text/html'
  )
}

/** In English: no language has its texts, and nobody comes by here on the way to pay. */
export async function notFoundPage(c: Context<Env>, base: string, way?: string): Promise<Response> {
  const language = await loadPageLanguage('en')
  c.header('Content-Security-Policy', POLICY)
  c.header('Cache-Control', 'no-store')
  const title = 'There is nothing at this address'
  const page = buyerPage(
    { language, title, stylesheet: `${base}/pages/pay.css` },
    html`<main>
      <h1>${title}</h1>
      <p>The link may be cut off, or the page may have moved.</p>
      ${way && html`<p><a href="${way}">Go to the front page</a></p>`}
    </main>`,
  )
  return c.html(page, 404)
}

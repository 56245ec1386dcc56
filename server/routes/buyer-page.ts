/** The document around every page that a buyer sees of this server, in his language. */
import { html } from 'hono/html'
import type { PageLanguage } from '../page-language.ts'

export type Html = ReturnType<typeof html>

export interface BuyerPage {
  readonly language: PageLanguage
  readonly title: string
  readonly stylesheet: string
  readonly scripts?: Html | ''
}

export function buyerPage({ language, title, stylesheet, scripts }: BuyerPage, main: Html): Html {
  const { tag, direction } = language
  return html`<!doctype html>
    <html lang="${tag}" dir="${direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${stylesheet}" />
        ${scripts}
      </head>
      <body>
        ${main}
      </body>
    </html>`
}

/** Puts samples into a page of the shop, as a browser has it. */
import { writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { build, type Rolldown } from 'vite'
import { expect } from 'vitest'
import { openPage, type WatchedPage } from '../e2e/browser.ts'
import type { Sample } from './read-samples.ts'
import type { Surroundings } from './surroundings.ts'

/** A whole page, or what stands in the body of one. */
export async function runMarkup(sample: Sample, at: Surroundings): Promise<void> {
  const html = await withBundles(at.localize(sample.code), sample, at)
  const isWhole = /^<!doctype/i.test(html)
  const loads = /<script[^>]* src=/.test(html) || html.includes('coinslot/headless')
  await show(isWhole ? html : frame(loads ? html : `${script(at)}${html}`), sample, at)
}

/** A script of a page that has a checkout. */
export async function runPageScript(sample: Sample, at: Surroundings): Promise<void> {
  const { code, before, after, number, language } = sample
  const isReact = language === 'jsx' || language === 'tsx'
  const source = [isReact ? '' : PAGE_PRELUDE, before, code, after].join('\n')
  const file = join(at.folder, `page-${number}.${isReact ? 'tsx' : 'ts'}`)
  writeFileSync(file, at.localize(source))
  const entry = await bundle(file, at)
  const checkout = `<coinslot-checkout server="${at.server.url}" checkout="donation"></coinslot-checkout>`
  const body = `<main id="app">${isReact ? '' : checkout}</main><script type="module" src="${entry}"></script>`
  await show(frame(body), sample, at)
}

/** What such scripts have before them: the page's element, under the name that they use. */
export const PAGE_PRELUDE = `import 'coinslot'
const checkout = document.querySelector('coinslot-checkout')!
`

export async function runStyles({ code }: Sample, at: Surroundings): Promise<void> {
  const { page, context } = await openPage(at.browser)
  const rules = await page.evaluate((css) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    const read = (rule: CSSRule): number => (rule instanceof CSSStyleRule ? rule.style.length : 1)
    return [...sheet.cssRules].map(read)
  }, code)
  await context.close()
  expect(rules).toHaveLength(code.split('{').length - 1)
  expect(rules.every((declarations) => declarations > 0)).toBe(true)
}

/** A policy: both elements work under it, and the browser complains of nothing. */
export async function runPolicy(sample: Sample, at: Surroundings): Promise<void> {
  const policy = at.localize(sample.code).replace(/\s*\n\s*/g, ' ')
  const elements = `<coinslot-checkout checkout="donation"></coinslot-checkout><coinslot-status></coinslot-status>`
  await show(frame(`${script(at)}${elements}`), sample, at, {
    'Content-Security-Policy': `default-src 'none'; ${policy}`,
  })
}

const script = ({ server }: Surroundings) =>
  `<script type="module" src="${server.url}/coinslot.js"></script>`

const frame = (body: string) =>
  `<!doctype html><html lang="en"><title>Shop</title><body>${body}</body></html>`

async function show(
  html: string,
  sample: Sample,
  { shop, browser }: Surroundings,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const url = shop.publish(`/${sample.page}-${sample.number}`, { html, headers })
  await lookAt(url, browser)
}

/** A page for sites that have no icon, which a browser asks for by itself. */
export async function openSample(browser: Surroundings['browser']): Promise<WatchedPage> {
  const watched = await openPage(browser)
  await watched.page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  return watched
}

/** Opens a page and waits until its elements are there and know their terms; nothing may be complained of. */
export async function lookAt(url: string, browser: Surroundings['browser']): Promise<void> {
  const { page, context, complaints } = await openSample(browser)
  await page.goto(url)
  await expect.poll(() => unready(page), { timeout: 30_000 }).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}

function unready(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const elements = [...document.querySelectorAll('coinslot-checkout, coinslot-status')]
    const isReady = (element: Element) => {
      const state = Reflect.get(element, 'state') as unknown
      return element.matches(':defined') && state !== 'loading' && state !== 'unavailable'
    }
    const links = document.readyState === 'complete' ? [] : [document.readyState]
    return [...links, ...elements.filter((one) => !isReady(one)).map((one) => one.outerHTML)]
  })
}

/** Modules in the page are bundled, as a merchant's own tools do it. */
async function withBundles(html: string, sample: Sample, at: Surroundings): Promise<string> {
  const [whole, code] = /<script type="module">([^]*?)<\/script>/.exec(html) ?? []
  if (whole === undefined || code === undefined) return html
  const file = join(at.folder, `inline-${sample.number}.ts`)
  writeFileSync(file, code)
  return html.replace(whole, `<script type="module" src="${await bundle(file, at)}"></script>`)
}

/** @returns where the shop has it */
async function bundle(file: string, { folder, shop }: Surroundings): Promise<string> {
  const built = (await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', development: false } },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: false,
      lib: { entry: file, formats: ['es'], fileName: 'entry' },
    },
  })) as Rolldown.RolldownOutput[]
  const path = `/bundle-${file.replace(/\W/g, '-')}`
  for (const chunk of built.flatMap(({ output }) => output)) {
    if (chunk.type !== 'chunk') continue
    const headers = { 'Content-Type': 'text/javascript' }
    shop.publish(`${path}/${chunk.fileName}`, { html: chunk.code, headers })
  }
  return `${path}/entry${extname(built[0]!.output[0].fileName)}`
}

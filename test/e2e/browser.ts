/** A Chromium for the end-to-end tests, with pages that record what a person would not see. */
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { chromiumArgs, needChromium } from '../browsers/chromium.js'

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: needChromium(), args: chromiumArgs })
}

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Uncaught errors, and console errors such as violations of the content security policy. */
  readonly complaints: string[]
  /** Method and path of every request to the API. */
  readonly calls: string[]
}

export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const calls: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/v1/')) calls.push(`${request.method()} ${pathname}`)
  })
  return { page, context, complaints, calls }
}

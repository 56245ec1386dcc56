import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const STATUS = '<coinslot-status></coinslot-status>'
const LOSS = 'The status of your payment could not be loaded.'

describe('a part of the script tag', () => {
  let server: ServerProcess
  let browser: Browser
  let shopPage = ''
  // Really there, and not made by the test's browser: it keeps other addresses than its own off this machine.
  const shop = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(shopPage)
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => shop.listen(0, resolve))
    ;[server, browser] = await Promise.all([startServer(), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    shop.close()
  })

  /** A merchant's page with this in it. */
  async function openShop(content: string, script = 'coinslot.js') {
    const watched = await openPage(browser)
    shopPage = `<!doctype html><title>Shop</title>
      <script type="module" src="${server.url}/${script}"></script>${content}`
    const asked: string[] = []
    watched.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    const { port } = shop.address() as AddressInfo
    return { ...watched, asked, open: () => watched.page.goto(`http://localhost:${port}/shop`) }
  }

  const hasRun = (page: Page) => page.evaluate(() => 'tampered' in globalThis)

  it('that was changed on its way does not run; who tries again gets the true one', async () => {
    const { page, open } = await openShop(STATUS)
    let isTampered = true
    await page.route(/coinslot-status-/, async (route) => {
      const answer = await route.fetch()
      const text = await answer.text()
      const body = isTampered ? `globalThis.tampered = true;${text}` : text
      await route.fulfill({ response: answer, body })
    })
    await open()
    await page.getByText(LOSS).waitFor()
    expect(await hasRun(page)).toBe(false)

    isTampered = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('No payment to show').waitFor()
    expect(await hasRun(page)).toBe(false)
  })

  it('that is not to be had is told of, and asked for again', async () => {
    const { page, open } = await openShop(STATUS)
    await page.route(/coinslot-status-/, (route) => route.abort())
    await open()
    await page.getByText(LOSS).waitFor()
    await page.unroute(/coinslot-status-/)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('No payment to show').waitFor()
  })

  it('is loaded once, from the server of the script, under either of the script’s names', async () => {
    const { version } = (await import('../../package.json', { with: { type: 'json' } })).default
    for (const script of ['coinslot.js', `coinslot-${version}.js`]) {
      const { page, open, asked, complaints } = await openShop(STATUS, script)
      await open()
      await page.getByText('No payment to show').waitFor()
      const parts = asked.filter((path) => /^\/coinslot-status-[\w-]{8}\.js$/.test(path))
      expect(parts).toHaveLength(1)
      expect(complaints).toEqual([])
    }
  })

  it('is not loaded where nothing needs it: to pay needs no status', async () => {
    const { page, open, asked } = await openShop(
      '<coinslot-checkout checkout="a" currency="USD" amount="9.00"></coinslot-checkout>',
    )
    await open()
    await page.getByRole('button', { name: 'Pay $9.00' }).waitFor()
    await page.waitForLoadState('networkidle')
    const scripts = asked.filter((path) => path.endsWith('.js'))
    expect(scripts.map((path) => path.replace(/-[\w-]{8}\.js$/, '.js'))).toEqual([
      '/coinslot.js',
      '/coinslot-act.js',
    ])
  })
})

import { createHash } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { openShop, startServerFor, type Shop } from './shop.ts'

describe('the script tag with subresource integrity', () => {
  let shop: Shop
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    shop = await openShop()
    ;[server, browser] = await Promise.all([startServerFor(shop), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    shop?.close()
  })

  async function readPin() {
    const answer = await fetch(`${server.url}/coinslot.json`)
    return (await answer.json()) as { version: string; src: string; integrity: string }
  }

  async function openPinned() {
    const { src, integrity } = await readPin()
    const address = shop.publish('/', {
      html: `<!doctype html><title>Shop</title>
        <script type="module" src="${server.url}${src}" integrity="${integrity}"></script>
        <coinslot-checkout checkout="donation">Give by bank transfer</coinslot-checkout>`,
    })
    return { ...(await openPage(browser)), src, address }
  }

  it('is told by the server: the hash of the file of this version, byte by byte', async () => {
    const { version, src, integrity } = await readPin()
    const bytes = await (await fetch(server.url + src)).bytes()
    expect(src).toBe(`/coinslot-${version}.js`)
    expect(integrity).toBe(`sha384-${createHash('sha384').update(bytes).digest('base64')}`)
  })

  it('runs the file that was built, and what it loads', async () => {
    const { page, address, complaints } = await openPinned()
    await page.goto(address)
    await page.getByRole('textbox').fill('1,000')
    await page.getByRole('button', { name: 'Pay $1,000.00' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('does not run a file with one byte changed; the page keeps what it has without script', async () => {
    const { page, address, src, complaints } = await openPinned()
    await page.route(`**${src}`, async (route) => {
      const answer = await route.fetch()
      const body = await answer.body()
      // In a text, so that it is a script still.
      body[body.indexOf('Preparing')] = 'p'.charCodeAt(0)
      await route.fulfill({ response: answer, body })
    })
    await page.goto(address, { waitUntil: 'load' })
    expect(await page.locator('coinslot-checkout:not(:defined)').innerText()).toBe(
      'Give by bank transfer',
    )
    expect(complaints.join()).toContain('integrity')
  })

  it('is what the demo page shows to paste, and runs on a page that it is pasted into', async () => {
    const demo = await startServer()
    try {
      const { page, complaints } = await openPage(browser)
      await page.goto(demo.url)
      const code = page.locator('.snippet')
      await code.getByText('integrity').waitFor()
      const pasted = await code.innerText()
      expect(pasted).toContain(`"${demo.url}${(await readPin()).src}"`)
      const address = shop.publish('/', { html: `<!doctype html><title>Shop</title>${pasted}` })
      await page.goto(address)
      await page.locator('coinslot-checkout:defined').waitFor()
      expect(complaints.join()).not.toContain('integrity')
    } finally {
      await demo.stop()
    }
  })
})

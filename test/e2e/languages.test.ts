import type { Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const TEXTS = /\/coinslot-texts-/
const CHECKOUT =
  '<coinslot-checkout checkout="mug" currency="EUR" amount="19.90"></coinslot-checkout>'

describe('the language of the script tag', () => {
  const scene = useShop()

  /** A shop's page in a language, and the languages' files that it asks for. */
  async function open(lang: string, content: string, onTexts?: (route: Route) => unknown) {
    const { page, complaints } = await openPage(scene.browser)
    const asked: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (/^\/coinslot-(texts|languages)/.test(pathname)) asked.push(pathname)
    })
    if (onTexts) await page.route(TEXTS, onTexts)
    const html = `<!doctype html><html lang="${lang}"><title>Shop</title>
      <script type="module" src="${scene.server.url}/coinslot.js"></script>${content}</html>`
    await page.goto(scene.shop.publish('/', { html }))
    const named = () => asked.map((path) => path.replace(/-[\w-]{8}\.js$/, ''))
    return { page, asked: named, complaints }
  }

  it('is English without a request', async () => {
    const { page, asked } = await open('en-GB', CHECKOUT)
    await page.getByRole('button', { name: 'Pay €19.90' }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(asked()).toEqual([])
  })

  it('is loaded once for all elements of a page, and no other is', async () => {
    const content = `${CHECKOUT}${CHECKOUT}<coinslot-status></coinslot-status>`
    const { page, asked, complaints } = await open('zh-HK', content)
    await page
      .getByRole('button', { name: /19\.90/ })
      .first()
      .waitFor()
    await page.locator('coinslot-status [part=base][lang=zh-Hant]:not([inert])').waitFor()
    await page.waitForLoadState('networkidle')
    expect(await page.getByRole('button').count()).toBe(2)
    expect(asked()).toEqual(['/coinslot-languages', '/coinslot-texts-zh-Hant'])
    expect(complaints).toEqual([])
  })

  it.each([
    ['is blocked', (route: Route) => route.abort()],
    ['was changed on its way', (route: Route) => route.fulfill({ body: 'export default {}' })],
    ['does not come in time', () => {}],
  ])('is English where its file %s, and pays all the same', async (_, onTexts) => {
    const { page } = await open('de', CHECKOUT, onTexts)
    // The amount is written as the page's locale writes it.
    await page.getByRole('button', { name: 'Pay 19,90 €' }).click()
    await page.waitForURL(/\/sandbox\/pay\//)
  })

  it('is English where there is no telling which there are', async () => {
    const { page } = await openPage(scene.browser)
    await page.route(/coinslot-languages/, (route) => route.abort())
    const html = `<!doctype html><html lang="ar"><title>Shop</title>
      <script type="module" src="${scene.server.url}/coinslot.js"></script>
      <coinslot-status></coinslot-status></html>`
    await page.goto(scene.shop.publish('/', { html }))
    await page.getByText('No payment to show').waitFor()
  })
})

/** What every sample does that a server renders. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from '../e2e/browser.ts'
import type { Scene } from './behaviour.ts'

/** Tests the pages of a sample before any script runs, and how they are taken over when it does. */
export function itIsServerRendered(scene: Scene): void {
  it('has the elements in the HTML that its server makes, where there is no document', async () => {
    const html = await (await fetch(`${scene.url}/?coinslot_session=cs_unknown`)).text()
    const [checkout = ''] = /<coinslot-checkout[^>]*>/.exec(html) ?? []
    expect(checkout).toContain(` server="${scene.server.url}"`)
    expect(checkout).toContain(' checkout="donation"')
    expect(checkout).toContain(' amount="25.00"')
    expect(html).toMatch(/<coinslot-status[^>]* server="http/)
  })

  it('is hydrated as it is: the same elements, nothing to complain of, and it works', async () => {
    const still = await openPage(scene.browser, { javaScriptEnabled: false })
    await still.page.goto(scene.url)
    const { page, warnings } = await openWatched('/')
    await page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    expect(await contentOf(page)).toBe(await contentOf(still.page))
    await page.getByRole('button', { name: 'Give $50' }).click()
    await page.getByRole('button', { name: 'Pay $50.00' }).waitFor()
    expect(await page.evaluate(isSameElement)).toBe(true)
    expect(warnings).toEqual([])
  })

  it('shows the button that its server painted where every script is blocked', async () => {
    const { page } = await openPage(scene.browser, { javaScriptEnabled: false })
    await page.goto(`${scene.url}/painted`)
    await page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    await page.getByRole('button').click()
    await page.waitForURL(`${scene.server.url}/pay/donation?*`)
  })

  it('lets the element take over what was painted, and pays', async () => {
    const { page, warnings } = await openWatched('/painted')
    await page.waitForFunction(isTakenOver)
    await page.getByRole('textbox').fill('40')
    const button = page.getByRole('button', { name: 'Pay $40.00' })
    await button.waitFor()
    expect(await page.evaluate(isSameElement)).toBe(true)
    expect(warnings).toEqual([])
    await button.click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  })

  /** A page that remembers the element that came with the HTML. */
  async function openWatched(path: string) {
    const { page, complaints } = await openPage(scene.browser)
    const warnings = complaints
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text())
    })
    await page.addInitScript(() => {
      const watch = new MutationObserver(() => {
        const checkout = document.querySelector('coinslot-checkout')
        if (!checkout) return
        Object.assign(window, { first_: checkout })
        watch.disconnect()
      })
      watch.observe(document, { childList: true, subtree: true })
    })
    await page.goto(scene.url + path)
    return { page, warnings }
  }
}

/** Elements, attributes and texts of the page's own; what frameworks write for themselves is left out. */
function contentOf(page: Page): Promise<string> {
  return page.locator('main').evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement
    copy.normalize()
    return copy.outerHTML.replace(/<!--[^]*?-->/g, '')
  })
}

function isSameElement(): boolean {
  return document.querySelector('coinslot-checkout') === Reflect.get(window, 'first_')
}

/** Runs in the page: the form that a server puts around the button is gone. */
function isTakenOver(): boolean {
  const { shadowRoot } = document.querySelector('coinslot-checkout')!
  return !!shadowRoot!.querySelector('button') && !shadowRoot!.querySelector('form')
}

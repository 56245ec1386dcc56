import type { Page, Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const BANK = /\/sandbox\/pay\/sbx_/
const PART = /coinslot-act-/

describe('a buyer who is faster than the part that pays', () => {
  const scene = useShop()

  const payButton = (tab: Page) => tab.locator('coinslot-checkout').getByRole('button')

  /** A page whose part is on its way until it is let in. */
  async function open(attributes: string) {
    const { page: tab, calls } = await openPage(scene.browser)
    let letIn: (answer: (route: Route) => void) => void = () => {}
    const isLetIn = new Promise<(route: Route) => void>((resolve) => (letIn = resolve))
    await tab.route(PART, async (route) => (await isLetIn)(route))
    const html = `<!doctype html><html lang="en"><title>Shop</title>
      <script type="module" src="${scene.server.url}/coinslot.js"></script>
      <coinslot-checkout checkout="donation" currency="USD" amount="25.00" editable ${attributes}></coinslot-checkout>`
    await tab.goto(scene.shop.publish('/', { html }))
    await payButton(tab).waitFor()
    return {
      tab,
      calls,
      arrive: () => letIn((route) => void route.continue()),
      getLost: () => letIn((route) => void route.abort()),
    }
  }

  it('waits, and is then sent to the payment page once, however often he clicks', async () => {
    const { tab, calls, arrive } = await open('')
    await payButton(tab).click()
    await tab.getByRole('status').filter({ hasText: 'Preparing' }).waitFor({ state: 'attached' })
    await payButton(tab).click({ force: true })
    arrive()
    await tab.waitForURL(BANK)
    expect(calls).toEqual(['POST /v1/sessions'])
  })

  it('has the window opened in his click, and closed to this page', async () => {
    const { tab, arrive } = await open('target="_blank"')
    const popup = tab.waitForEvent('popup')
    await payButton(tab).click()
    const bank = await popup
    expect(bank.url()).toBe('about:blank')
    arrive()
    await bank.waitForURL(BANK)
    expect(await bank.evaluate(() => window.opener)).toBeNull()
    await payButton(tab).waitFor()
  })

  it('goes to the payment page in this window where no other may be opened', async () => {
    const { tab, arrive } = await open('target="_blank"')
    await tab.evaluate(() => {
      window.open = () => null
    })
    await payButton(tab).click()
    arrive()
    await tab.waitForURL(BANK)
  })

  it('has no window left open by an amount that is wrong', async () => {
    const { tab, calls, arrive } = await open('target="_blank" min-amount="5.00"')
    await tab.getByRole('textbox').fill('4')
    const popup = tab.waitForEvent('popup')
    await payButton(tab).click()
    const opened = await popup
    arrive()
    await tab.getByText('The minimum is $5.00.').waitFor()
    if (!opened.isClosed()) await opened.waitForEvent('close')
    expect(calls).toEqual([])
  })

  it('is told that there was no connection where it gets lost, and pays with the next click', async () => {
    const { tab, calls, getLost } = await open('target="_blank"')
    const popup = tab.waitForEvent('popup')
    await payButton(tab).click()
    const opened = await popup
    getLost()
    await tab.getByText('There was no connection. You have not been charged.').waitFor()
    if (!opened.isClosed()) await opened.waitForEvent('close')
    expect(calls).toEqual([])

    await tab.unroute(PART)
    const next = tab.waitForEvent('popup')
    await payButton(tab).click()
    await (await next).waitForURL(BANK)
  })

  it('has no window left open where the page takes the checkout away meanwhile', async () => {
    const { tab, calls, arrive } = await open('target="_blank"')
    const popup = tab.waitForEvent('popup')
    await payButton(tab).click()
    const opened = await popup
    await tab.evaluate(() => document.querySelector('coinslot-checkout')!.remove())
    arrive()
    if (!opened.isClosed()) await opened.waitForEvent('close')
    expect(calls).toEqual([])
  })

  it('is not told that what he typed is wrong before anybody could read it', async () => {
    const { tab, arrive } = await open('locale="de-DE"')
    const field = tab.getByRole('textbox')
    await field.fill('12,5')
    await field.blur()
    await payButton(tab)
      .filter({ hasText: /^\s*Zahlen\s*$/ })
      .waitFor()
    expect(await tab.locator('[role=alert]').textContent()).toBe('')
    arrive()
    await payButton(tab).filter({ hasText: '12,50\u00a0$ zahlen' }).waitFor()
    expect(await tab.locator('[role=alert]').textContent()).toBe('')
  })

  it('has what he typed read as his locale writes it', async () => {
    const { tab, arrive } = await open('locale="de-DE"')
    await tab.getByRole('textbox').fill('1.234,5')
    await payButton(tab).click()
    arrive()
    await tab.waitForURL(BANK)
    await tab.getByText('$1,234.50').first().waitFor()
  })
})

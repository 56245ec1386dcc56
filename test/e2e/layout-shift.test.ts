import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const DOCUMENTATION = readFileSync(new URL('../../demo/docs/embedding.md', import.meta.url), 'utf8')
/** The rules that the documentation tells to reserve the elements' heights. */
const RESERVED = /```css\n(coinslot-checkout:not[^`]*)```/.exec(DOCUMENTATION)![1]!

declare global {
  interface Window {
    shift: number
  }
}

describe('the page around the elements', () => {
  const scene = useShop()

  /** Opens a page on which everything of ours comes late, so that each step is painted by itself. */
  async function openSlowly(content: string, css: string, query = '') {
    const html = `<!doctype html><html lang="en"><title>Shop</title><style>${css}</style>
      <script type="module" src="${scene.server.url}/coinslot.js"></script>
      <h1>Shop</h1>${content}<p>What is below.</p></html>`
    const { page } = await openPage(scene.browser, { viewport: { width: 390, height: 900 } })
    await page.route(/coinslot|\/v1\//, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await route.continue()
    })
    await page.addInitScript(() => {
      window.shift = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, hadRecentInput } = entry as unknown as LayoutShift
          if (!hadRecentInput) window.shift += value
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(scene.shop.publish('/', { html }) + query)
    return page
  }

  interface LayoutShift {
    readonly value: number
    readonly hadRecentInput: boolean
  }

  async function readShift(page: Page): Promise<number> {
    // Two frames: what was shown last has been painted, and its shifts reported.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    return page.evaluate(() => window.shift)
  }

  const asking = '<coinslot-checkout checkout="donation"></coinslot-checkout>'

  it('would be seen to shift, did nothing reserve the height', async () => {
    const page = await openSlowly(asking, '')
    await page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    expect(await readShift(page)).toBeGreaterThan(0)
  })

  it.each([
    ['the server’s terms', asking, 'Pay $25.00'],
    [
      'terms by attributes',
      '<coinslot-checkout checkout="donation" currency="USD" amount="25.00" min-amount="5.00" description="Tea" editable></coinslot-checkout>',
      'Pay $25.00',
    ],
    ['a fixed price', '<coinslot-checkout checkout="mug"></coinslot-checkout>', 'Pay €19.90'],
  ])('does not shift by %s', async (_, content, name) => {
    const page = await openSlowly(content, RESERVED)
    await page.getByRole('button', { name }).waitFor()
    expect(await readShift(page)).toBe(0)
  })

  it('stays where it is when the field is left and an error is said', async () => {
    const page = await openSlowly(asking, RESERVED)
    await page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    const below = page.getByText('What is below.')
    const before = await below.boundingBox()
    await page.getByRole('textbox').fill('1')
    await page.keyboard.press('Tab')
    await page.getByText('The minimum is $5.00').waitFor()
    expect(await below.boundingBox()).toEqual(before)
  })

  it('does not shift by the status of a payment, from nothing to "received"', async () => {
    const answer = await fetch(`${scene.server.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'layout-shift-status' },
      body: JSON.stringify({ checkout: 'donation' }),
    })
    const { id } = (await answer.json()) as { id: string }
    const page = await openSlowly(
      '<coinslot-status></coinslot-status>',
      RESERVED,
      `?coinslot_session=${id}`,
    )
    await page.getByText('$25.00').waitFor()
    expect(await readShift(page)).toBe(0)
  })
})

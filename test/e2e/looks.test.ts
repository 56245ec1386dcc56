import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'

describe('the page of looks', () => {
  const demo = useDemo()

  async function openLooks(options: Parameters<typeof openPage>[1] = {}) {
    const watched = await openPage(demo.browser, options)
    await watched.page.goto(demo.server.url)
    await watched.page.getByRole('link', { name: 'Looks' }).click()
    await watched.page.getByRole('button', { name: 'Pay $25.00' }).nth(5).waitFor()
    return watched
  }

  it('shows the same element six times, each with its style sheet, and complains of nothing', async () => {
    const { page, complaints } = await openLooks()
    const elements = page.locator('coinslot-checkout')
    const tags = await elements.evaluateAll((all) => all.map(({ outerHTML }) => outerHTML))
    expect(tags).toHaveLength(6)
    expect(new Set(tags).size).toBe(1)
    for (const details of await page.locator('details').all()) {
      await details.locator('summary').click()
      expect(await details.locator('code').innerText()).toContain('coinslot-checkout')
    }
    expect(complaints).toEqual([])
  })

  it.each(['light', 'dark'] as const)('has no two alike in the %s scheme', async (colorScheme) => {
    const { page } = await openLooks({ colorScheme })
    const buttons = page.locator('coinslot-checkout [part="button"]')
    const looks = await buttons.evaluateAll((all) =>
      all.map((button) => {
        const { fontFamily, borderRadius, backgroundColor } = getComputedStyle(button)
        return `${fontFamily} ${borderRadius} ${backgroundColor}`
      }),
    )
    expect(new Set(looks).size).toBe(6)
  })

  it.each(['ltr', 'rtl'])('fits a telephone of 320 pixels, written %s', async (direction) => {
    const { page } = await openLooks({ viewport: { width: 320, height: 640 } })
    await page.evaluate((dir) => void (document.documentElement.dir = dir), direction)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })

  it('can be paid on by any of them', async () => {
    const { page } = await openLooks()
    await page.getByRole('button', { name: 'Pay $25.00' }).nth(5).click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  })
})

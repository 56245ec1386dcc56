import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'

describe('an ending that is rehearsed on the demo page', () => {
  const demo = useDemo()

  /** The sandbox's page for a donation of 25 dollars, with the rarer endings in sight. */
  async function openBank() {
    const watched = await openPage(demo.browser)
    const { page } = watched
    await page.goto(`${demo.server.url}/?view.pay=leave`)
    await page.getByRole('button', { name: 'Pay $25.00' }).click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    await page.getByText('Test: no real money').waitFor()
    await page.getByText('More endings to rehearse').click()
    return watched
  }

  /** Everything that the merchant's system was told, once it is as much as this. */
  async function readTold(page: Page, count: number): Promise<string[]> {
    await page
      .locator('.told li')
      .nth(count - 1)
      .waitFor()
    return page.locator('.told li').allInnerTexts()
  }

  it.each([
    ['Pay only $22.50', 'pending', 'underpaid', ['session.flagged pending, underpaid']],
    ['Pay more: $27.50', 'pending', 'overpaid', ['session.flagged pending, overpaid']],
    [
      'Pay too late',
      'expired',
      'late',
      ['session.expired expired', 'session.flagged expired, late'],
    ],
    ['Pay twice', 'paid', 'duplicate', ['session.paid paid', 'session.flagged paid, duplicate']],
    ['Pay, then refund', 'refunded', null, ['session.paid paid', 'session.refunded refunded']],
  ])(
    '"%s" comes back as %s, %s, and the merchant is told',
    async (choice, status, exception, told) => {
      const { page, complaints } = await openBank()
      await page.getByRole('button', { name: choice }).click()
      await page.waitForURL(/\/return\.html\?coinslot_session=cs_/)
      expect(
        (await readTold(page, told.length)).map((text) => text.replaceAll(/\s+/g, ' ')),
      ).toEqual(told)

      const id = new URL(page.url()).searchParams.get('coinslot_session') ?? ''
      const session: unknown = await (await fetch(`${demo.server.url}/v1/sessions/${id}`)).json()
      expect(session).toMatchObject({ status, exception, amount: '25.00', test: true })
      await page.getByText('Test: no real money').first().waitFor()
      expect(complaints).toEqual([])
    },
  )

  it('"Pay slowly" waits at the bank, and is paid by a second click there, by keyboard alone', async () => {
    const { page, complaints } = await openBank()
    await page.getByRole('button', { name: 'Pay slowly' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'This payment is on its way' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/return\.html\?coinslot_session=cs_/)
    expect((await readTold(page, 2)).map((text) => text.split(/\s/)[0])).toEqual([
      'session.processing',
      'session.paid',
    ])
    expect(complaints).toEqual([])
  })
})

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'

describe('a payment on the demo page', () => {
  const demo = useDemo()

  /** The demo page with its checkout ready for an amount. */
  async function openDemo() {
    const watched = await openPage(demo.browser)
    await watched.page.goto(`${demo.server.url}/?view.pay=leave`)
    await watched.page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    return watched
  }

  async function payAmount(page: Page, typed: string, shown: string): Promise<void> {
    await page.locator('coinslot-checkout').getByRole('textbox').fill(typed)
    await page.getByRole('button', { name: `Pay ${shown}` }).click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  }

  it('is not begun under the minimum: the field has the focus, and nothing was sent', async () => {
    const { page, calls } = await openDemo()
    const before = calls.length
    await page.locator('coinslot-checkout').getByRole('textbox').fill('4.99')
    await page.keyboard.press('Enter')
    await page.locator('coinslot-checkout').getByText('The minimum is $5.00').waitFor()
    const field = page.locator('coinslot-checkout').getByRole('textbox')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true)
    expect(calls.slice(before)).toEqual([])
  })

  it.each([
    ['Pay $42.50', 'Payment received', 'paid'],
    ['Decline the payment', 'The payment did not go through', 'failed'],
    ['Cancel and go back', 'The payment was cancelled', 'canceled'],
    ['Let it expire', 'The payment ran out of time', 'expired'],
  ])('goes to the sandbox, "%s", and comes back to "%s"', async (choice, title, status) => {
    const { page, complaints, calls } = await openDemo()
    await payAmount(page, '42.5', '$42.50')
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /v1/sessions'])
    await page.getByText('no real money moves').waitFor()
    await page.getByRole('button', { name: choice }).click()
    await page.waitForURL(/\/return\.html\?coinslot_session=cs_/)
    await page.getByText(title).waitFor()

    const id = new URL(page.url()).searchParams.get('coinslot_session') ?? ''
    const session: unknown = await (await fetch(`${demo.server.url}/v1/sessions/${id}`)).json()
    expect(session).toMatchObject({ status, amount: '42.50', currency: 'USD', exception: null })
    expect(complaints).toEqual([])
  })

  it('is not believed to be paid because an address says so', async () => {
    const { page } = await openDemo()
    await payAmount(page, '30', '$30.00')
    const opened = await page.context().request.post(`${demo.server.url}/v1/sessions`, {
      headers: { 'Idempotency-Key': 'forged-return-address' },
      data: { checkout: 'donation', amount: '30.00' },
    })
    const { id } = (await opened.json()) as { id: string }
    await page.goto(`${demo.server.url}/return.html?coinslot_session=${id}&status=paid&paid=true`)
    await page.getByText('Waiting for your payment').waitFor()
  })

  it('is followed by another browser than the one that pays, which is told and does not ask', async () => {
    const { page } = await openDemo()
    const opened = page.waitForResponse(/\/v1\/sessions$/)
    await payAmount(page, '30', '$30.00')
    const id = (await opened).headers()['location']?.split('/').at(-1)

    const watcher = await openPage(demo.browser)
    await watcher.page.goto(`${demo.server.url}/return.html?coinslot_session=${id}`)
    await watcher.page.getByText('Waiting for your payment').waitFor()
    await page.getByRole('button', { name: 'Pay $30.00' }).click()
    await watcher.page.getByText('Payment received').waitFor()
    expect(watcher.calls).toEqual([`GET /v1/sessions/${id}/events`])
    expect(watcher.complaints).toEqual([])
  })

  it('is made once, however often the button is pressed', async () => {
    const { page, calls } = await openDemo()
    const button = page.getByRole('button', { name: 'Pay $25.00' })
    await button.evaluate((element: HTMLElement) => {
      for (let count = 0; count < 5; count += 1) element.click()
    })
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /v1/sessions'])
  })

  it('can be begun again after Back: the button is not stuck', async () => {
    const { page } = await openDemo()
    await payAmount(page, '42.5', '$42.50')
    await page.goBack()
    const button = page.getByRole('button', { name: /^Pay/ })
    await button.waitFor()
    await button.click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  })

  it('can be made by keyboard alone, in a currency without decimals', async () => {
    const { page } = await openDemo()
    await page.getByRole('radio', { name: /tip/i }).focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Pay ¥500' }).waitFor()
    await page.locator('coinslot-checkout').getByRole('textbox').focus()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('1200')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/return\.html/)
    await page.getByText('¥1,200').first().waitFor()
  })
})

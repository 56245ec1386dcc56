/** The configurator, as a merchant uses it. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'
import { findFaults } from './page-checks.ts'

const ENDINGS = [
  ['Paid', 'Payment received', ['session.paid paid']],
  ['Declined', 'The payment did not go through', ['session.failed failed']],
  ['Cancelled', 'The payment was cancelled', ['session.canceled canceled']],
  ['Expired', 'The payment ran out of time', ['session.expired expired']],
  ['Too little paid', 'underpaid', ['session.flagged pending underpaid']],
  ['Too much paid', 'overpaid', ['session.flagged pending overpaid']],
  ['Paid too late', 'late', ['session.expired expired', 'session.flagged expired late']],
  ['Paid twice', 'duplicate', ['session.paid paid', 'session.flagged paid duplicate']],
  ['Paid, then refunded', 'refunded', ['session.paid paid', 'session.refunded refunded']],
] as const

describe('the configurator', () => {
  const demo = useDemo()

  async function open(search = '', options: Parameters<typeof openPage>[1] = {}) {
    const watched = await openPage(demo.browser, options)
    const foreign: string[] = []
    watched.page.on('request', (request) => {
      if (!request.url().startsWith(demo.server.url)) foreign.push(request.url())
    })
    await watched.page.goto(`${demo.server.url}/${search}`)
    await watched.page.locator('coinslot-checkout').getByRole('button').first().waitFor()
    return { ...watched, foreign }
  }

  const element = (page: Page) => page.locator('coinslot-checkout')
  const payButton = (page: Page, sum = /^Pay/) => element(page).getByRole('button', { name: sum })
  const code = (page: Page) => page.locator('.snippet').innerText()
  const address = (page: Page) => new URL(page.url())

  /** What the log says in a lane, in words. */
  async function readLane(page: Page, lane: 'page' | 'server', last: string) {
    const entries = page.locator(`.entry-${lane} .entry-body`)
    await entries.filter({ hasText: last }).first().waitFor()
    return (await entries.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))
  }

  describe('an address that somebody else made', () => {
    it.each([
      ['script', '?description=<img src=x onerror=alert(1)>&amount=5.00&currency=USD#html'],
      ['a script in an attribute', '?name="><script>alert(1)</script>'],
      ['a style that loads', '?--coinslot-accent=url(https://elsewhere.example/x.png)'],
      ['a style that covers the page', '?::button=position:fixed;inset:0'],
      ['another server', '?server=https://elsewhere.example'],
      ['a tab that is none', '#"><script>alert(1)</script>'],
    ])('with %s does nothing but show text', async (_, search) => {
      const { page, complaints, foreign } = await open(search)
      await payButton(page).waitFor()
      expect(await page.locator('img, .snippet script, .shop script').count()).toBe(0)
      expect(await element(page).getAttribute('server')).toBeNull()
      expect(
        await payButton(page).evaluate((button) => getComputedStyle(button).position),
      ).not.toBe('fixed')
      expect(foreign).toEqual([])
      expect(complaints).toEqual([])
    })

    it('with an offer that nobody signed is told so, and charges nothing', async () => {
      const { page } = await open('?offer=eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl')
      await payButton(page).click()
      await page.locator('.is-bad').filter({ hasText: 'offer_invalid' }).waitFor()
      expect(await page.locator('.bank').isVisible()).toBe(false)
    })
  })

  it('is light, and asks nobody else for anything', async () => {
    const { page, context, complaints, foreign } = await open()
    const session = await context.newCDPSession(page)
    let bytes = 0
    await session.send('Network.enable')
    await session.send('Network.setCacheDisabled', { cacheDisabled: true })
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
    await page.reload({ waitUntil: 'networkidle' })
    await payButton(page).waitFor()
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(50_000)
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
  })

  it('has a control for each attribute, and what is set is in element, code and address', async () => {
    const { page, complaints } = await open()
    await page.getByRole('tab', { name: 'Behaviour' }).click()
    await page.getByRole('checkbox', { name: 'disabled' }).check()
    await page.getByLabel('client-reference-id').fill('A & "B"')
    await page.getByLabel('target').selectOption('_top')
    const attributes = await element(page).evaluate((checkout) =>
      Object.fromEntries([...checkout.attributes].map(({ name, value }) => [name, value])),
    )
    expect(attributes).toEqual({
      checkout: 'donation',
      disabled: '',
      'client-reference-id': 'A & "B"',
      target: '_top',
    })
    expect(await code(page)).toContain('client-reference-id="A &amp; &quot;B&quot;"')
    expect(Object.fromEntries(address(page).searchParams)).toEqual({
      disabled: '',
      'client-reference-id': 'A & "B"',
      target: '_top',
    })
    expect(complaints).toEqual([])
  })

  it('is as it was to whoever opens its address', async () => {
    const first = await open()
    await first.page.getByRole('radio', { name: 'A product' }).check()
    await first.page.getByLabel('Amount to begin with').fill('30')
    await first.page.getByRole('tab', { name: 'Look' }).click()
    await first.page.getByRole('button', { name: 'Leaf' }).click()
    await first.page.getByRole('tab', { name: 'Vue' }).click()
    await payButton(first.page, /€30\.00/).waitFor()

    const { page } = await open(first.page.url().slice(demo.server.url.length + 1))
    await payButton(page, /€30\.00/).waitFor()
    expect(await page.getByRole('tab', { name: 'Vue' }).getAttribute('aria-selected')).toBe('true')
    expect(await page.getByRole('radio', { name: 'A product' }).isChecked()).toBe(true)
    expect(await payButton(page).evaluate((button) => getComputedStyle(button).borderRadius)).toBe(
      '999px',
    )
  })

  it('shows the focus ring’s colour as that of the button, until it is another', async () => {
    const { page } = await open('?--coinslot-accent=%23123456')
    await page.getByRole('tab', { name: 'Look' }).click()
    const swatch = page.getByLabel('Colour of the focus ring', { exact: true })
    await expect.poll(() => swatch.inputValue()).toBe('#123456')
    await page.getByLabel('--coinslot-focus').fill('#654321')
    await expect.poll(() => swatch.inputValue()).toBe('#654321')
  })

  it('begins anew', async () => {
    const { page } = await open('?amount=7.00&::button=font-weight:+300#link')
    await payButton(page, /\$7\.00/).waitFor()
    await page.getByRole('button', { name: 'Start over' }).click()
    await payButton(page, /\$25\.00/).waitFor()
    expect(page.url()).toBe(`${demo.server.url}/#link`)
  })

  it('takes no style that does more than paint, and says so at the field', async () => {
    const { page } = await open()
    await page.getByRole('tab', { name: 'Parts' }).click()
    const field = page.getByLabel('::part(button)')
    await field.fill('position: fixed')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(address(page).search).toBe('')
    await field.fill('letter-spacing: 2px')
    expect(await field.getAttribute('aria-invalid')).toBeNull()
    expect(await payButton(page).evaluate((button) => getComputedStyle(button).letterSpacing)).toBe(
      '2px',
    )
  })

  it('has changed terms signed, so that they can be paid', async () => {
    const { page } = await open()
    await page.getByLabel('ISO 4217 code').fill('EUR')
    await page.getByLabel('presets Suggested amounts', { exact: true }).fill('7.50 15')
    await page.getByLabel('Amount to begin with').fill('7.50')
    await page.locator('.code-note').filter({ hasText: 'signed' }).waitFor()
    await payButton(page, /€7\.50/).click()
    await page.getByRole('button', { name: 'Paid', exact: true }).click()
    await page.locator('.returned').getByText('€7.50').waitFor()
  })

  it('says what the server finds wrong with terms', async () => {
    const { page } = await open()
    await page.getByLabel('Least amount').fill('9000')
    await page.locator('.signing').filter({ hasText: 'would not take these terms' }).waitFor()
  })

  it.each(ENDINGS)('rehearses "%s"', async (ending, shown, told) => {
    const { page, complaints } = await open()
    await payButton(page).click()
    await page.getByRole('heading', { name: 'The buyer is at the bank' }).waitFor()
    await page.getByRole('button', { name: ending, exact: true }).click()
    await page.getByRole('heading', { name: 'The buyer is back' }).waitFor()
    const seen = await readLane(page, 'server', told.at(-1)!.split(' ')[0]!)
    const notifications = seen
      .filter((text) => text.startsWith('notification'))
      .map((text) => text.replace(/^notification | status| for a person to look into/g, ''))
    expect(notifications).toEqual(told)
    if (/[A-Z]/.test(shown)) await page.locator('.returned').getByText(shown).waitFor()
    else expect(seen.join()).toContain(shown)
    expect(complaints).toEqual([])
  })

  it('rehearses "Paid slowly", and how it goes on', async () => {
    const { page } = await open()
    await payButton(page).click()
    await page.getByRole('button', { name: 'Paid slowly' }).click()
    await page.getByRole('heading', { name: 'The payment is on its way' }).waitFor()
    await page.getByRole('button', { name: 'Declined after all' }).click()
    await page.locator('.returned').getByText('The payment did not go through').waitFor()
  })

  it('logs a whole payment: the element’s events, and what the server sees', async () => {
    const { page } = await open()
    await payButton(page).click()
    await page.getByRole('button', { name: 'Paid', exact: true }).click()
    const onServer = await readLane(page, 'server', 'session.paid')
    expect(onServer.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'request POST',
      'session pending',
      'webhook payment.paid',
      'session paid',
      'notification session.paid',
    ])
    const onPage = await readLane(page, 'page', 'coinslot-redirect')
    expect(onPage.map((text) => text.split(' ')[1])).toEqual([
      'coinslot-ready',
      'coinslot-submit',
      'coinslot-redirect',
    ])
    expect(onPage[1]).toContain('amount 25.00 currency USD')
  })

  it('can be paid with again after that, and the log can be cleared', async () => {
    const { page } = await open()
    await payButton(page).click()
    await page.getByRole('button', { name: 'Cancelled' }).click()
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await page.locator('.entry').count()).toBe(0)
    await payButton(page).click()
    await page.getByRole('heading', { name: 'The buyer is at the bank' }).waitFor()
  })

  it('says that it copied, and it did', async () => {
    const { page, context } = await open()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('tab', { name: 'Svelte' }).click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe((await page.locator('.snippet').textContent())!.trimEnd())
  })

  it('can be used by keyboard alone, from a setting to a payment that has ended', async () => {
    const { page } = await open()
    await page.getByRole('radio', { name: 'A donation' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await payButton(page, /¥500/).waitFor()
    await page.getByRole('tab', { name: 'Terms' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.locator(':focus').innerText()).toBe('Behaviour')
    await page.keyboard.press('End')
    expect(await page.locator(':focus').innerText()).toBe('Parts')
    await page.keyboard.press('Home')
    await payButton(page).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The buyer is at the bank' }).waitFor()
    // The heading has the focus: the bank's page, then the first ending.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The buyer is back' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await payButton(page, /¥500/).waitFor()
  })

  it('turns its tabs the other way where it is written from right to left', async () => {
    const { page } = await open()
    await page.evaluate(() => void (document.documentElement.dir = 'rtl'))
    await page.getByRole('tab', { name: 'Terms' }).focus()
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator(':focus').innerText()).toBe('Behaviour')
  })

  it.each(['ltr', 'rtl'])(
    'fits a telephone of 320 pixels, written %s, on every tab',
    async (dir) => {
      const { page } = await open('', { viewport: { width: 320, height: 640 } })
      await page.evaluate((direction) => void (document.documentElement.dir = direction), dir)
      await payButton(page).click()
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click()
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
      }
    },
  )

  it.each([
    ['light', 'ltr'],
    ['dark', 'ltr'],
    ['light', 'rtl'],
  ] as const)(
    'has no fault that axe finds, %s, written %s, on any tab',
    async (colorScheme, dir) => {
      const { page } = await open('', { colorScheme })
      await page.evaluate((direction) => void (document.documentElement.dir = direction), dir)
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click()
        expect(await findFaults(page)).toEqual([])
      }
      await payButton(page).click()
      await page.getByRole('button', { name: 'Too little paid' }).click()
      await readLane(page, 'server', 'session.flagged')
      expect(await findFaults(page)).toEqual([])
    },
  )

  it('says without script where to pay', async () => {
    const { page } = await openPage(demo.browser, { javaScriptEnabled: false })
    await page.goto(demo.server.url)
    await page.getByRole('link', { name: 'pay on a page that needs none' }).click()
    await page.waitForURL(/\/pay\/donation$/)
  })
})

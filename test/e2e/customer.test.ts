/** What a checkout asks of the buyer, from the built script to the sandbox, and without any script. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const CANARY = /Lovelace|ada@example|Linden|Rivoli/

describe('a checkout that asks who the buyer is', () => {
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    const configuration = (publicUrl: string) => ({
      publicUrl,
      providers: { sandbox: {} },
      checkouts: {
        parcel: {
          provider: 'sandbox',
          currency: 'EUR',
          amount: '19.90',
          collect: ['name', 'email', 'billingAddress', 'shippingAddress'],
        },
      },
    })
    ;[server, browser] = await Promise.all([startServer({ configuration }), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** Every address that a page asks for, and what the API is told of the buyer. */
  function listen(page: Page) {
    const heard = { urls: [] as string[], customers: [] as unknown[] }
    page.on('request', (request) => {
      heard.urls.push(request.url())
      if (request.method() !== 'POST' || !request.url().endsWith('/v1/sessions')) return
      heard.customers.push((request.postDataJSON() as { customer?: unknown }).customer)
    })
    return heard
  }

  async function fillAll(page: Page): Promise<void> {
    await page.getByLabel('Last name').fill('Lovelace')
    await page.getByLabel('Email address').fill('ada@example.com')
    const billing = page.getByRole('group', { name: 'Billing address' })
    await billing.getByLabel('Street and house number').fill('Unter den Linden 1')
    await billing.getByLabel('City').fill('Berlin')
    await billing.getByLabel('Country or region').selectOption('DE')
    await page.getByLabel('Deliver to the billing address').uncheck()
    const shipping = page.getByRole('group', { name: 'Delivery address' })
    await shipping.getByLabel('Street and house number').fill('1 Rue de Rivoli')
    await shipping.getByLabel('City').fill('Paris')
    await shipping.getByLabel('Country or region').selectOption({ label: 'France' })
  }

  it('loads the fields for it, verified, and sends what was typed once, in no address', async () => {
    const { page, complaints } = await openPage(browser, { locale: 'en-GB' })
    await page.route('**/shop', (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: {
          'Content-Security-Policy': `default-src 'none'; script-src ${server.url}; connect-src ${server.url}`,
        },
        body: `<!doctype html><html lang="en-GB"><title>Shop</title>
          <script type="module" src="${server.url}/coinslot.js"></script>
          <coinslot-checkout checkout="parcel"></coinslot-checkout>`,
      }),
    )
    const heard = listen(page)
    await page.goto(`${server.url}/shop`)
    await page.getByRole('button', { name: 'Pay €19.90' }).click()
    await page.locator('#email-error').getByText('Please enter your email address.').waitFor()
    expect(heard.customers).toEqual([])

    await fillAll(page)
    await page.getByRole('button', { name: 'Pay €19.90' }).click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    expect(heard.customers).toEqual([
      {
        lastName: 'Lovelace',
        email: 'ada@example.com',
        billingAddress: { line1: 'Unter den Linden 1', city: 'Berlin', country: 'DE' },
        shippingAddress: { line1: '1 Rue de Rivoli', city: 'Paris', country: 'FR' },
      },
    ])
    expect(heard.urls.filter((url) => /coinslot-customer-[\w-]{8}\.js$/.test(url))).toHaveLength(1)
    expect(heard.urls.join('\n')).not.toMatch(CANARY)
    expect(complaints).toEqual([])
  })

  it('is unavailable where the fields cannot be loaded, until it is tried again', async () => {
    const { page } = await openPage(browser, { locale: 'en-GB' })
    await page.route('**/shop', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><title>Shop</title>
          <script type="module" src="${server.url}/coinslot.js"></script>
          <coinslot-checkout checkout="parcel"></coinslot-checkout>`,
      }),
    )
    await page.route(/coinslot-customer-/, (route) => route.abort())
    await page.goto(`${server.url}/shop`)
    const again = page.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    await page.unroute(/coinslot-customer-/)
    await again.click()
    await page.getByLabel('Email address').waitFor()
  })

  it('asks on the payment page without script, too', async () => {
    const { page } = await openPage(browser, { javaScriptEnabled: false, locale: 'en-GB' })
    const heard = listen(page)
    await page.goto(`${server.url}/pay/parcel`)
    await page.getByRole('group', { name: 'Delivery address' }).waitFor({ state: 'hidden' })
    await fillAll(page)
    await page.getByLabel('Email address').fill('ada@localhost')
    await page.getByRole('button', { name: 'Pay €19.90' }).click()
    await page.locator('#email-error').getByText('Please write the email address like').waitFor()
    const email = page.getByLabel('Email address')
    expect(await email.inputValue()).toBe('ada@localhost')
    expect(await page.getByLabel('Last name').inputValue()).toBe('Lovelace')
    await email.fill('ada@example.com')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    expect(heard.urls.join('\n')).not.toMatch(CANARY)
  })
})

import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  SDK_PATH,
  startFakeKuvarPay,
  TOKEN_CANARY,
  type FakeKuvarPay,
} from '../server/providers/fake-kuvarpay.ts'
import { openBrowser, openPage, type WatchedPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const SHOP = 'https://shop.example'
const CHECKOUT = {
  provider: 'kuvarpay',
  currency: 'KES',
  amount: '1500.00',
  description: 'Support the city library',
}

describe('the bridge page', () => {
  let fake: FakeKuvarPay
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    const secrets = { apiKey: 'sk_live', webhookSecret: 'whs_1' }
    fake = await startFakeKuvarPay({ ...secrets, businessId: 'biz_1', auth: 'x-api-key' })
    const configuration = (url: string) => ({
      publicUrl: url,
      providers: { kuvarpay: { businessId: 'biz_1', sdkUrl: fake.url + SDK_PATH } },
      checkouts: {
        donation: {
          ...CHECKOUT,
          successUrl: `${SHOP}/thanks`,
          cancelUrl: `${SHOP}/donate`,
          failUrl: `${SHOP}/sorry`,
        },
        silent: CHECKOUT,
      },
    })
    const environment = {
      KUVARPAY_API_KEY: secrets.apiKey,
      KUVARPAY_PUBLISHABLE_KEY: 'pk_live',
      KUVARPAY_WEBHOOK_SECRET: secrets.webhookSecret,
      KUVARPAY_BASE_URL: fake.url,
    }
    ;[server, browser] = await Promise.all([
      startServer({ configuration, environment }),
      openBrowser(),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await fake?.close()
  })

  let keys = 0
  beforeEach(() => void (keys += 1))

  async function createSession(checkout: string): Promise<{ id: string; redirectUrl: string }> {
    const answer = await fetch(`${server.url}/v1/sessions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': `bridge-page-${String(keys).padStart(8, '0')}`,
      },
      body: JSON.stringify({ checkout }),
    })
    return (await answer.json()) as { id: string; redirectUrl: string }
  }

  /** A browser that knows the shop's pages, and has the SDK or is kept from it. */
  async function openBridge(
    checkout: string,
    { sdk, ...options }: BrowserContextOptions & { sdk?: 'blocked' | 'hanging' } = {},
  ): Promise<WatchedPage & { id: string }> {
    const { id, redirectUrl } = await createSession(checkout)
    const watched = await openPage(browser, options)
    const { page } = watched
    await page.route(`${SHOP}/**`, (route) => route.fulfill({ body: 'the shop' }))
    if (sdk === 'blocked') await page.route(`**${SDK_PATH}`, (route) => route.abort())
    if (sdk === 'hanging') await page.route(`**${SDK_PATH}`, () => undefined)
    await page.clock.install()
    await page.goto(redirectUrl, { waitUntil: sdk === 'hanging' ? 'commit' : 'load' })
    return { ...watched, id }
  }

  it('says that the payment cannot be opened where the SDK is blocked, and opens it by the next try', async () => {
    const { page } = await openBridge('donation', { sdk: 'blocked' })
    const status = page.getByRole('status')
    await status.getByText('The payment could not be opened.').waitFor()
    const back = page.getByRole('link', { name: 'Back to the shop' })
    expect(await back.getAttribute('href')).toMatch(`${SHOP}/donate?coinslot_session=cs_`)

    await page.unroute(`**${SDK_PATH}`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pay' }).waitFor()
  })

  it('says that it takes long where the SDK does not come, and how to get out', async () => {
    const { page } = await openBridge('donation', { sdk: 'hanging' })
    const status = page.getByRole('status')
    await status.getByText('Opening the payment…').waitFor()
    const retry = page.getByRole('link', { name: 'Try again' })
    expect(await retry.isVisible()).toBe(false)
    await page.clock.fastForward(15_000)
    await status.getByText('takes longer than it should').waitFor()
    expect(await retry.isVisible()).toBe(true)
    await page.getByRole('link', { name: 'Back to the shop' }).click()
    await page.waitForURL(`${SHOP}/donate?coinslot_session=cs_*`)
  })

  it('says what to do where there is no script at all', async () => {
    const { redirectUrl } = await createSession('donation')
    const { page } = await openPage(browser, { javaScriptEnabled: false })
    await page.goto(redirectUrl)
    // Playwright's own search for a text passes over what is for those without script.
    const words = page.locator('noscript p')
    expect(await words.isVisible()).toBe(true)
    expect(await words.textContent()).toContain('cannot be opened without JavaScript')
    await page.getByRole('link', { name: 'Back to the shop' }).waitFor()
  })

  it.each([
    ['Pay', '/thanks'],
    ['Leave', '/donate'],
    ['Break', '/sorry'],
  ])('leads back to the shop after "%s"', async (choice, path) => {
    const { page, id, complaints } = await openBridge('donation')
    await page.getByRole('button', { name: choice }).click()
    await page.waitForURL(`${SHOP}${path}?coinslot_session=${id}`)
    expect(complaints).toEqual([])
  })

  it.each([
    ['Pay', 'Thank you.', false],
    ['Leave', 'You have left the payment.', true],
    ['Break', 'something went wrong', true],
  ])(
    'says what became of it after "%s" where the shop has no page',
    async (choice, text, again) => {
      const { page } = await openBridge('silent')
      await page.getByRole('button', { name: choice }).click()
      await page.getByRole('status').getByText(text).waitFor()
      expect(await page.locator('[data-retry]').isHidden()).toBe(!again)
    },
  )

  it('opens the payment with the session, its credential and public keys alone', async () => {
    const { page, complaints, calls } = await openBridge('donation', { colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Pay' }).waitFor()
    const sessionId = [...fake.sessions.keys()].at(-1)
    expect(await page.evaluate('window.opened')).toEqual([
      {
        settings: { apiKey: 'pk_live', businessId: 'biz_1', baseUrl: fake.url },
        payment: { sessionId, authToken: `${TOKEN_CANARY}-${sessionId}` },
        options: { theme: 'dark' },
      },
    ])
    expect(calls).toEqual([])
    expect(complaints).toEqual([])
  })

  it('can be loaded again, and leads on to the shop once the payment is made', async () => {
    const { page } = await openBridge('donation')
    await page.reload()
    await page.getByRole('button', { name: 'Pay' }).waitFor()
    const reference = [...fake.sessions.keys()].at(-1) ?? ''
    fake.change(reference, { status: 'COMPLETED' })
    const { headers, raw } = fake.webhook('checkout_session.completed', reference)
    const told = await fetch(`${server.url}/v1/webhooks/kuvarpay`, {
      method: 'POST',
      headers,
      body: raw,
    })
    expect(told.status).toBe(200)
    const again = await fetch(page.url(), { redirect: 'manual' })
    expect(again.headers.get('Location')).toMatch(`${SHOP}/thanks?coinslot_session=cs_`)
  })

  it('is what the payment page without script leads to', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${server.url}/pay/donation`)
    await page.getByRole('button', { name: /^Pay/ }).click()
    await page.waitForURL(/\/bridge\/cs_/)
    await page.getByRole('button', { name: 'Leave' }).waitFor()
    expect(complaints).toEqual([])
  })
})

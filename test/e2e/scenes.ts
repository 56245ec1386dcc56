/** Everything that a buyer can be shown, each as a page that stands still: what the tests of accessibility look at. */
import type { Page, Route } from 'playwright-core'
import { SDK_PATH, startFakeKuvarPay } from '../server/providers/fake-kuvarpay.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { openShop, type Shop } from './shop.ts'

export interface Stage {
  readonly shop: Shop
  readonly server: ServerProcess
  stop(): Promise<void>
}

/** Brings a page, in a language, to where there is something to look at. */
export type Scene = (page: Page, stage: Stage, lang: string) => Promise<unknown>

const COLLECTED = ['name', 'email', 'phone', 'billingAddress', 'shippingAddress']

/** A server with a checkout of each kind, a shop, and a provider that needs the bridge page. */
export async function openStage(): Promise<Stage> {
  const secrets = { apiKey: 'sk_live', webhookSecret: 'whs_1' }
  const fake = await startFakeKuvarPay({ ...secrets, businessId: 'biz_1', auth: 'x-api-key' })
  const shop = await openShop()
  const server = await startServer({
    configuration: (publicUrl) => configuration(publicUrl, shop.url, fake.url + SDK_PATH),
    environment: {
      KUVARPAY_API_KEY: secrets.apiKey,
      KUVARPAY_PUBLISHABLE_KEY: 'pk_live',
      KUVARPAY_WEBHOOK_SECRET: secrets.webhookSecret,
      KUVARPAY_BASE_URL: fake.url,
    },
  })
  const stop = async () => {
    await server.stop()
    await fake.close()
    shop.close()
  }
  return { shop, server, stop }
}

function configuration(publicUrl: string, shopUrl: string, sdkUrl: string) {
  const donation = {
    provider: 'sandbox',
    currency: 'USD',
    amount: '25.00',
    minAmount: '5.00',
    maxAmount: '5000.00',
    editable: true,
    presets: ['10.00', '25.00', '1000.00'],
    description: 'Support the library',
    successUrl: `${shopUrl}/thanks`,
    cancelUrl: `${shopUrl}/thanks`,
  }
  const mug = { provider: 'sandbox', currency: 'EUR', amount: '19.90', description: 'Enamel mug' }
  return {
    publicUrl,
    origins: [shopUrl],
    providers: { sandbox: {}, kuvarpay: { businessId: 'biz_1', sdkUrl } },
    checkouts: {
      donation,
      mug,
      parcel: { ...mug, collect: COLLECTED },
      gift: { ...donation, collect: ['name', 'email'] },
      bridged: { ...mug, provider: 'kuvarpay', cancelUrl: `${shopUrl}/mug` },
    },
  }
}

/** A shop's page in the language, with this on it. */
export async function openShopPage(page: Page, stage: Stage, lang: string, content: string) {
  const html = `<!doctype html>
    <html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Shop</title>
      <style>body { margin: 1rem; font: 100%/1.5 system-ui, sans-serif; background: Canvas }</style>
      <script type="module" src="${stage.server.url}/coinslot.js"></script>
      <main><h1>Shop</h1>${content}</main>
    </html>`
  await page.goto(stage.shop.publish(`/${lang}`, { html }))
}

const hang = () => undefined
const state = (name: string) => `:is(coinslot-checkout, coinslot-status):state(${name})`

function checkout(
  markup: string,
  act: (page: Page) => Promise<unknown>,
  prepare: (page: Page) => Promise<unknown> = async () => undefined,
): Scene {
  return async (page, stage, lang) => {
    await prepare(page)
    await openShopPage(page, stage, lang, `<coinslot-checkout ${markup}></coinslot-checkout>`)
    await act(page)
  }
}

const paying = (page: Page) => page.locator('coinslot-checkout [part=button]').click()
const shown = (page: Page) => page.locator('coinslot-checkout [part=button]').waitFor()
const told = (page: Page) => page.locator('[part=error]').filter({ hasText: /./ }).first().waitFor()
const answering = (code: string, status: number) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    headers: { 'Access-Control-Allow-Origin': '*' },
    json: { type: 'about:blank', title: code, status, code, requestId: 'r1', retryable: true },
  })

async function payEmpty(page: Page): Promise<void> {
  const fields = page.locator('coinslot-checkout input:not([type=checkbox], [type=radio])')
  await fields.first().waitFor()
  for (const field of await fields.all()) await field.fill('')
  await paying(page)
  await told(page)
}

async function payWithBothAddresses(page: Page): Promise<void> {
  await page.locator('coinslot-checkout [type=checkbox]').uncheck()
  await payEmpty(page)
}

const checkouts: Readonly<Record<string, Scene>> = {
  'a checkout that is loading': checkout(
    'checkout="donation"',
    (page) => page.locator(state('loading')).waitFor(),
    (page) => page.route('**/v1/checkouts/*', hang),
  ),
  'a checkout with a field': checkout('checkout="donation"', shown),
  'a checkout without test mode': checkout(
    'checkout="donation" currency="EUR" amount="1234.5" editable',
    shown,
  ),
  'a checkout of a fixed price': checkout('checkout="mug"', shown),
  'a checkout that is disabled': checkout('checkout="donation" disabled', shown),
  'a checkout that asks who the buyer is': checkout('checkout="parcel"', shown),
  'a checkout whose amount is missing': checkout('checkout="donation"', payEmpty),
  'a checkout whose buyer says nothing of himself': checkout('checkout="parcel"', payEmpty),
  'a checkout without amount, name and address': checkout('checkout="gift"', payEmpty),
  'a checkout with two addresses': checkout('checkout="parcel"', payWithBothAddresses),
  'a checkout whose connection was lost': checkout(
    'checkout="mug"',
    async (page) => {
      await paying(page)
      await told(page)
    },
    (page) => page.route('**/v1/sessions', (route) => route.abort()),
  ),
  'a checkout whose provider is away': checkout(
    'checkout="donation"',
    async (page) => {
      await paying(page)
      await told(page)
    },
    (page) => page.route('**/v1/sessions', answering('provider_unavailable', 502)),
  ),
  'a checkout that is submitting': checkout(
    'checkout="donation"',
    async (page) => {
      await paying(page)
      await page.locator(state('busy')).waitFor()
    },
    (page) => page.route('**/v1/sessions', hang),
  ),
  'a checkout that is not available': checkout('checkout="nothing"', told),
}

const SESSION = {
  id: 'cs_3q2-7wAAAAAAAAAAAAAAAA',
  status: 'pending',
  exception: null,
  amount: '1234.50',
  currency: 'EUR',
  description: 'Support the library',
  checkout: 'donation',
  clientReferenceId: null,
  redirectUrl: null,
  test: true,
  createdAt: '2026-01-01T12:00:00.000Z',
  updatedAt: '2026-01-01T12:00:00.000Z',
  expiresAt: '2026-01-02T12:00:00.000Z',
}

function status(name: string, answer: (route: Route) => unknown, markup = 'session="cs_1"'): Scene {
  return async (page, stage, lang) => {
    await page.route('**/v1/sessions/*', answer)
    // No stream is to be had: the session is asked for at once.
    await page.route('**/v1/sessions/*/events', (route) => route.fulfill({ status: 404 }))
    await openShopPage(page, stage, lang, `<coinslot-status ${markup}></coinslot-status>`)
    await page.locator(state(name)).locator('[part=message]').waitFor()
  }
}

const standing = (changes: Partial<Record<keyof typeof SESSION, string>>) => (route: Route) =>
  route.fulfill({
    headers: { 'Access-Control-Allow-Origin': '*' },
    json: { ...SESSION, ...changes },
  })

const statuses: Readonly<Record<string, Scene>> = {
  ...Object.fromEntries(
    ['pending', 'processing', 'paid', 'failed', 'canceled', 'expired', 'refunded'].map((name) => [
      `a payment that is ${name}`,
      status(name, standing({ status: name })),
    ]),
  ),
  'a payment that needs a person': status('review', standing({ exception: 'underpaid' })),
  'a payment that is looked up': status('asking', hang),
  'a payment that is not known': status('unknown', answering('session_not_found', 404)),
  'a page that names no payment': status('unnamed', hang, ''),
  'a payment whose server is away': status('unreachable', (route) => route.abort()),
}

const served = (path: string, act: Scene = async () => undefined): Scene => {
  return async (page, stage, lang) => {
    await page.goto(stage.server.url + path)
    await act(page, stage, lang)
  }
}

const posting = (page: Page) => page.locator('form button').click()

const payPages: Readonly<Record<string, Scene>> = {
  'the payment page': served('/pay/donation', (page) => page.locator('summary').click()),
  'the payment page of a fixed price': served('/pay/mug'),
  'the payment page that asks who the buyer is': served('/pay/parcel'),
  'the payment page of a wrong amount': served('/pay/donation', async (page) => {
    await page.locator('#amount').fill('1')
    await posting(page)
    await page.getByRole('alert').waitFor()
  }),
  'the payment page of a buyer who says too little': served('/pay/parcel', async (page) => {
    await page.locator('form').evaluate((form: HTMLFormElement) => (form.noValidate = true))
    await posting(page)
    await page.getByRole('alert').waitFor()
  }),
  'the payment page of nothing': served('/pay/nothing'),
}

async function openSession(page: Page, stage: Stage, lang: string, checkoutId: string) {
  const answer = await page.request.post(`${stage.server.url}/v1/sessions`, {
    headers: { 'Idempotency-Key': crypto.randomUUID() },
    data: { checkout: checkoutId, locale: lang },
  })
  return (await answer.json()) as { id: string; redirectUrl: string }
}

const hosted = (act: Scene): Scene => {
  return async (page, stage, lang) => {
    const { redirectUrl } = await openSession(page, stage, lang, 'donation')
    await page.goto(redirectUrl)
    await act(page, stage, lang)
  }
}

const bridged = (act: Scene, answer: (route: Route) => unknown): Scene => {
  return async (page, stage, lang) => {
    await page.route(`**${SDK_PATH}`, answer)
    const { redirectUrl } = await openSession(page, stage, lang, 'bridged')
    await page.goto(redirectUrl, { waitUntil: 'commit' })
    await act(page, stage, lang)
  }
}

const providerPages: Readonly<Record<string, Scene>> = {
  'the sandbox’s page': hosted((page) => page.locator('summary').click()),
  'the sandbox’s page of an ended payment': async (page, stage, lang) => {
    // The shop has no such page: the way back is a link, here as for whoever presses Back.
    const { redirectUrl } = await openSession(page, stage, lang, 'mug')
    await page.goto(redirectUrl)
    await page.getByRole('button', { name: 'Let it expire' }).click()
    await page.getByRole('heading', { name: 'This payment has expired' }).waitFor()
  },
  'the sandbox’s page of nothing': served('/sandbox/pay/nothing'),
  'the bridge page that opens': bridged(
    (page) => page.locator('[role=status]').filter({ hasText: /./ }).waitFor(),
    hang,
  ),
  'the bridge page that cannot open': bridged(
    (page) => page.locator('[data-retry]').waitFor(),
    (route) => route.abort(),
  ),
  'the bridge page of nothing': served('/bridge/cs_nothing'),
}

/** Pages whose texts are there in every language that Coinslot has. */
export const buyersPages = { ...checkouts, ...statuses, ...payPages }
export const otherPages = providerPages

/** The demo's pages; its server needs no configuration. */
export const demoPages: Readonly<Record<string, Scene>> = {
  'the demo': served('/', (page) => page.getByRole('button', { name: 'Pay $25.00' }).waitFor()),
  'the settings of the demo': served('/', async (page) => {
    await page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
    await page.getByRole('tab', { name: 'Look' }).click()
  }),
  'the demo’s rehearsal': served('/', async (page) => {
    await page.getByRole('button', { name: 'Pay $25.00' }).click()
    await page.getByRole('button', { name: 'Paid twice' }).click()
    await page.locator('.entry-server').filter({ hasText: 'session.flagged' }).waitFor()
  }),
  'the sample shop': served('/shop', async (page) => {
    for (const button of await page.getByRole('button', { name: 'Add to cart' }).all()) {
      await button.click()
    }
    await page.getByRole('button', { name: 'Pay €112.40' }).waitFor()
  }),
  'the donation page': served('/donate', (page) =>
    page.getByRole('button', { name: 'Pay $25.00' }).waitFor(),
  ),
  'the looks': served('/looks.html', async (page) => {
    await page.getByRole('button', { name: 'Pay $25.00' }).nth(5).waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
  }),
  'the return page': async (page, stage, lang) => {
    const { redirectUrl } = await openSession(page, stage, lang, 'mug')
    await page.goto(redirectUrl)
    await page.getByRole('button', { name: 'Decline the payment' }).click()
    await page.getByText('The payment did not go through').waitFor()
    await page.locator('.told li').first().waitFor()
    await page.locator('.raw summary').click()
  },
  'the return page of an open payment': async (page, stage, lang) => {
    const { id } = await openSession(page, stage, lang, 'mug')
    await page.goto(`${stage.server.url}/return.html?coinslot_session=${id}`)
    await page.getByRole('link', { name: 'Go on to the payment page' }).waitFor()
  },
}

/** An offer in a real browser: painted from what it says, paid by what the server makes of it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signOffer } from '../../server/sign-offer.ts'
import { openBrowser, openPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { openShop, type Shop } from './shop.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const HOUR_MS = 3_600_000

let orders = 0
const order = () => ({
  provider: 'sandbox',
  currency: 'EUR',
  amount: '119.00',
  description: 'Kopfhörer – “ohne Kabel” 🎧',
  orderId: `A-${(orders += 1)}`,
})

describe('an offer', () => {
  let shop: Shop
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    shop = await openShop()
    shop.publish('/thanks', { html: '<!doctype html><title>Thanks</title>' })
    server = await startServer({
      configuration: (publicUrl) => ({
        publicUrl,
        origins: [shop.url],
        providers: { sandbox: {} },
        checkouts: {},
      }),
      environment: { COINSLOT_SECRET: SECRET },
    })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    shop?.close()
  })

  const sign = (terms: object, ago = 0) =>
    signOffer({ ...order(), successUrl: `${shop.url}/thanks`, ...terms } as never, {
      secret: SECRET,
      expiresIn: '1h',
      now: () => new Date(Date.now() - ago),
    })

  /** A page of the shop, in German, with this offer. */
  async function open(offer: string) {
    const watched = await openPage(browser)
    const html = `<!doctype html><html lang="de"><meta charset="utf-8"><title>Shop</title>
      <script type="module" src="${server.url}/coinslot.js"></script>
      <coinslot-checkout offer="${offer}"></coinslot-checkout></html>`
    await watched.page.goto(shop.publish('/', { html }))
    return { ...watched, button: watched.page.getByRole('button', { name: /119,00/ }) }
  }

  it('is painted without a request, paid, and not asked for again by a page that was left open', async () => {
    const offer = await sign({})
    const left = await open(offer)
    const { page, button, calls } = await open(offer)
    await button.waitFor()
    expect(calls).toEqual([])
    expect(await page.locator('coinslot-checkout [part=summary]').textContent()).toContain(
      'Kopfhörer – “ohne Kabel” 🎧',
    )
    await button.click()
    await page.waitForURL(/\/sandbox\/pay\//)
    await page.locator('button[value=paid]').first().click()
    await page.waitForURL(/\/thanks\?coinslot_session=/)

    await left.button.click()
    await left.page.getByText('Diese Bestellung ist schon bezahlt.').waitFor()
    expect(left.page.url()).toBe(`${shop.url}/`)
    expect(left.complaints.filter((complaint) => !complaint.includes('409'))).toEqual([])
  })

  it.each([
    ['has expired while the page was open', HOUR_MS, '', /Dieses Angebot ist abgelaufen\./],
    ['was changed on the page', 0, 'A', /Dieses Angebot ist nicht gültig\./],
  ])('that %s is not paid, and the buyer is told in his language', async (_, ago, more, text) => {
    const { page, button, calls } = await open(`${await sign({}, ago)}${more}`)
    await button.click()
    await page.getByText(text).waitFor()
    expect(page.url()).toBe(`${shop.url}/`)
    expect(calls).toEqual(['POST /v1/sessions'])
  })

  it('that cannot be read shows no amount, and sends nothing', async () => {
    const { page, calls } = await open('eyJ.broken')
    await page.getByText('Eine Zahlung ist gerade nicht möglich.').waitFor()
    expect(calls).toEqual([])
  })

  it('is a payment page, too, which knows what is paid', async () => {
    const offer = await sign({ editable: true, minAmount: '5.00', presets: ['50.00', '119.00'] })
    const { page } = await openPage(browser, { locale: 'de-DE', javaScriptEnabled: false })
    await page.goto(`${server.url}/pay?offer=${offer}`)
    await page.getByText('Kopfhörer – “ohne Kabel” 🎧').waitFor()
    await page.getByRole('link', { name: '50,00 €' }).click()
    expect(await page.getByRole('textbox').inputValue()).toBe('50,00')
    await page.getByRole('button').click()
    await page.waitForURL(/\/sandbox\/pay\//)
    await page.locator('button[value=paid]').first().click()
    await page.waitForURL(/\/thanks\?coinslot_session=/)
    await page.goto(`${server.url}/pay?offer=${offer}`)
    await page.getByText('Diese Bestellung ist schon bezahlt.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
  })
})

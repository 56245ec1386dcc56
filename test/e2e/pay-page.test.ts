import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

/** A shop of another origin, whose only page is the slotted form of the README. */
async function startShop(): Promise<{ origin: string; server: Server; show(html: string): void }> {
  let page = ''
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, server, show: (html) => void (page = html) }
}

describe('with script switched off', () => {
  let server: ServerProcess
  let browser: Browser
  let shop: Awaited<ReturnType<typeof startShop>>
  beforeAll(async () => {
    shop = await startShop()
    const configuration = (url: string) => ({
      publicUrl: url,
      origins: [shop.origin],
      providers: { sandbox: {} },
      checkouts: {
        donation: {
          provider: 'sandbox',
          currency: 'EUR',
          amount: '25.00',
          editable: true,
          minAmount: '5.00',
          description: 'Support the library',
          successUrl: `${shop.origin}/thanks`,
        },
      },
    })
    ;[server, browser] = await Promise.all([startServer({ configuration }), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    shop?.server.close()
  })

  async function openWithoutScript(url: string, locale = 'de-DE'): Promise<Page> {
    const { page } = await openPage(browser, { javaScriptEnabled: false, locale })
    await page.goto(url)
    return page
  }

  async function payAtSandbox(page: Page, sum: string): Promise<void> {
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    await page.getByRole('button', { name: `Pay ${sum}` }).click()
    await page.waitForURL(`${shop.origin}/thanks?coinslot_session=*`)
    const id = new URL(page.url()).searchParams.get('coinslot_session') ?? ''
    const session: unknown = await (await fetch(`${server.url}/v1/sessions/${id}`)).json()
    expect(session).toMatchObject({ status: 'paid' })
  }

  it('the payment page says what is wrong in the buyer’s language, and keeps what was typed', async () => {
    const page = await openWithoutScript(`${server.url}/pay/donation`)
    const field = page.getByLabel('Betrag')
    await field.fill('4,99')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Der Mindestbetrag ist 5,00').waitFor()
    expect(await field.inputValue()).toBe('4,99')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
  })

  it('the payment page pays, by keyboard alone', async () => {
    const page = await openWithoutScript(`${server.url}/pay/donation`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('1.234,50')
    await page.keyboard.press('Enter')
    await payAtSandbox(page, '€1,234.50')
  })

  it('the shop’s own form inside the element pays', async () => {
    shop.show(`<!doctype html><html lang="en"><title>Shop</title>
      <coinslot-checkout checkout="donation">
        <form method="post" action="${server.url}/pay/donation">
          <input name="amount" value="25.00" inputmode="decimal" aria-label="Amount">
          <input type="hidden" name="locale" value="en"><button>Pay</button>
        </form>
      </coinslot-checkout>`)
    const page = await openWithoutScript(shop.origin)
    await page.getByRole('button', { name: 'Pay' }).click()
    await payAtSandbox(page, '€25.00')
  })

  it('the form of a page that is not on the list pays nothing', async () => {
    const page = await openWithoutScript('data:text/html,<title>evil</title>')
    await page.setContent(
      `<form method="post" action="${server.url}/pay/donation"><button>Win</button></form>`,
    )
    await page.getByRole('button').click()
    await page.waitForURL(`${server.url}/pay/donation`)
    expect(await page.getByRole('heading').textContent()).toBeTruthy()
    expect(page.url()).not.toContain('sandbox')
  })
})

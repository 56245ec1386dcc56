/** A page that is not on the list, in a real browser, tries all that a page can send or embed. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import type { ServerProcess } from './server-process.ts'
import { openShop, startServerFor, type Shop } from './shop.ts'

let browser: Browser
let shop: Shop
let foreign: Shop
let server: ServerProcess

beforeAll(async () => {
  browser = await openBrowser()
  shop = await openShop()
  foreign = await openShop()
  server = await startServerFor(shop)
})
afterAll(async () => {
  await browser?.close()
  shop?.close()
  foreign?.close()
  await server?.stop()
})

/** The POSTs that the server has answered, by what it said; the log is written after the answer. */
function posts(): { route: string; status: number }[] {
  return server.output.stderr
    .split('\n')
    .filter((line) => line.includes('"method":"POST"'))
    .map((line) => JSON.parse(line) as { route: string; status: number })
}

const FORM = (action: string, type: string) => `
  <form method="post" action="${action}" enctype="${type}">
    <input name="checkout" value="donation"><input name="amount" value="25.00">
    <button>Win a prize</button>
  </form>`

describe('a foreign page', () => {
  it.each([
    ['a form at the payment page', () => FORM(`${server.url}/pay/donation`, ''), 403],
    ['a form at the API', () => FORM(`${server.url}/v1/sessions`, 'text/plain'), 403],
    ['a form with a file', () => FORM(`${server.url}/v1/sessions`, 'multipart/form-data'), 403],
    [
      'a form in a sandboxed frame, which has no origin',
      () =>
        `<iframe sandbox="allow-forms allow-scripts" srcdoc='${FORM(`${server.url}/pay/donation`, '')}'></iframe>`,
      403,
    ],
  ])('opens no session by %s', async (_, html, status) => {
    const { page, context } = await openPage(browser)
    const before = posts().length
    await page.goto(foreign.publish('/prize', { html: html() }))
    const frame = page.frames().at(-1) ?? page.mainFrame()
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await frame.locator('button').click()
    expect((await answered).status()).toBe(status)
    await expect.poll(() => posts().length).toBe(before + 1)
    expect(posts().at(-1)).toMatchObject({ status })
    await context.close()
  })

  it('opens no session by anything that a script can send', async () => {
    const { page, context } = await openPage(browser)
    await page.goto(foreign.publish('/script', { html: '<h1>Nothing to see</h1>' }))
    const before = posts().length
    const told = await page.evaluate(async (base) => {
      const body = JSON.stringify({ checkout: 'donation', amount: '25.00' })
      const key = { 'Idempotency-Key': 'a-key-of-a-foreign-page' }
      const json = { ...key, 'Content-Type': 'application/json' }
      const send = (path: string, init: RequestInit) =>
        fetch(base + path, { method: 'POST', body, ...init }).then(
          ({ type }) => type,
          () => 'refused',
        )
      return {
        json: await send('/v1/sessions', { headers: json }),
        withCredentials: await send('/v1/sessions', { headers: json, credentials: 'include' }),
        text: await send('/v1/sessions', {}),
        noCors: await send('/v1/sessions', { mode: 'no-cors', headers: json }),
        noCorsForm: await send('/pay/donation', {
          mode: 'no-cors',
          body: new URLSearchParams({ amount: '25.00' }),
        }),
        beacon: navigator.sendBeacon(`${base}/v1/sessions`, body),
        read: await fetch(`${base}/v1/checkouts/donation`).then(
          () => 'read',
          () => 'refused',
        ),
      }
    }, server.url)
    expect(told).toMatchObject({
      json: 'refused',
      withCredentials: 'refused',
      text: 'refused',
      noCors: 'refused',
      noCorsForm: 'refused',
      read: 'refused',
    })
    // Two are stopped by the browser's preflight; the others arrive.
    await expect.poll(() => posts().length).toBe(before + 4)
    expect(
      new Set(
        posts()
          .slice(before)
          .map(({ status }) => status),
      ),
    ).toEqual(new Set([403]))
    await context.close()
  })

  it('frames no page of the server', async () => {
    const { page, context } = await openPage(browser)
    const paths = ['/pay/donation', '/sandbox/pay/sbx_none', `/bridge/cs_${'A'.repeat(32)}`]
    for (const path of paths) {
      const html = `<iframe src="${server.url}${path}" width="600" height="400"></iframe>`
      const answered = page.waitForResponse((response) => response.url() === server.url + path)
      await page.goto(foreign.publish('/framed', { html }))
      await answered
      const frame = page.frames().at(-1)
      await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/)
    }
    await context.close()
  })

  it('has no hold of a payment page in a window that it has opened', async () => {
    const { page, context } = await openPage(browser)
    const html = '<button>Pay</button>'
    await page.goto(foreign.publish('/opener', { html }))
    await page.evaluate((url) => {
      document.querySelector('button')!.addEventListener('click', () => {
        ;(window as { opened?: Window | null }).opened = open(url)
      })
    }, `${server.url}/pay/donation`)
    const opening = context.waitForEvent('page')
    await page.click('button')
    const popup = await opening
    await popup.locator('form').first().waitFor()
    const isAway = await page.evaluate(
      () => (window as { opened?: Window | null }).opened?.closed === true,
    )
    expect(isAway).toBe(true)
    expect(await popup.evaluate(() => opener === null)).toBe(true)
    await context.close()
  })
})

import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumArgs, needChromium } from '../browsers/chromium.js'
import { openPage } from './browser.ts'
import { openShop, useShop, type Shop } from './shop.ts'

const BANK = /\/sandbox\/pay\/sbx_/

describe('<coinslot-checkout> on a shop’s page', () => {
  const scene = useShop()
  let around: Shop
  beforeAll(async () => {
    around = await openShop()
  })
  afterAll(() => around?.close())

  const script = (name = 'coinslot.js') =>
    `<script type="module" src="${scene.server.url}/${name}"></script>`
  const checkout = (attributes = '') =>
    `<coinslot-checkout checkout="donation" ${attributes}></coinslot-checkout>`
  const page = (body: string) => `<!doctype html><html lang="en"><title>Shop</title>${body}</html>`
  const payButton = (tab: Pick<Page, 'getByRole'>) =>
    tab.getByRole('button', { name: 'Pay $25.00' })

  async function open(html: string) {
    const watched = await openPage(scene.browser)
    await watched.page.goto(scene.shop.publish('/', { html: page(html) }))
    return watched
  }

  describe('in a frame', () => {
    /** A page of another site with the shop in a frame. */
    async function openFramed(target: string, sandbox = '') {
      const framed = scene.shop.publish('/framed', { html: page(script() + checkout(target)) })
      const attributes = sandbox && `sandbox="${sandbox}"`
      const html = page(`<iframe ${attributes} src="${framed}" width="600" height="600"></iframe>`)
      const watched = await openPage(scene.browser)
      await watched.page.goto(around.publish('/', { html }))
      return { ...watched, frame: watched.page.frameLocator('iframe') }
    }

    it('leaves it for the payment page where the target is _top', async () => {
      const { page: tab, frame, complaints } = await openFramed('target="_top"')
      await payButton(frame).click()
      await tab.waitForURL(BANK)
      expect(complaints).toEqual([])
    })

    it('opens a window from it where the target is _blank', async () => {
      const { page: tab, frame } = await openFramed('target="_blank"')
      const popup = tab.waitForEvent('popup')
      await payButton(frame).click()
      await (await popup).waitForURL(BANK)
      await payButton(frame).waitFor()
    })

    it.each(['_top', '_blank'])(
      'that forbids %s, goes to the payment page inside',
      async (target) => {
        const sandbox = 'allow-scripts allow-same-origin allow-forms'
        const { page: tab, frame } = await openFramed(`target="${target}"`, sandbox)
        const around = tab.url()
        // The sandbox's page may not be framed; that it was asked for is what counts.
        const asked = tab.waitForRequest((request) => BANK.test(request.url()))
        await payButton(frame).click()
        await asked
        expect(tab.url()).toBe(around)
      },
    )
  })

  it('opens the payment page in a window that has no hold on this one, and again', async () => {
    const { page: tab, complaints, calls } = await open(script() + checkout('target="_blank"'))
    for (const time of ['first', 'second']) {
      const popup = tab.waitForEvent('popup')
      await payButton(tab).click()
      const bank = await popup
      await bank.waitForURL(BANK)
      expect(await bank.evaluate(() => window.opener)).toBeNull()
      expect(
        calls.filter((call) => call.startsWith('POST')),
        time,
      ).toHaveLength(1)
    }
    expect(complaints).toEqual([])
  })

  it('pays one open session from two tabs, with the sum that was chosen last, until it is paid', async () => {
    const { page: first, context } = await open(script() + checkout())
    scene.shop.publish('/thanks', { html: page('Thank you') })
    const second = await context.newPage()
    await second.goto(scene.shop.url)
    const calls: string[] = []
    context.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/v1/sessions')) calls.push(request.method())
    })
    await payButton(first).click()
    await first.waitForURL(BANK)
    await payButton(second).click()
    await second.waitForURL(first.url())
    expect(calls).toEqual(['POST', 'GET'])

    await second.goto(scene.shop.url)
    await second.getByRole('textbox').fill('40')
    await second.getByRole('button', { name: 'Pay $40.00' }).click()
    await second.waitForURL(first.url())
    await second.getByText('$40.00').first().waitFor()
    expect(calls).toEqual(['POST', 'GET', 'PATCH'])

    await first.goto(scene.shop.url)
    await payButton(first).click()
    await first.waitForURL(second.url())
    await first.getByText('$25.00').first().waitFor()
    expect(calls).toEqual(['POST', 'GET', 'PATCH', 'PATCH'])

    await first.getByRole('button', { name: /^Pay/ }).first().click()
    await first.waitForURL(/thanks/)
    const id = new URL(first.url()).searchParams.get('coinslot_session')
    const told = async () => (await fetch(`${scene.server.url}/v1/sessions/${id}`)).text()
    await expect.poll(told).toContain('"status":"paid"')
    await second.goto(scene.shop.url)
    await payButton(second).click()
    await second.waitForURL(BANK)
    expect(calls.slice(4)).toEqual(['GET', 'POST'])
  })

  it('closes the window that it opened in vain', async () => {
    const { page: tab } = await open(script() + checkout('target="_blank"'))
    await payButton(tab).waitFor()
    await tab.route('**/v1/sessions', (route) => route.abort())
    const popup = tab.waitForEvent('popup')
    await payButton(tab).click()
    const opened = await popup
    await tab.getByText('There was no connection.').waitFor()
    if (!opened.isClosed()) await opened.waitForEvent('close')
  })

  it('is known to the scripts after its own at once, and rendered in a later task', async () => {
    const after = `<script type="module">
      const element = document.querySelector('coinslot-checkout')
      const isThere = () => element.shadowRoot.querySelector('button') !== null
      window.atOnce = { state: element.state, isThere: isThere() }
      window.later = element.updateComplete.then(isThere)
    </script>`
    const given = 'currency="USD" amount="25.00"'
    const { page: tab } = await open(checkout(given) + script() + after)
    await payButton(tab).waitFor()
    expect(await tab.evaluate('atOnce')).toEqual({ state: 'loading', isThere: false })
    expect(await tab.evaluate('later')).toBe(true)
  })

  it('is there several times, each for itself', async () => {
    const mug = '<coinslot-checkout checkout="mug"></coinslot-checkout>'
    const { page: tab, calls } = await open(script() + checkout() + mug + checkout())
    const fields = tab.getByRole('textbox')
    await fields.first().fill('30')
    await tab.getByRole('button', { name: 'Pay $30.00' }).waitFor()
    await payButton(tab).waitFor()
    await tab.getByRole('button', { name: 'Pay €19.90' }).click()
    await tab.waitForURL(BANK)
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(1)
  })

  it('bears its script twice, and under two names, as two versions have', async () => {
    const { version } = (await (await fetch(`${scene.server.url}/coinslot.json`)).json()) as {
      version: string
    }
    const scripts = [script(), script(`coinslot-${version}.js`), script(), script('coinslot.js?2')]
    const { page: tab, calls, complaints } = await open(scripts.join('') + checkout())
    await tab.waitForLoadState('load')
    await payButton(tab).click()
    await tab.waitForURL(BANK)
    expect(calls).toEqual(['GET /v1/checkouts/donation', 'POST /v1/sessions'])
    expect(complaints).toEqual([])
  })

  it('leaves no name of its own among the page’s, where a Lit in development would complain of another', async () => {
    const { page: tab } = await open('')
    const names = () => tab.evaluate(() => Object.getOwnPropertyNames(window))
    const before = await names()
    await tab.setContent(script() + checkout())
    await payButton(tab).waitFor()
    expect((await names()).filter((name) => !before.includes(name))).toEqual([])
  })

  it('outlives visits without a page load: its body replaced, and restored from a copy', async () => {
    const {
      page: tab,
      calls,
      complaints,
    } = await open(script() + checkout('currency="USD" amount="25.00" editable'))
    await tab.getByRole('textbox').fill('40')
    // What Turbo does: a copy is kept, then another body is shown, and on the way back the copy.
    await tab.evaluate(() => {
      const copy = document.body.cloneNode(true)
      document.body.replaceWith(document.createElement('body'))
      document.body.replaceWith(copy)
    })
    await payButton(tab).waitFor()
    // A visit to a page that was fetched and parsed, with its script tag again.
    await tab.evaluate(
      (html) => {
        const next = new DOMParser().parseFromString(html, 'text/html')
        document.body.replaceWith(document.adoptNode(next.body))
      },
      page(script() + checkout('currency="USD" amount="25.00"')),
    )
    await payButton(tab).click()
    await tab.waitForURL(BANK)
    expect(calls).toEqual(['POST /v1/sessions'])
    expect(complaints).toEqual([])
  })

  it('leaves the page fit for the back-forward cache, and is idle when it comes back from there', async () => {
    const withCache = await chromium.launch({
      executablePath: needChromium(),
      args: chromiumArgs,
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    })
    try {
      const { page: tab } = await openPage(withCache)
      await tab.goto(scene.shop.publish('/', { html: page(script() + checkout()) }))
      await tab.evaluate(() => {
        addEventListener('pageshow', ({ persisted }) => {
          document.title = persisted ? 'Restored' : 'Loaded'
        })
      })
      await tab.getByRole('textbox').fill('40')
      await tab.getByRole('button', { name: 'Pay $40.00' }).click()
      await tab.waitForURL(BANK)
      await tab.evaluate(() => history.back())
      await tab.waitForURL(`${scene.shop.url}/`, { waitUntil: 'commit' })
      await tab.getByRole('button', { name: 'Pay $40.00' }).waitFor()
      expect(await tab.title()).toBe('Restored')
      await tab.locator('coinslot-checkout:not(:state(busy))').waitFor()
      await tab.getByRole('button', { name: 'Pay $40.00' }).click()
      await tab.waitForURL(BANK)
    } finally {
      await withCache.close()
    }
  })
})

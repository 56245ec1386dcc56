import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { CheckoutSettings, PaintOptions } from '../../widget/ssr.ts'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const LATE_MS = 400
const NONCE = 'q29pbnNsb3Q'

type RenderCheckout = (settings: CheckoutSettings, options?: PaintOptions) => Promise<string>

/** What a page has noted of the element, frame by frame. */
interface Frame {
  readonly text: string
  readonly top: number
  readonly height: number
  readonly isSeen: boolean
}

describe('a checkout that a server painted', () => {
  const scene = useShop()
  let renderCheckout: RenderCheckout
  beforeAll(async () => {
    const entry = new URL('../../dist/ssr/index.js', import.meta.url).href
    ;({ renderCheckout } = (await import(entry)) as { renderCheckout: RenderCheckout })
  })

  const donation = (settings: Partial<CheckoutSettings> = {}): CheckoutSettings => ({
    server: scene.server.url,
    locale: 'en',
    checkout: 'donation',
    ...settings,
  })
  const known = { currency: 'USD', amount: '25.00', minAmount: '5.00', editable: true }

  /** Opens a page whose script, and all that it loads, comes late. */
  async function open(settings: CheckoutSettings, options?: PaintOptions, hasScript = true) {
    const html = `<!doctype html><html lang="${settings.locale}"><title>Shop</title>
      <script nonce="${NONCE}">${String(watchFrames)};watchFrames()</script>
      <h1>Donate</h1>${await renderCheckout(settings, options)}<p id="below">Thank you</p>
      <script type="module" nonce="${NONCE}" src="${scene.server.url}/coinslot.js"></script></html>`
    const policy = `script-src 'nonce-${NONCE}' 'strict-dynamic'; style-src 'nonce-${NONCE}'; connect-src ${scene.server.url}`
    const headers = { 'Content-Security-Policy': policy }
    const watched = await openPage(scene.browser, { javaScriptEnabled: hasScript })
    await watched.page.route(`${scene.server.url}/**`, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, LATE_MS))
      await route.continue()
    })
    await watched.page.goto(scene.shop.publish('/', { html, headers }), { waitUntil: 'commit' })
    return { ...watched, button: watched.page.getByRole('button') }
  }

  it('is only its attributes where its terms cannot be had, and says so in the log', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const html = await renderCheckout(donation({ checkout: 'nowhere' }), { children: '<i>x</i>' })
    expect(log.mock.calls.join()).toContain('checkout_not_found')
    log.mockRestore()
    expect(html).toBe(
      `<coinslot-checkout checkout="nowhere" server="${scene.server.url}" locale="en"><i>x</i></coinslot-checkout>`,
    )
  })

  it('takes no words of the page for a tag of its own', async () => {
    const description = 'Coin part=input, part="input"'
    const html = await renderCheckout(donation({ ...known, description }))
    expect(html).toContain('Coin part=input, part=&quot;input&quot;')
    expect(html).toMatch(/<input name="amount" readonly value="25.00" part="?input"? /)
  })

  it('has what the page says in quotes that it cannot leave', async () => {
    const description = `"><script>alert(1)</script>`
    const html = await renderCheckout(donation({ ...known, description }), { nonce: `"><b>` })
    expect(html).not.toMatch(/<script|<b>"|"><b>/)
    expect(html).toContain('&quot;>&lt;script>')
  })

  it('is seen before any script runs, with its amount and look', async () => {
    const { page, button } = await open(donation(known), { nonce: NONCE }, false)
    await button.filter({ hasText: 'Pay $25.00' }).waitFor()
    expect(await page.getByLabel('Amount').inputValue()).toBe('25.00')
    const { height = 0 } = (await button.boundingBox()) ?? {}
    expect(height).toBe(52)
  })

  it('leads to the payment page of the server where the script does not come', async () => {
    const { page, button } = await open(donation({ ...known, amount: '12.50' }), {}, false)
    await button.click()
    await page.waitForURL(/\/pay\/donation\?/)
    expect(new URL(page.url()).searchParams.get('amount')).toBe('12.50')
    expect(await page.getByRole('textbox').first().inputValue()).toBe('12.50')
  })

  it.each([
    ['in English, with its terms', { ...known }, 'Pay $25.00', []],
    ['in German', { ...known, locale: 'de' }, '25,00 $ zahlen', []],
    ['with terms that are asked for', {}, 'Pay $25.00', ['GET /v1/checkouts/donation']],
    ['with presets', { ...known, presets: '10.00 25.00' }, 'Pay $25.00', []],
  ])(
    'is taken over by the element %s: no flicker, no shift, one root',
    async (_, settings, text, asked) => {
      const { page, calls, complaints, button } = await open(donation(settings), { nonce: NONCE })
      await button.filter({ hasText: text }).waitFor()
      await remember(page)
      const painted = await textOf(page)
      await page.waitForFunction(isTakenOver)
      expect(await page.evaluate(isSameRoot)).toBe(true)
      expect(await textOf(page)).toBe(painted)

      const frames = await page.evaluate(() => Reflect.get(window, 'frames_') as Frame[])
      expect(frames.length).toBeGreaterThan(5)
      expect(frames.filter(({ isSeen }) => !isSeen)).toEqual([])
      expect(new Set(frames.map(({ text, top, height }) => `${text} ${top} ${height}`)).size).toBe(
        1,
      )
      expect(await page.evaluate(() => Reflect.get(window, 'shift_') as number)).toBe(0)
      expect(calls).toEqual(asked)
      expect(complaints).toEqual([])
    },
  )

  it('can be typed into and paid once it is taken over', async () => {
    const { page, button } = await open(donation(known), { nonce: NONCE })
    await page.waitForFunction(isTakenOver)
    await page.getByLabel('Amount').fill('40')
    await button.filter({ hasText: 'Pay $40.00' }).click()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  })
})

/** Runs in the page: notes in each frame what is to be seen of the button, and every layout shift. */
function watchFrames(): void {
  const frames: object[] = []
  Object.assign(window, { frames_: frames, shift_: 0 })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      Object.assign(window, { shift_: Reflect.get(window, 'shift_') + Reflect.get(entry, 'value') })
    }
  })
  observer.observe({ type: 'layout-shift', buffered: true })
  const note = () => {
    const root = document.querySelector('coinslot-checkout')?.shadowRoot
    const button = root?.querySelector('button')
    const below = document.querySelector('#below')
    if (button && below) {
      const { top, height } = button.getBoundingClientRect()
      const isSeen = button.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      const at = `${top} ${below.getBoundingClientRect().top}`
      frames.push({ text: button.textContent.replace(/\s+/g, ' ').trim(), top: at, height, isSeen })
    }
    requestAnimationFrame(note)
  }
  requestAnimationFrame(note)
}

function remember(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { shadowRoot } = document.querySelector('coinslot-checkout')!
    Object.assign(window, { root_: shadowRoot })
  })
}

function isSameRoot(): boolean {
  return document.querySelector('coinslot-checkout')!.shadowRoot === Reflect.get(window, 'root_')
}

/** Runs in the page: the form that a server puts around the button is gone. */
function isTakenOver(): boolean {
  const { shadowRoot } = document.querySelector('coinslot-checkout')!
  return !!shadowRoot!.querySelector('button') && !shadowRoot!.querySelector('form')
}

/** The elements and texts inside, as far as they are not about who shows them. */
function textOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { shadowRoot } = document.querySelector('coinslot-checkout')!
    const base = shadowRoot!.querySelector('[part=base]')!
    const lines = [...base.querySelectorAll('*')].map((element) => {
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      const text = own.map(({ textContent }) => textContent).join('')
      return `${element.localName} ${element.part} ${text.replace(/\s+/g, ' ').trim()}`
    })
    return lines.join('\n')
  })
}

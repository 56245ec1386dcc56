/** What every sample does, whatever it is made with. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from '../e2e/browser.ts'
import { freePort, startServer, type ServerProcess } from '../e2e/server-process.ts'
import { livingCheckouts } from './living.ts'
import {
  build,
  configurationFor,
  folderOf,
  install,
  serveSite,
  type Sample,
  type Site,
} from './sample.ts'

export interface Scene {
  readonly url: string
  readonly server: ServerProcess
  readonly browser: Browser
}

/** Installs and builds a sample, serves it beside a server, and closes both after the suite's tests. */
function useSample(sample: Sample): Scene {
  const scene: { -readonly [Part in keyof Scene]?: Scene[Part] } = {}
  let site: Site | undefined
  beforeAll(async () => {
    const port = await freePort()
    const url = (scene.url = `http://localhost:${port}`)
    scene.server = await startServer({
      configuration: (publicUrl) => ({ ...configurationFor(url), publicUrl }),
    })
    await install(sample)
    const folder = folderOf(sample)
    await build(sample, folder, scene.server.url)
    site = await serveSite(sample, folder, port, scene.server.url)
    scene.browser = await openBrowser()
  })
  afterAll(async () => {
    await scene.browser?.close()
    await site?.close()
    await scene.server?.stop()
  })
  return scene as Scene
}

/** Tests that a sample is what its visitors take it for, and `more` that is true of its kind. */
export function describeSample(sample: Sample, more?: (scene: Scene) => void): void {
  describe(`the sample in ${sample.name}`, () => {
    const scene = useSample(sample)
    more?.(scene)

    async function open(path = '/') {
      const watched = await openPage(scene.browser)
      await watched.page.goto(scene.url + path)
      await watched.page.getByRole('button', { name: 'Pay $25.00' }).waitFor()
      return watched
    }

    it('tells of the amount that the buyer types', async () => {
      const { page, complaints } = await open()
      await page.getByRole('textbox').fill('30')
      await page.getByText('You give 30.00 USD.').waitFor()
      expect(complaints).toEqual([])
    })

    it('sets another amount, which is shown and not told', async () => {
      const { page, complaints } = await open()
      await page.getByRole('button', { name: 'Give $50' }).click()
      await page.getByRole('button', { name: 'Pay $50.00' }).waitFor()
      expect(await page.getByText('You give').count()).toBe(0)
      expect(complaints).toEqual([])
    })

    it('is left for the payment page, and tells of the payment when the buyer is back', async () => {
      const { page, complaints, calls } = await open()
      await page.getByRole('button', { name: 'Give $50' }).click()
      await page.getByRole('button', { name: 'Pay $50.00' }).click()
      await page.waitForURL(/\/sandbox\/pay\/sbx_/)
      expect(calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /v1/sessions'])
      await page.getByRole('button', { name: 'Pay $50.00' }).click()
      await page.waitForURL(`${scene.url}/?coinslot_session=cs_*`)
      await page.getByText('Payment received').waitFor()
      await page.getByText('Your payment is paid.').waitFor()
      expect(complaints).toEqual([])
    })

    it('leaves nothing behind when the checkout was mounted and unmounted fifty times', async () => {
      const { page, complaints } = await open()
      expect(await livingCheckouts(page), 'while it is there').toBe(1)
      await toggle(page, 101)
      expect(await page.locator('coinslot-checkout').count()).toBe(0)
      expect(await livingCheckouts(page)).toBe(0)
      expect(complaints).toEqual([])
    })
  })
}

/** Presses the button that shows the checkout or hides it. */
async function toggle(page: Page, times: number): Promise<void> {
  const button = page.getByRole('button', { name: /^(Donate|Not now)$/ })
  for (let time = 0; time < times; time++) {
    await button.evaluate((button) => (button as HTMLElement).click())
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
}

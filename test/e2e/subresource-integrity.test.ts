import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { startServer } from './server-process.ts'
import { useShop } from './shop.ts'

describe('the script tag with subresource integrity', () => {
  const scene = useShop()

  async function readPin() {
    const answer = await fetch(`${scene.server.url}/coinslot.json`)
    return (await answer.json()) as { version: string; src: string; integrity: string }
  }

  async function openPinned() {
    const { src, integrity } = await readPin()
    const address = scene.shop.publish('/', {
      html: `<!doctype html><title>Shop</title>
        <script type="module" src="${scene.server.url}${src}" integrity="${integrity}"></script>
        <coinslot-checkout checkout="donation">Give by bank transfer</coinslot-checkout>`,
    })
    return { ...(await openPage(scene.browser)), src, address }
  }

  it('is told by the server: the hash of the file of this version, byte by byte', async () => {
    const { version, src, integrity } = await readPin()
    const bytes = await (await fetch(scene.server.url + src)).bytes()
    expect(src).toBe(`/coinslot-${version}.js`)
    expect(integrity).toBe(`sha384-${createHash('sha384').update(bytes).digest('base64')}`)
  })

  it('runs the file that was built, and what it loads', async () => {
    const { page, address, complaints } = await openPinned()
    await page.goto(address)
    await page.getByRole('textbox').fill('1,000')
    await page.getByRole('button', { name: 'Pay $1,000.00' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('does not run a file with one byte changed; the page keeps what it has without script', async () => {
    const { page, address, src, complaints } = await openPinned()
    await page.route(`**${src}`, async (route) => {
      const answer = await route.fetch()
      const body = await answer.body()
      // In a text, so that it is a script still.
      body[body.indexOf('Preparing')] = 'p'.charCodeAt(0)
      await route.fulfill({ response: answer, body })
    })
    await page.goto(address, { waitUntil: 'load' })
    expect(await page.locator('coinslot-checkout:not(:defined)').innerText()).toBe(
      'Give by bank transfer',
    )
    expect(complaints.join()).toContain('integrity')
  })

  it('is what the demo page shows to paste, and runs on a page that it is pasted into', async () => {
    const demo = await startServer()
    try {
      const { page, complaints } = await openPage(scene.browser)
      await page.goto(demo.url)
      const code = page.locator('.snippet')
      await code.getByText('integrity').waitFor()
      const pasted = await code.innerText()
      expect(pasted).toContain(`"${demo.url}${(await readPin()).src}"`)
      const address = scene.shop.publish('/', {
        html: `<!doctype html><title>Shop</title>${pasted}`,
      })
      await page.goto(address)
      await page.locator('coinslot-checkout:defined').waitFor()
      expect(complaints.join()).not.toContain('integrity')
    } finally {
      await demo.stop()
    }
  })
})

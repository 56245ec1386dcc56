/** `coinslot/react` in an app that a server renders, with the development build of a React. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type InlineConfig } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openPage } from '../e2e/browser.ts'
import { useShop } from '../e2e/shop.ts'
import { livingCheckouts } from './living.ts'

const APP = fileURLToPath(new URL('wrapper/', import.meta.url))

export interface Wrapper {
  /** The major version of React. */
  readonly version: string
  /** Where it is installed, or is to be. */
  readonly folder: string
  readonly install?: () => Promise<void>
  /** The file of `coinslot/react`. */
  readonly entry: string
}

/** Tests the components in a version of React. */
export function describeWrapper({ version, folder, install, entry }: Wrapper): void {
  describe(`coinslot/react in React ${version}`, () => {
    const built = mkdtempSync(join(tmpdir(), `coinslot-react-${version}-`))
    const scene = useShop()
    let html: string
    let complaints: unknown[][]
    beforeAll(async () => {
      await install?.()
      const packages = join(folder, 'node_modules')
      const alias = {
        'coinslot/react': entry,
        react: join(packages, 'react'),
        'react-dom': join(packages, 'react-dom'),
      }
      await buildApp('client', built, alias)
      await buildApp('server', built, alias)
      const rendering = (await import(pathToFileURL(join(built, 'server.js')).href)) as {
        renderApp(server: string): string
      }
      const console = vi.spyOn(globalThis.console, 'error').mockReturnValue()
      html = rendering.renderApp(scene.server.url)
      complaints = console.mock.calls
      console.mockRestore()
      const body = readFileSync(join(built, 'client.js'), 'utf8')
      expect(body, 'the version that was bundled').toMatch(new RegExp(`"${version}\\.\\d+\\.\\d+"`))
      scene.shop.publish('/app.js', { html: body, headers: { 'Content-Type': 'text/javascript' } })
    })
    afterAll(() => rmSync(built, { recursive: true }))

    async function open() {
      const page = `<!doctype html><html lang="en"><title>Shop</title>
      <div id="root" data-server="${scene.server.url}">${html}</div>
      <script type="module" src="/app.js"></script></html>`
      const watched = await openPage(scene.browser)
      await watched.page.goto(scene.shop.publish('/', { html: page }))
      await watched.page.getByRole('listitem').filter({ hasText: 'ready' }).waitFor()
      return { ...watched, told: () => watched.page.getByRole('listitem').allTextContents() }
    }

    it('is rendered by a server with its attributes, and without what only a script can say', () => {
      expect(complaints).toEqual([])
      const [checkout] = /<coinslot-checkout[^>]*>/.exec(html)!
      expect(checkout).toContain(' checkout="donation"')
      expect(checkout).toContain(' min-amount="5.00"')
      expect(checkout).toContain(' editable="true"')
      expect(checkout).toContain(' class="wide"')
      expect(checkout).not.toMatch(/disabled|customer|messages|oncoinslot|minAmount/i)
      expect(html).toContain('<b slot="footer">Thank you</b></coinslot-checkout>')
      expect(html).toMatch(/<coinslot-status [^>]*session="cs_unknown"/)
    })

    it('takes over what the server rendered, asks for nothing and tells that it is ready, once', async () => {
      const { page, calls, complaints, told } = await open()
      await page.getByLabel('Your gift').waitFor()
      const checkout = page.locator('coinslot-checkout')
      expect(await checkout.evaluate((element) => Reflect.get(element, 'customer'))).toEqual({
        email: 'ada@example.com',
      })
      expect(await told()).toEqual(['ready'])
      expect(calls.filter((call) => call.includes('checkouts'))).toEqual([])
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    })

    it('tells what the buyer does to the listeners of the latest rendering', async () => {
      const { page, told } = await open()
      await page.getByLabel('Your gift').fill('30')
      await page.getByRole('listitem').filter({ hasText: 'change 30.00 USD' }).waitFor()
      await page.getByRole('button', { name: 'Pay $30.00' }).click()
      await page.getByRole('listitem').filter({ hasText: 'redirect' }).waitFor()
      const [ready, ...others] = await told()
      expect([ready, ...others.slice(-2)]).toEqual([
        'ready',
        'submit 30.00',
        expect.stringMatching(/^redirect \/sandbox\/pay\/sbx_/),
      ])
      expect(page.url()).toBe(`${scene.shop.url}/`)
    })

    it('shows another amount when its props say so, and pays it through a ref', async () => {
      const { page } = await open()
      await page.getByRole('button', { name: 'Give 40' }).click()
      await page.getByRole('button', { name: 'Pay $40.00' }).waitFor()
      await page.getByRole('button', { name: 'Pay it' }).click()
      await page.getByRole('listitem').filter({ hasText: 'submit 40.00' }).waitFor()
    })

    it('leaves nothing behind when it was mounted and unmounted fifty times', async () => {
      const { page } = await open()
      const toggle = page.getByRole('button', { name: 'Open or close' })
      for (let time = 0; time < 50; time++) {
        await toggle.evaluate((button) => (button as HTMLElement).click())
        await page.evaluate(() => new Promise(requestAnimationFrame))
      }
      expect(await page.locator('coinslot-checkout').count()).toBe(1)
      // React itself holds what it rendered last.
      expect(await livingCheckouts(page)).toBeLessThanOrEqual(3)
    })
  })
}

/** React's development build is in it, which tells of what does not fit together. */
async function buildApp(
  name: string,
  outDir: string,
  alias: Record<string, string>,
): Promise<void> {
  const shared: InlineConfig = {
    configFile: false,
    logLevel: 'error',
    root: APP,
    resolve: { alias },
    define: { 'process.env.NODE_ENV': '"development"' },
    ssr: { noExternal: true },
  }
  await build({
    ...shared,
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      ssr: name === 'server',
      rollupOptions: {
        input: join(APP, `${name}.tsx`),
        output: { entryFileNames: '[name].js', codeSplitting: false },
      },
    },
  })
}

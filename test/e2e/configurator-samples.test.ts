/** Each sample of code that the configurator shows is taken off the page, and does what it says. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import decodeQr from 'qr/decode.js'
import { compile } from 'svelte/compiler'
import ts from 'typescript'
import { build, type Plugin } from 'vite'
import { describe, expect, it } from 'vitest'
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc'
import type { Session } from '../../server/contract/schemas.ts'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'
import { startServer } from './server-process.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Signed terms, a look, a part, and text that means something in every language it is written in. */
const CHANGED = new URLSearchParams({
  currency: 'EUR',
  amount: '12.50',
  presets: '5.00 12.50',
  description: 'Tea & "cake" <b>{{ 1 + 1 }}</b> {x} `${y}` @if',
  required: '',
  '--coinslot-accent': 'light-dark(#b5351f, #ffb4a2)',
  '::button': 'letter-spacing: 2px; border-radius: 3px',
})

describe('a sample of the configurator', () => {
  const demo = useDemo()

  /** What is shown on a tab; the terms in it are signed. */
  async function readSample(tab: string, search: URLSearchParams | string = CHANGED) {
    const { page, context } = await openPage(demo.browser)
    await page.goto(`${demo.server.url}/?${search}`)
    await page.getByRole('tab', { name: tab, exact: true }).click()
    const signed = tab === 'Config' ? '"12.50"' : 'eyJ'
    if (search === CHANGED) await page.locator('.snippet').filter({ hasText: signed }).waitFor()
    const text = (await page.locator('.snippet').textContent())!
    await context.close()
    return text
  }

  /** A page of the merchant's, on an origin that is on the list. */
  async function openMerchantPage(html: string, files: Readonly<Record<string, string>> = {}) {
    const watched = await openPage(demo.browser)
    await watched.page.route(`${demo.server.url}/merchant/*`, (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1)!
      return name in files
        ? route.fulfill({ contentType: 'text/javascript', body: files[name]! })
        : route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
    })
    await watched.page.goto(`${demo.server.url}/merchant/page`)
    return watched
  }

  const document = (body: string) =>
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">${body}</html>`

  /** Pays, and answers with the session as the server has it. */
  async function pay(page: Page, sum: string, press = () => payByElement(page, sum)) {
    await press()
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    await page.getByRole('button', { name: `Pay ${sum}` }).click()
    await page.waitForURL(/coinslot_session=/)
    const id = new URL(page.url()).searchParams.get('coinslot_session')
    return (await (await fetch(`${demo.server.url}/v1/sessions/${id}`)).json()) as Session
  }

  const payByElement = (page: Page, sum: string) =>
    page
      .locator('coinslot-checkout')
      .getByRole('button', { name: `Pay ${sum}` })
      .click()

  async function expectLook(page: Page): Promise<void> {
    const button = page.locator('coinslot-checkout').getByRole('button', { name: /^Pay/ })
    await button.waitFor()
    const style = await button.evaluate((element) => {
      const { letterSpacing, borderRadius, backgroundColor } = getComputedStyle(element)
      return { letterSpacing, borderRadius, backgroundColor }
    })
    expect(style).toEqual({
      letterSpacing: '2px',
      borderRadius: '3px',
      backgroundColor: 'rgb(181, 53, 31)',
    })
  }

  async function expectWhole(page: Page): Promise<void> {
    await expectLook(page)
    expect(await page.locator('coinslot-checkout').getAttribute('required')).not.toBeNull()
    const session = await pay(page, '€12.50')
    expect(session).toMatchObject({
      status: 'paid',
      amount: '12.50',
      currency: 'EUR',
      checkout: 'donation',
      description: CHANGED.get('description'),
    })
  }

  it('in HTML has the hash of the very file that the server sends', async () => {
    const html = await readSample('HTML', '')
    const [, src = '', hash] = /src="([^"]*)"\s+integrity="sha384-([^"]*)"/.exec(html)!
    const bytes = await (await fetch(src)).bytes()
    expect(createHash('sha384').update(bytes).digest('base64')).toBe(hash)
    const plain = await (await fetch(`${demo.server.url}/coinslot.js`)).bytes()
    expect(createHash('sha384').update(plain).digest('base64')).toBe(hash)
  })

  it.each([
    ['as it is at first', '', 'donation', '$25.00', '25.00'],
    ['of a fixed price', 'checkout=mug', 'mug', '€19.90', '19.90'],
  ])('in HTML, %s, can be paid', async (_, search, checkout, sum, amount) => {
    const { page, complaints } = await openMerchantPage(document(await readSample('HTML', search)))
    expect(await pay(page, sum)).toMatchObject({ status: 'paid', checkout, amount })
    expect(complaints).toEqual([])
  })

  it('in HTML, with all that was changed, can be paid, and looks like it', async () => {
    const { page } = await openMerchantPage(document(await readSample('HTML')))
    await expectWhole(page)
  })

  it.each([
    ['React', 'jsx', 'coinslot/react', REACT_ENTRY()],
    ['Vue', 'vue', 'coinslot', VUE_ENTRY()],
    ['Svelte', 'svelte', 'coinslot', SVELTE_ENTRY()],
  ])('for %s is built, can be paid, and looks like it', async (name, extension, entry, main) => {
    const sample = await readSample(name)
    expect(sample).toContain(`'${entry}'`)
    const script = await bundle(`Checkout.${extension}`, sample, main)
    const { page, complaints } = await openMerchantPage(
      document('<div id="app"></div><script type="module" src="/merchant/app.js"></script>'),
      { 'app.js': script },
    )
    await expectWhole(page)
    expect(complaints).toEqual([])
  })

  it('for Angular is TypeScript, and its template is the same element', async () => {
    const sample = await readSample('Angular')
    const { diagnostics = [] } = ts.transpileModule(sample, {
      reportDiagnostics: true,
      compilerOptions: { experimentalDecorators: true, target: ts.ScriptTarget.ES2022 },
    })
    expect(diagnostics).toEqual([])
    const { template, styles } = readComponent(sample)
    // Nothing that Angular would take for an expression, a block or an entity of its own.
    expect(template).not.toMatch(/[{}@]/)
    const { page } = await openMerchantPage(
      document(`<script type="module" src="/coinslot.js"></script>
        <style>${styles}</style>${template}`),
    )
    await expectWhole(page)
  })

  it('as a form works without script, and takes an amount', async () => {
    const form = await readSample('Form')
    const { page } = await openMerchantPage(document(form))
    await page.getByLabel('Amount').fill('30.00')
    const session = await pay(page, '€30.00', () =>
      page.getByRole('button', { name: 'Pay' }).click(),
    )
    expect(session).toMatchObject({ status: 'paid', amount: '30.00', currency: 'EUR' })
  })

  it('as a form of a fixed price has a button and nothing to type', async () => {
    const form = await readSample('Form', 'checkout=mug')
    const { page } = await openMerchantPage(document(form))
    expect(await page.getByRole('textbox').count()).toBe(0)
    const session = await pay(page, '€19.90', () =>
      page.getByRole('button', { name: 'Pay' }).click(),
    )
    expect(session).toMatchObject({ status: 'paid', checkout: 'mug' })
  })

  it.each([
    ['the sample', '', '$25.00'],
    ['changed terms', CHANGED, '€12.50'],
  ])('as a link leads to a page where %s can be paid', async (_, search, sum) => {
    const { page } = await openPage(demo.browser)
    await page.goto((await readSample('Link', search)).trim())
    const session = await pay(page, sum, () => page.locator('form button').click())
    expect(session.status).toBe('paid')
  })

  it.each([
    ['the sample', ''],
    ['changed terms', CHANGED],
  ])('as a QR code says the link of %s', async (_, search) => {
    const { page } = await openPage(demo.browser)
    await page.goto(`${demo.server.url}/?${search}#qr`)
    if (search) await page.locator('.snippet').filter({ hasText: 'eyJ' }).waitFor()
    const link = (await page.locator('.snippet').textContent())!.trim()
    await page.locator('.qr svg').waitFor()
    // Not before it was drawn for this link.
    await expect.poll(() => readCode(page), { timeout: 5_000 }).toBe(link)
  })

  it('of a configuration starts a server that has these very terms', async () => {
    const json = await readSample('Config')
    const other = await startServer({
      configuration: (publicUrl) => ({ ...(JSON.parse(json) as object), publicUrl }),
    })
    try {
      const answer = await fetch(`${other.url}/v1/checkouts/donation`)
      expect(await answer.json()).toMatchObject({
        currency: 'EUR',
        amount: '12.50',
        minAmount: '5.00',
        presets: ['5.00', '12.50'],
        description: CHANGED.get('description'),
      })
    } finally {
      await other.stop()
    }
  })

  /** What a camera would read off the screen. */
  async function readCode(page: Page): Promise<string> {
    const modules = await page.locator('.qr svg').evaluate((svg: SVGSVGElement) => {
      const size = svg.viewBox.baseVal.width
      const dark = svg.querySelectorAll('path')[1]!.getAttribute('d')!
      return { size, dark: [...dark.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => [+x!, +y!]) }
    })
    const scale = 4
    const width = modules.size * scale
    const data = new Uint8Array(width * width * 4).fill(255)
    for (const [x = 0, y = 0] of modules.dark) {
      for (let row = y * scale; row < (y + 1) * scale; row += 1) {
        const from = (row * width + x * scale) * 4
        for (let at = 0; at < scale; at += 1) data.fill(0, from + at * 4, from + at * 4 + 3)
      }
    }
    return decodeQr({ width, height: width, data })
  }
})

/** The two texts of an Angular component, as JavaScript reads them. */
function readComponent(sample: string): { template: string; styles: string } {
  const [, template = ''] = /template: `([^`]*)`/.exec(sample) ?? []
  const [, styles = ''] = /styles: `([^`]*)`/.exec(sample) ?? []
  return { template, styles }
}

function REACT_ENTRY(): string {
  return `import { createRoot } from 'react-dom/client'
    import { createElement } from 'react'
    import { Checkout } from './Checkout.jsx'
    createRoot(document.querySelector('#app')).render(createElement(Checkout))`
}

function VUE_ENTRY(): string {
  return `import { createApp } from 'vue'
    import Checkout from './Checkout.vue'
    createApp(Checkout).mount('#app')`
}

function SVELTE_ENTRY(): string {
  return `import { mount } from 'svelte'
    import Checkout from './Checkout.svelte'
    mount(Checkout, { target: document.querySelector('#app') })`
}

/** Bundles a sample as its framework's own tools do, with the package that was built. */
async function bundle(name: string, sample: string, main: string): Promise<string> {
  // Where the frameworks are found.
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  const folder = mkdtempSync(`${root}node_modules/.cache/sample-`)
  try {
    writeFileSync(join(folder, name), sample)
    writeFileSync(join(folder, 'main.js'), main)
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      plugins: [compilers()],
      resolve: {
        alias: [
          { find: 'coinslot/react', replacement: `${root}dist/widget/react.js` },
          { find: 'coinslot', replacement: `${root}dist/widget/index.js` },
        ],
        conditions: ['browser', 'module', 'development'],
      },
      define: { 'process.env.NODE_ENV': '"development"' },
      build: {
        outDir: join(folder, 'out'),
        minify: false,
        copyPublicDir: false,
        rollupOptions: {
          input: join(folder, 'main.js'),
          output: { entryFileNames: 'app.js', codeSplitting: false },
        },
      },
    })
    return readFileSync(join(folder, 'out/app.js'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compilers(): Plugin {
  return {
    name: 'compilers',
    transform(code, id) {
      if (id.endsWith('.svelte')) {
        return { code: compile(code, { css: 'injected', filename: id }).js.code, map: null }
      }
      return id.endsWith('.vue') ? { code: compileVue(code), map: null } : undefined
    },
  }
}

function compileVue(source: string): string {
  const { descriptor } = parse(source)
  const script = compileScript(descriptor, { id: 'sample', inlineTemplate: false })
  const template = compileTemplate({
    id: 'sample',
    filename: 'Checkout.vue',
    source: descriptor.template!.content,
    compilerOptions: { isCustomElement: (tag) => tag.startsWith('coinslot-') },
  })
  const css = descriptor.styles.map(({ content }) => content).join('\n')
  return `${script.content.replace('export default', 'const component =')}
${template.code}
const style = document.createElement('style')
style.textContent = ${JSON.stringify(css)}
document.head.append(style)
export default { ...component, render }`
}

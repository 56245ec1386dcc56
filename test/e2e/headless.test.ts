import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const BANK = /\/sandbox\/pay\/sbx_/
const root = new URL('../../', import.meta.url)

/** The page in the documentation that has a field and a button of its own. */
function exampleFor(server: string): string {
  const page = readFileSync(new URL('demo/docs/embedding.md', root), 'utf8')
  const [example] = /^<form id="donate">[^]*?^<\/script>/m.exec(page)!
  return example.replace('https://pay.shop.example', server)
}

describe("the documentation's own field and button, on coinslot/headless as it is packed", () => {
  const scene = useShop()
  beforeAll(() => {
    const dist = new URL('dist/widget/', root)
    for (const name of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
      scene.shop.publish(`/coinslot/${name}`, {
        html: readFileSync(new URL(name, dist), 'utf8'),
        headers: { 'Content-Type': 'text/javascript' },
      })
    }
  })

  async function open(lang = 'en') {
    const watched = await openPage(scene.browser)
    // Nothing maps Lit, so that importing it would fail.
    const map = '{ "imports": { "coinslot/headless": "/coinslot/headless.js" } }'
    const html = `<!doctype html><html lang="${lang}"><title>Shop</title>
      <script type="importmap">${map}</script>${exampleFor(scene.server.url)}</html>`
    await watched.page.goto(scene.shop.publish('/', { html }))
    const field = watched.page.getByLabel('Your donation')
    const button = watched.page.getByRole('button')
    await button.filter({ hasText: '25' }).waitFor()
    return { ...watched, field, button, problem: watched.page.getByRole('alert') }
  }

  it('says what is wrong with the amount, has the focus there, and sends nothing', async () => {
    const { page, calls, field, button, problem } = await open()
    await field.fill('1.234')
    await button.click()
    await problem.filter({ hasText: 'Do you mean 1,234.00?' }).waitFor()
    await field.fill('4')
    await button.click()
    await problem.filter({ hasText: 'The minimum is $5.00.' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('sum')
    expect(calls).toEqual(['GET /v1/checkouts/donation'])
  })

  it('reads the amount, writes it as it was understood, and leads to the payment page', async () => {
    const { page, calls, complaints, field, button, problem } = await open()
    await field.fill('1234,5')
    await button.filter({ hasText: 'Pay $1,234.50' }).waitFor()
    await field.blur()
    await expect.poll(() => field.inputValue()).toBe('1,234.50')
    expect(await problem.innerText()).toBe('')
    await button.click()
    await page.waitForURL(BANK)
    await page.getByText('$1,234.50').first().waitFor()
    expect(calls).toEqual(['GET /v1/checkouts/donation', 'POST /v1/sessions'])
    expect(complaints).toEqual([])
  })

  it('is paid by Enter in the field, too, once', async () => {
    const { page, calls, field } = await open()
    await field.fill('40')
    await field.press('Enter')
    await page.waitForURL(BANK)
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(1)
  })

  it('speaks the language of its page', async () => {
    const { field, button, problem } = await open('de')
    await button.filter({ hasText: 'zahlen' }).waitFor()
    await field.fill('4,00')
    await button.click()
    await problem.filter({ hasText: '5,00' }).waitFor()
  })
})

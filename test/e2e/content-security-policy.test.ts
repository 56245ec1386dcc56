import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openPage } from './browser.ts'
import { useShop } from './shop.ts'

const DOCUMENTATION = readFileSync(new URL('../../demo/docs/embedding.md', import.meta.url), 'utf8')
const SERVER = 'https://pay.shop.example'
const NONCE = 'bm9uY2U'
const TRUSTED_TYPES = "require-trusted-types-for 'script'"

describe('a page under a content security policy', () => {
  const scene = useShop()

  /** A page with the script tag and this in it, under "nothing but" this policy. */
  function page(body: string, policy: string, attributes = '') {
    const allowed = policy.replaceAll(SERVER, scene.server.url)
    return {
      headers: { 'Content-Security-Policy': `default-src 'none'; ${allowed}` },
      html: `<!doctype html><html lang="en"><title>Shop</title>
        <script type="module" ${attributes} src="${scene.server.url}/coinslot.js"></script>${body}</html>`,
    }
  }

  const checkout = '<coinslot-checkout checkout="donation"></coinslot-checkout>'
  const fixed =
    '<coinslot-checkout checkout="mug" currency="EUR" amount="19.90"></coinslot-checkout>'

  it.each([
    ['what the documentation says', /^script-src .*$/m.exec(DOCUMENTATION)![0]],
    ['nonces alone', `script-src 'nonce-${NONCE}'; connect-src ${SERVER}`],
    [
      'a nonce and strict-dynamic',
      `script-src 'nonce-${NONCE}' 'strict-dynamic'; connect-src ${SERVER}`,
    ],
    [
      'Trusted Types and no other policy than Lit’s',
      `script-src ${SERVER}; connect-src ${SERVER}; ${TRUSTED_TYPES}; trusted-types lit-html`,
    ],
    [
      'Trusted Types, whatever their names',
      `script-src 'nonce-${NONCE}'; connect-src ${SERVER}; ${TRUSTED_TYPES}`,
    ],
  ])('%s: is paid on, and shows the status, with no violation', async (_, policy) => {
    const attributes = `nonce="${NONCE}"`
    const address = scene.shop.publish('/', page(checkout, policy, attributes))
    scene.shop.publish('/thanks', page('<coinslot-status></coinslot-status>', policy, attributes))
    const { page: tab, complaints } = await openPage(scene.browser)
    await tab.goto(address)
    await tab.getByRole('textbox').fill('1,234.5')
    await tab.getByRole('button', { name: 'Pay $1,234.50' }).click()
    await tab.waitForURL(/\/sandbox\/pay\/sbx_/)
    await tab.getByRole('button', { name: 'Pay $1,234.50' }).click()
    await tab.waitForURL(/\/thanks\?coinslot_session=cs_/)
    await tab.getByText('Payment received').waitFor()
    expect(complaints).toEqual([])
  })

  it('that leaves the server out of connect-src is complained of: these tests would see it', async () => {
    const address = scene.shop.publish('/', page(checkout, `script-src ${SERVER}`))
    const { page: tab, complaints } = await openPage(scene.browser)
    await tab.goto(address)
    await tab.getByText('Payment is not available right now.').waitFor()
    expect(complaints.join()).toContain('connect-src')
  })

  it('with Lit’s name given away already needs allow-duplicates, and has no violation then', async () => {
    const names = "trusted-types lit-html 'allow-duplicates'"
    const policy = `script-src ${SERVER}; ${TRUSTED_TYPES}; ${names}`
    const twice = `${fixed}<script type="module" src="${scene.server.url}/coinslot.js?again"></script>`
    const address = scene.shop.publish('/', page(twice, policy))
    const { page: tab, complaints } = await openPage(scene.browser)
    await tab.goto(address, { waitUntil: 'load' })
    await tab.getByRole('button', { name: 'Pay €19.90' }).waitFor()
    expect(complaints).toEqual([])
  })

  describe('in a browser without constructed style sheets', () => {
    async function openOld(policy: string, attributes: string) {
      const address = scene.shop.publish('/', page(fixed, policy, attributes))
      const watched = await openPage(scene.browser)
      await watched.page.addInitScript(() => {
        for (const { prototype } of [Document, ShadowRoot]) {
          Reflect.deleteProperty(prototype, 'adoptedStyleSheets')
        }
      })
      await watched.page.goto(address)
      const button = watched.page.getByRole('button', { name: 'Pay €19.90' })
      const height = await button.evaluate((element) => getComputedStyle(element).minHeight)
      return { ...watched, height }
    }

    it('looks as it should by the nonce of the script', async () => {
      const policy = `script-src 'nonce-${NONCE}'; style-src 'nonce-${NONCE}'`
      const { height, complaints } = await openOld(policy, `nonce="${NONCE}"`)
      expect(height).toBe('52px')
      expect(complaints).toEqual([])
    })

    it('works all the same where it may have no style', async () => {
      const { height, complaints } = await openOld(`script-src ${SERVER}`, '')
      expect(height).not.toBe('52px')
      expect(complaints.join()).toContain('style-src')
    })
  })
})

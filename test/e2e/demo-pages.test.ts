/** The sample shop and the donation page, as their buyers use them. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Session } from '../../server/contract/schemas.ts'
import { GOODS } from '../../server/demo/goods.ts'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'

const demo = useDemo()

async function open(path: string, options: Parameters<typeof openPage>[1] = {}) {
  const watched = await openPage(demo.browser, options)
  const foreign: string[] = []
  watched.page.on('request', (request) => {
    if (!request.url().startsWith(demo.server.url)) foreign.push(request.url())
  })
  await watched.page.goto(demo.server.url + path)
  return { ...watched, foreign }
}

const payButton = (page: Page, sum: string) => page.getByRole('button', { name: `Pay ${sum}` })

/** Presses Pay here and at the bank, and answers with the session as the server has it. */
async function pay(page: Page, sum: string, ending = `Pay ${sum}`): Promise<Session> {
  await payButton(page, sum).click()
  await page.waitForURL(/\/sandbox\/pay\/sbx_/)
  await page.getByRole('button', { name: ending }).click()
  await page.waitForURL(/coinslot_session=/)
  const id = new URL(page.url()).searchParams.get('coinslot_session')
  return (await (await fetch(`${demo.server.url}/v1/sessions/${id}`)).json()) as Session
}

describe('the sample shop', () => {
  const good = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name })
  const add = (page: Page, name: string) =>
    good(page, name).getByRole('button', { name: 'Add to cart' }).click()

  it('has nothing to pay before there is something in the cart', async () => {
    const { page, complaints } = await open('/shop')
    await page.getByText('Nothing in it yet').waitFor()
    expect(await page.locator('coinslot-checkout').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('shows the prices that its server asks for', async () => {
    const { page } = await open('/shop')
    for (const { name, price } of Object.values(GOODS)) {
      expect(await good(page, name).locator('.price').innerText()).toBe(`€${price}`)
    }
  })

  it('charges what its server says, whatever somebody made of the page’s cart', async () => {
    const { page } = await open('/shop')
    await page.evaluate(() =>
      localStorage.setItem(
        'kiln-and-kettle',
        JSON.stringify({ id: 'x', lines: [{ sku: 'mug', quantity: 1, unitPrice: '0.01' }] }),
      ),
    )
    await page.reload()
    // The page asks with what is there, and its server signs nothing of the kind.
    await page.getByText('The till cannot be reached').waitFor()
    expect(await page.locator('coinslot-checkout').count()).toBe(0)
  })

  it('takes a cart from the shelf to a paid order, and is empty then', async () => {
    const { page, complaints, foreign } = await open('/shop')
    await add(page, 'Enamel mug')
    await add(page, 'Stovetop kettle')
    await page.getByRole('button', { name: 'One Enamel mug more' }).click()
    await payButton(page, '€103.80').waitFor()
    const session = await pay(page, '€103.80')
    expect(session).toMatchObject({
      status: 'paid',
      amount: '103.80',
      currency: 'EUR',
      description: '2 × Enamel mug, 1 × Stovetop kettle',
    })
    expect(session.orderId).toMatch(/^[\w-]{36}$/)
    expect(new URL(page.url()).pathname).toBe('/shop')
    await page.getByText('Payment received').waitFor()
    await page.getByRole('link', { name: 'Back to the shop' }).click()
    await page.getByText('Nothing in it yet').waitFor()
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
  })

  it('keeps the cart of who comes back without having paid, and its order', async () => {
    const { page } = await open('/shop')
    await add(page, 'Speckled tray')
    const first = await pay(page, '€28.50', 'Cancel and go back')
    expect(first.status).toBe('canceled')
    await page.getByRole('link', { name: 'Back to the shop' }).click()
    const second = await pay(page, '€28.50')
    expect(second).toMatchObject({ status: 'paid', orderId: first.orderId })
  })

  it('can be used by keyboard alone, and the focus is not lost with a line', async () => {
    const { page } = await open('/shop')
    await good(page, 'Enamel mug').getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'One Enamel mug less' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Nothing in it yet').waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('cart')
  })
})

describe('the donation page', () => {
  it('takes no less than its minimum', async () => {
    const { page } = await open('/donate')
    await page.getByRole('textbox').fill('4')
    await page.keyboard.press('Enter')
    await page.getByText('The minimum is $5.00').waitFor()
  })

  it('takes a suggested gift, and thanks for it', async () => {
    const { page, complaints, foreign } = await open('/donate')
    await page.getByRole('radio', { name: '$50.00' }).check()
    const session = await pay(page, '$50.00')
    expect(session).toMatchObject({ status: 'paid', amount: '50.00', checkout: 'reading-room' })
    expect(new URL(page.url()).pathname).toBe('/donate')
    await page.getByText('The lamp stays on, and a seat').waitFor()
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
  })

  it('thanks nobody because an address says so', async () => {
    const { page } = await open('/donate?coinslot_session=cs_AAAAAAAAAAAAAAAAAAAAAA&status=paid')
    await page.locator('coinslot-status:state(unknown)').waitFor()
    expect(await page.getByText('a seat in its light').isVisible()).toBe(false)
  })
})

describe.each(['/shop', '/donate'])('the page %s', (path) => {
  it.each(['ltr', 'rtl'])('fits a telephone of 320 pixels, written %s', async (direction) => {
    const { page } = await open(path, { viewport: { width: 320, height: 640 } })
    await page.evaluate((dir) => void (document.documentElement.dir = dir), direction)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })

  it('leads without script to where it can be paid', async () => {
    const { page } = await open(path, { javaScriptEnabled: false })
    await page.getByRole('link', { name: /on a page that needs none/ }).click()
    await page.waitForURL(/\/pay\//)
  })
})

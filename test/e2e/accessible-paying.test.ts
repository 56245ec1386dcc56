/** Paying by those who do not see the page, do not point at it, or do not want it to move. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { openShopPage, openStage, type Stage } from './scenes.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  ;[browser, stage] = await Promise.all([openBrowser(), openStage()])
})
afterAll(async () => {
  await browser?.close()
  await stage?.stop()
})

async function openCheckout(markup: string, lang = 'en', options = {}): Promise<Page> {
  const { page } = await openPage(browser, { locale: lang, ...options })
  await openShopPage(page, stage, lang, `<coinslot-checkout ${markup}></coinslot-checkout>`)
  await page.locator('coinslot-checkout [part=button]').first().waitFor()
  return page
}

interface Spoken {
  readonly role: string
  readonly name: string
  readonly description: string
  readonly [property: string]: unknown
}

interface Value {
  readonly value?: unknown
}

interface Node {
  readonly ignored: boolean
  readonly role?: Value
  readonly name?: Value
  readonly description?: Value
  readonly properties?: readonly { readonly name: string; readonly value: Value }[]
}

/** What the browser tells a screen reader of the page. */
async function listen(page: Page): Promise<Spoken[]> {
  const devtools: CDPSession = await page.context().newCDPSession(page)
  const { nodes } = (await devtools.send('Accessibility.getFullAXTree')) as unknown as {
    nodes: readonly Node[]
  }
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, description, properties = [] }) => {
      const told = Object.fromEntries(properties.map((one) => [one.name, one.value.value]))
      const text = (value?: Value) => String(value?.value ?? '').trim()
      const spoken = { role: text(role), name: text(name), description: text(description) }
      return Object.assign(told, spoken)
    })
}

const heard = async (page: Page, role: string) =>
  (await listen(page)).filter((node) => node.role === role)

/** Keeps what the regions say, and where the focus is at that moment. */
function watchRegions(): void {
  const root = document.querySelector('coinslot-checkout')!.shadowRoot!
  const regions = root.querySelectorAll<HTMLElement>('[role=status], [role=alert]')
  const said: string[] = []
  for (const region of regions) {
    new MutationObserver(() => {
      const text = region.innerText.trim()
      if (text) said.push(`${region.role}: ${text} @ ${root.activeElement?.getAttribute('part')}`)
    }).observe(region, { childList: true, characterData: true, subtree: true })
  }
  Object.assign(window, { said })
}

function promise(): [Promise<void>, () => void] {
  let keep = (): void => undefined
  return [new Promise<void>((resolve) => (keep = resolve)), () => keep()]
}

const said = (page: Page) => page.evaluate('window.said')

describe('a buyer who does not see the page', () => {
  it('hears what each thing is, what it is called and what is to be known of it', async () => {
    const page = await openCheckout('checkout="donation"')
    expect(await heard(page, 'textbox')).toMatchObject([
      {
        name: 'Amount',
        description: '$ From $5.00 to $5,000.00',
        required: true,
        invalid: 'false',
      },
    ])
    expect(await heard(page, 'radiogroup')).toMatchObject([{ name: 'Amount' }])
    expect((await heard(page, 'radio')).map(({ name, checked }) => [name, checked])).toEqual([
      ['$10.00', 'false'],
      ['$25.00', 'true'],
      ['$1,000.00', 'false'],
    ])
    expect((await heard(page, 'button')).map(({ name }) => name)).toEqual(['Pay $25.00'])
  })

  it('hears of several checkouts which one he is in, by what it is for', async () => {
    const others = [
      'checkout="donation" currency="USD"',
      'checkout="mug"',
      'checkout="donation" description="A tree"',
    ]
    const page = await openCheckout(others.join('></coinslot-checkout><coinslot-checkout '))
    await page.getByRole('group').nth(2).getByRole('textbox', { name: 'Amount' }).waitFor()
    await expect
      .poll(async () => (await heard(page, 'group')).map(({ name }) => name))
      .toEqual(['Support the library', 'Enamel mug €19.90', 'A tree'])
  })

  it('hears what is wrong as the field’s own, with the focus there', async () => {
    const page = await openCheckout('checkout="donation"')
    await page.getByRole('textbox').fill('1')
    await page.getByRole('button').click()
    await page.getByRole('alert').getByText('The minimum is $5.00.').waitFor()
    expect(await heard(page, 'textbox')).toMatchObject([
      {
        description: '$ From $5.00 to $5,000.00 The minimum is $5.00.',
        invalid: 'true',
        focused: true,
      },
    ])
    expect(await heard(page, 'alert')).toMatchObject([{ live: 'assertive' }])
  })

  it('hears that the payment is prepared, and that it failed, where the focus is', async () => {
    const page = await openCheckout('checkout="mug"')
    const [hasFailed, fail] = promise()
    await page.route('**/v1/sessions', async (route) => {
      await hasFailed
      await route.abort()
    })
    await page.evaluate(watchRegions)
    const regions = await heard(page, 'status')
    expect(regions).toMatchObject([{ live: 'polite' }])
    await page.getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Preparing your payment…').waitFor()
    expect(await heard(page, 'button')).toMatchObject([{ disabled: true, focused: true }])
    fail()
    await page.getByRole('alert').getByText('There was no connection.').waitFor()
    expect(await said(page)).toEqual([
      'status: Preparing your payment… @ button',
      'alert: There was no connection. You have not been charged. Please try again. @ button',
    ])
  })

  it('hears all that is missing in one summary, with the focus on the first of it', async () => {
    const page = await openCheckout('checkout="gift"')
    await page.getByLabel('Email address').waitFor()
    await page.evaluate(watchRegions)
    await page.getByLabel('Email address').press('Enter')
    await page.getByRole('alert').getByText('Please look at the fields').waitFor()
    expect(await said(page)).toEqual([
      expect.stringMatching(
        /^alert: Please look at the fields that are marked\.\s+Please enter your name\.\s+Please enter your email address\./,
      ),
    ])
    expect((await heard(page, 'listitem')).length).toBe(2)
    const fields = await heard(page, 'textbox')
    const told = fields.map(({ name, invalid, focused, description }) => [
      name,
      { invalid, focused: focused === true, description },
    ])
    expect(Object.fromEntries(told)).toEqual({
      Amount: { invalid: 'false', focused: false, description: expect.stringMatching(/^\$ From/) },
      'First name': { invalid: 'true', focused: true, description: 'Please enter your name.' },
      'Last name': { invalid: 'false', focused: false, description: '' },
      'Email address': {
        invalid: 'true',
        focused: false,
        description: 'Please enter your email address.',
      },
    })
  })

  it('hears first on the payment page why it is there again, and finds the ways to the fields', async () => {
    const { page } = await openPage(browser, { locale: 'en', javaScriptEnabled: false })
    await page.goto(`${stage.server.url}/pay/gift`)
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Email address').fill('ada@localhost')
    await page.getByLabel('Email address').press('Enter')
    const alert = page.getByRole('alert')
    await alert.getByText('Please look at the fields that are marked.').waitFor()
    expect(await page.title()).toMatch(/^Please look at the fields that are marked\. · /)
    await alert.getByRole('link').click()
    expect(await page.locator(':focus').getAttribute('name')).toBe('email')
  })
})

describe('a buyer who uses the keyboard alone', () => {
  it('chooses a preset, changes it, and pays', async () => {
    stage.shop.publish('/thanks', { html: '<title>Thank you</title>' })
    const page = await openCheckout('checkout="donation"')
    const path: (string | null)[] = []
    for (let presses = 0; presses < 3; presses += 1) {
      await page.keyboard.press('Tab')
      path.push(
        await page.evaluate(() => {
          const { activeElement } = document.querySelector('coinslot-checkout')!.shadowRoot!
          return activeElement!.getAttribute('type') ?? activeElement!.getAttribute('part')
        }),
      )
      if (path.at(-1) === 'radio') await page.keyboard.press('ArrowRight')
    }
    expect(path).toEqual(['input', 'radio', 'button'])
    expect(await page.getByRole('textbox').inputValue()).toBe('1,000.00')
    await page.keyboard.press('Space')
    await page.waitForURL(/\/sandbox\/pay\/sbx_/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/thanks\?coinslot_session=/)
  })
})

describe('a buyer who reads from right to left', () => {
  it('has the currency after the amount, and addresses of mail written from the left', async () => {
    const page = await openCheckout('checkout="gift"', 'ar')
    const email = page.locator('coinslot-checkout [type=email]')
    await email.waitFor()
    const styles = await email.evaluate((input) => {
      const { direction, textAlign } = getComputedStyle(input)
      return [direction, textAlign]
    })
    expect(styles).toEqual(['ltr', 'right'])
    const boxOf = async (part: string) =>
      (await page.locator(`coinslot-checkout [part=${part}]`).first().boundingBox())!
    const [label, field] = await Promise.all([boxOf('label'), boxOf('field')])
    expect(Math.round(label.x + label.width)).toBe(Math.round(field.x + field.width))
  })
})

describe('a buyer who does not want things to move', () => {
  const countMoving = (page: Page) =>
    page.evaluate(() => {
      const root = document.querySelector('coinslot-checkout')!.shadowRoot!
      return root.getAnimations().filter(({ playState }) => playState === 'running').length
    })

  it.each([
    ['no-preference', 1],
    ['reduce', 0],
  ] as const)(
    'sees with "%s" that much turn while a payment is prepared: %i',
    async (wish, count) => {
      const page = await openCheckout('checkout="mug"', 'en', { reducedMotion: wish })
      await page.route('**/v1/sessions', () => undefined)
      await page.getByRole('button').click()
      await page.locator('coinslot-checkout [part=spinner]').waitFor()
      expect(await countMoving(page)).toBe(count)
    },
  )
})

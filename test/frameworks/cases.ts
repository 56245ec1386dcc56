/** What the public custom-elements-everywhere asks of a framework, asked of the package's elements in each of them. */
import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CoinslotCheckoutElement } from '../../widget/index.ts'
import { openBrowser, openPage } from '../e2e/browser.ts'
import { freePort } from '../e2e/server-process.ts'
import { build, folderOf, install, serveSite, type Sample, type Site } from './sample.ts'

const CASES = fileURLToPath(new URL('cases/', import.meta.url))

export interface Framework {
  /** As the table calls it. */
  readonly title: string
  /** The sample whose tools build the page of cases. */
  readonly sample: Sample
  /** Its folder in `cases`. */
  readonly page: string
  /** The cases that this framework cannot satisfy, whatever an element does. */
  readonly cannot?: readonly string[]
}

type Check = (page: Page) => Promise<void>

const BEFORE = 'before the element is defined: '

/** Preact says nothing as the empty text. */
export const TEXT_ENDS = 'text, which ends'
/** What some cannot know of an element that is not there yet. */
export const FALSE_BEFORE = `${BEFORE}false`
export const OBJECT_BEFORE = `${BEFORE}an object`

/** By what they ask for. */
const CASES_IN_ORDER: Readonly<Record<string, Check>> = {
  'no children': async (page) => {
    await page.locator('#bare').getByRole('textbox').waitFor()
    expect(await page.locator('#bare').evaluate((bare) => bare.children.length)).toBe(0)
  },
  'children in slots, which change': async (page) => {
    await page.locator('#parent').getByText('One').waitFor()
    await next(page)
    await expect.poll(() => page.locator('#parent > [slot=footer]').textContent()).toBe('Two')
  },
  'a child that comes and goes': async (page) => {
    const child = page.locator('#parent > [slot=label]')
    await child.waitFor()
    await next(page)
    await child.waitFor({ state: 'detached' })
    await next(page)
    await child.waitFor()
  },
  'to be hidden, with what was typed, and shown': async (page) => {
    await page.locator('#parent').getByRole('textbox').fill('7')
    await next(page)
    await page.locator('#parent').waitFor({ state: 'hidden' })
    await next(page)
    await page.locator('#parent').getByRole('textbox').waitFor()
    expect(await page.locator('#parent').getByRole('textbox').inputValue()).toBe('7.00')
  },
  'to be removed and made anew': async (page) => {
    await page.getByRole('button', { name: 'Pay $3.00' }).waitFor()
    await next(page)
    await page.locator('#gone').waitFor({ state: 'detached' })
    await next(page)
    await page.getByRole('button', { name: 'Pay $3.00' }).waitFor()
  },
  'text, which changes': async (page) => {
    expect(await dataOf(page)).toMatchObject({ description: 'One' })
    await next(page)
    expect(await dataOf(page)).toMatchObject({ description: 'Two' })
  },
  [TEXT_ENDS]: async (page) => {
    await next(page)
    expect(await dataOf(page)).toMatchObject({ description: 'Two' })
    await next(page)
    expect(await dataOf(page)).toMatchObject({ description: null })
  },
  'a number': async (page) => {
    expect(await dataOf(page)).toMatchObject({ amount: '25' })
  },
  'true and false': async (page) => {
    expect(await dataOf(page)).toMatchObject({ disabled: true, editable: false })
    await next(page)
    expect(await dataOf(page)).toMatchObject({ disabled: false, editable: true })
  },
  'a name of two words': async (page) => {
    expect(await dataOf(page)).toMatchObject({ minAmount: '5.00' })
  },
  'an object, which changes': async (page) => {
    expect(await dataOf(page)).toMatchObject({ customer: { email: 'one@shop.example' } })
    await next(page)
    expect(await dataOf(page)).toMatchObject({ customer: { email: 'two@shop.example' } })
  },
  'an event, by a listener that is added': async (page) => {
    await page.locator('#bare').getByRole('textbox').fill('8')
    await heard(page, 'imperative')
  },
  'an event with a dash, by a listener that is declared': async (page) => {
    await next(page)
    await page.locator('#data').getByRole('textbox').fill('9')
    await heard(page, 'Two:9.00')
  },
  'an event, by the listener of the latest rendering': async (page) => {
    await next(page)
    await page.locator('#data').getByRole('textbox').waitFor()
    await next(page)
    await page.locator('#data').getByRole('textbox').fill('9')
    await heard(page, 'undefined:9.00')
  },
  'an event that is fired as soon as it is there': async (page) => {
    await heard(page, 'ready')
  },
  'an event that is prevented': async (page) => {
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.method()))
    await next(page)
    await page.locator('#data').getByRole('textbox').press('Enter')
    // What is loaded for a payment is asked for at its beginning, so that a request would have been seen.
    await expect.poll(() => dataOf(page)).toMatchObject({ state: 'idle' })
    expect(sent).not.toContain('POST')
  },
  [`${BEFORE}text and a number`]: async (page) => {
    expect(await dataOf(page)).toMatchObject({ description: 'One', amount: '25' })
  },
  [`${BEFORE}true`]: async (page) => {
    expect(await dataOf(page)).toMatchObject({ disabled: true })
  },
  // Most elements have no attribute whose absence is another thing than `false`.
  [FALSE_BEFORE]: async (page) => {
    expect(await dataOf(page)).toMatchObject({ editable: false })
  },
  [OBJECT_BEFORE]: async (page) => {
    expect(await dataOf(page)).toMatchObject({ customer: { email: 'one@shop.example' } })
  },
}

/** Tests each case in a framework. */
export function describeCases({ title, sample, page: name, cannot = [] }: Framework): void {
  describe(`cases: ${title}`, () => {
    const folder = join(folderOf(sample), `.cases/${name}`)
    let browser: Browser
    let site: Site
    let url: string
    beforeAll(async () => {
      const port = await freePort()
      url = `http://localhost:${port}/`
      await install(sample)
      await lay(sample, name, folder)
      await build(sample, folder, url)
      site = await serveSite(sample, folder, port, url)
      browser = await openBrowser()
    })
    afterAll(async () => {
      await browser?.close()
      await site?.close()
    })

    for (const [what, check] of Object.entries(CASES_IN_ORDER)) {
      const run = cannot.includes(what) ? it.fails : it
      run(what, async () => {
        const { page } = await openPage(browser)
        page.setDefaultTimeout(5000)
        await page.goto(what.startsWith(BEFORE) ? `${url}?late` : url)
        await page.locator('#data').waitFor({ state: 'attached' })
        await page.evaluate(define)
        await check(page)
        await page.context().close()
      })
    }
  })
}

/** What a framework's tools build by; each has some of it. */
const TOOLS = [
  'angular.json',
  'index.html',
  'package.json',
  'src',
  'tsconfig.json',
  'vite.config.ts',
]

/** A copy of the sample, within reach of its packages, with another page. */
async function lay(sample: Sample, name: string, folder: string): Promise<void> {
  const own = folderOf(sample)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const file of TOOLS.filter((name) => existsSync(join(own, name)))) {
    await cp(join(own, file), join(folder, file), { recursive: true })
  }
  await cp(join(CASES, name), folder, { recursive: true })
  await cp(join(CASES, 'scenes.ts'), join(folder, 'src/scenes.ts'))
}

/** Runs in the page: the element is defined, if it was not, and shown. */
async function define(): Promise<void> {
  await (Reflect.get(window, 'define_') as () => Promise<unknown>)()
  await document.querySelector<CoinslotCheckoutElement>('#data')!.updateComplete
}

async function next(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next' }).click()
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
}

async function heard(page: Page, text: string): Promise<void> {
  await page.locator('#heard').filter({ hasText: text }).waitFor()
}

/** What has arrived. */
function dataOf(page: Page) {
  return page.locator('#data').evaluate((element) => {
    const { description, amount, minAmount, disabled, editable, customer, state } =
      element as CoinslotCheckoutElement
    return { description, amount, minAmount, disabled, editable, customer, state }
  })
}

/** The longest task of a page with the script tag on a slow telephone, against a page with a bare Lit element. */
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../e2e/browser.ts'
import type { Subject } from './bundles.ts'
import { median } from './median.ts'
import { openSite } from './site.ts'

const RUNS = 5
const SLOWDOWN = 4
const REST_MS = 1_000

// The page's first `Intl.NumberFormat` loads the browser's own data, which is no work of ours.
const WARM_INTL = `{
  const startedAt = performance.now()
  new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).formatToParts(1)
  globalThis.firstIntl = performance.now() - startedAt
}`

const ELEMENTS = `<bare-element>Pay</bare-element>
  <coinslot-checkout checkout="a" currency="USD" amount="25.00" min-amount="5.00" editable></coinslot-checkout>`

export async function compareMainThread(bare: Subject, ours: Subject): Promise<void> {
  const page = `<!doctype html><html lang="en"><script>${WARM_INTL}</script><h1>Shop</h1>${ELEMENTS}`
  const site = await openSite(
    new Map<string, Uint8Array | string>([...bare.files, ...ours.files, ['/', page]]),
  )
  const browser = await openBrowser()
  try {
    const runs: (Awaited<ReturnType<typeof measure>> & { readonly bare: number })[] = []
    for (let run = 0; run < RUNS; run += 1) {
      const { firstIntl, ready } = await measure(browser, site.url, bare.entry[0]!)
      runs.push({ ...(await measure(browser, site.url, ours.entry[0]!)), bare: ready, firstIntl })
    }
    const medianOf = (name: keyof (typeof runs)[number]) => median(runs.map((run) => run[name]))
    const row = (ms: number) => ({
      ms: Math.round(ms),
      ratio: Number((ms / medianOf('bare')).toFixed(2)),
    })
    console.log(
      `\nLongest task in ms, CPU slowed down ${SLOWDOWN} times (median of ${RUNS}; baseline: a bare Lit element)`,
    )
    console.table({
      'bare Lit element, until it is there': row(medianOf('bare')),
      'coinslot, until it is ready': row(medianOf('ready')),
      'coinslot, at a key': row(medianOf('key')),
      'coinslot, at the click': row(medianOf('click')),
      'the browser’s first Intl.NumberFormat': row(medianOf('firstIntl')),
    })
  } finally {
    await browser.close()
    site.close()
  }
}

/** The longest tasks on a page of its own: when this script comes, when a key is pressed, and a button. */
async function measure(browser: Browser, url: string, script: string) {
  const page = await browser.newPage()
  const slow = await page.context().newCDPSession(page)
  await slow.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  await page.goto(url, { waitUntil: 'networkidle' })
  const firstIntl = await page.evaluate(() => (globalThis as { firstIntl?: number }).firstIntl)
  const trace = async (act: () => Promise<unknown>) => {
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
    await act()
    // Nothing may run in the page to find out that it has come to rest.
    await page.waitForTimeout(REST_MS)
    return longestTask(await browser.stopTracing())
  }
  const ready = await trace(() =>
    page.evaluate((src) => {
      document.head.append(Object.assign(document.createElement('script'), { type: 'module', src }))
    }, script),
  )
  await page.mouse.click(...(await middleOf(page, 'input')))
  const key = await trace(() => page.keyboard.press('5'))
  const button = await middleOf(page, 'button')
  const click = await trace(() => page.mouse.click(...button))
  await page.close()
  return { ready, key, click, firstIntl: firstIntl ?? NaN }
}

/** Where this is in the checkout; anywhere, where there is none. */
function middleOf(page: Page, selector: string): Promise<[x: number, y: number]> {
  return page.evaluate((within) => {
    const root = document.querySelector('coinslot-checkout')!.shadowRoot
    const box = root?.querySelector(within)?.getBoundingClientRect()
    return box ? [box.x + box.width / 2, box.y + box.height / 2] : [1, 1]
  }, selector)
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly args: { readonly name?: string }
}

function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const mains = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  )
  const isMain = (event: TraceEvent) =>
    mains.some(({ pid, tid }) => pid === event.pid && tid === event.tid)
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && isMain(event))
  return Math.max(...tasks.map(({ dur = 0 }) => dur / 1000))
}

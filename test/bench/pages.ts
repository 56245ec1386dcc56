/** A page with a pay button on a slow telephone: when the button is seen, and what the page pays for it. */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, CDPSession } from 'playwright-core'
import { openBrowser } from '../e2e/browser.ts'
import { BARE, type Subject } from './bundles.ts'
import { median } from './median.ts'
import { openSite } from './site.ts'
import { answerForOthers } from './others.ts'

const ROUNDS = 5
const GIVE_UP_AFTER_MS = 20_000
const REST_MS = 1_500

/** What the developer tools of Chromium call slow 4G. */
const SLOW_4G = {
  offline: false,
  latency: 562.5,
  downloadThroughput: (1.6 * 1_000_000 * 0.9) / 8,
  uploadThroughput: (0.75 * 1_000_000 * 0.9) / 8,
}
const CPU_SLOWDOWN = 4

const WATCH = readFileSync(new URL('watch.js', import.meta.url), 'utf8')

/** What one visit of a page has shown. */
export interface Visit {
  /** From the navigation to the first frame with the button, if that came. */
  readonly visibleMs: number | undefined
  /** How much longer than 50 ms the page's tasks took, together. */
  readonly blockedMs: number
  /** Cumulative layout shift. */
  readonly shift: number
  readonly heapKb: number
}

export async function comparePages(subjects: readonly Subject[]): Promise<void> {
  const browser = await openBrowser()
  const visits = new Map<string, Visit[]>(subjects.map(({ name }) => [name, []]))
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const subject of subjects) visits.get(subject.name)!.push(await visit(browser, subject))
    }
  } finally {
    await browser.close()
  }
  console.log(
    `\nA page with it, CPU slowed down ${CPU_SLOWDOWN} times, slow 4G (median of ${ROUNDS}; ratio: baseline is the bare Lit element)`,
  )
  console.table(toTable(visits))
}

function toTable(visits: ReadonlyMap<string, readonly Visit[]>) {
  const medianOf = (name: string, of: keyof Visit) =>
    median(visits.get(name)!.map((visit) => visit[of] ?? NaN))
  const ratio = (name: string, of: keyof Visit) =>
    Number((medianOf(name, of) / medianOf(BARE, of)).toFixed(2))
  const rows = [...visits.keys()].map((name) => {
    const seen = medianOf(name, 'visibleMs')
    const row = {
      'visible, ms': Number.isNaN(seen) ? 'not without its server' : Math.round(seen),
      'visible, ratio': ratio(name, 'visibleMs'),
      'blocked, ms': Math.round(medianOf(name, 'blockedMs')),
      'layout shift': Number(medianOf(name, 'shift').toFixed(3)),
      'heap, kB': Math.round(medianOf(name, 'heapKb')),
      'heap, ratio': ratio(name, 'heapKb'),
    }
    return [name, row]
  })
  return Object.fromEntries(rows)
}

/** Opens a page that has nothing but this subject, in a browser that has seen none before. */
export async function visit(browser: Browser, subject: Subject, isSlow = true): Promise<Visit> {
  const site = await openSite(
    new Map<string, Uint8Array | string>([...subject.files, ['/', pageWith(subject)]]),
  )
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } })
  try {
    await answerForOthers(context, site.url, isSlow ? SLOW_4G.latency : 0)
    return await look(context, site.url, subject.button, isSlow)
  } finally {
    await context.close()
    site.close()
  }
}

function pageWith({ body, entry }: Subject): string {
  const tags = entry.map((path, index) => {
    if (path.endsWith('.css')) return `<link rel="stylesheet" href="${path}">`
    // What the first one imports is asked for at once.
    return index === 0
      ? `<script type="module" src="${path}"></script>`
      : `<link rel="modulepreload" href="${path}">`
  })
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title>${tags.join('')}<h1>Shop</h1>${body}<p>What is below.</p>`
}

async function look(
  context: BrowserContext,
  url: string,
  button: string,
  isSlow: boolean,
): Promise<Visit> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await page.addInitScript(`globalThis.button = ${JSON.stringify(button)}\n${WATCH}`)
  if (isSlow) await slowDown(session)
  await page.goto(url)
  await page
    .waitForFunction('seen.visibleMs', undefined, { timeout: GIVE_UP_AFTER_MS })
    .catch(() => undefined)
  // What it does after that is the page's time, too.
  await page.waitForTimeout(REST_MS)
  const seen = await page.evaluate<Omit<Visit, 'heapKb'>>('seen')
  return { ...seen, heapKb: await heapOf(session) }
}

async function slowDown(session: CDPSession): Promise<void> {
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', SLOW_4G)
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1000
}

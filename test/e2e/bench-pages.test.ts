import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { ourSubjects } from '../bench/bundles.ts'
import { visit } from '../bench/pages.ts'
import { openBrowser } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

it('the benchmark sees each button, and nothing move for that of the script tag', async () => {
  const { form, bare, ours } = await ourSubjects()
  for (const subject of [form, bare, ours]) {
    const { visibleMs, heapKb } = await visit(browser, subject, false)
    expect(visibleMs, subject.name).toBeGreaterThan(0)
    expect(heapKb, subject.name).toBeGreaterThan(0)
  }
  expect((await visit(browser, ours, false)).shift).toBe(0)
})

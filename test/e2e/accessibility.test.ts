/** Every page that we show, in every state, against WCAG 2.2 AA: by axe, and by what axe cannot see. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import {
  equip,
  findCuts,
  findFaintEdges,
  findFaults,
  findSmallTargets,
  findUnseenFocus,
  spreadText,
} from './page-checks.ts'
import { buyersPages, demoPages, openStage, otherPages, type Scene, type Stage } from './scenes.ts'
import { startServer } from './server-process.ts'

const TELEPHONE = { viewport: { width: 390, height: 800 }, hasTouch: true }
/** A window of 1280 × 1024 at 400 %. */
const ENLARGED = { width: 320, height: 256 }

const MEDIA = [
  { colorScheme: 'light' },
  { colorScheme: 'dark' },
  { colorScheme: 'dark', forcedColors: 'active' },
] as const

let browser: Browser
beforeAll(async () => void (browser = await openBrowser()))
afterAll(() => browser?.close())

async function open(scene: Scene, stage: Stage, lang = 'en'): Promise<Page> {
  const { page } = await openPage(browser, { ...TELEPHONE, locale: lang })
  await equip(page)
  await scene(page, stage, lang)
  return page
}

function describeScenes(
  scenes: Readonly<Record<string, Scene>>,
  openIt: () => Promise<Stage>,
): void {
  let stage: Stage
  beforeAll(async () => void (stage = await openIt()))
  afterAll(() => stage?.stop())

  describe.each(Object.entries(scenes))('%s', (_, scene) => {
    let page: Page
    beforeAll(async () => void (page = await open(scene, stage)))
    afterAll(() => page?.context().close())

    it('has no fault that axe finds, light or dark', async () => {
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await findFaults(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await findFaults(page, ['color-contrast'])).toEqual([])
    })

    it('has fields whose edges can be seen, light or dark', async () => {
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await findFaintEdges(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await findFaintEdges(page)).toEqual([])
    })

    it('has targets of 44 pixels', async () => {
      expect(await findSmallTargets(page)).toEqual([])
    })

    it('shows where the focus is: light, dark and in forced colours', async () => {
      expect(await findUnseenFocus(page, MEDIA)).toEqual([])
      await page.emulateMedia({ colorScheme: null, forcedColors: null })
    })

    it('is whole at 400 %, also with text that is spread', async () => {
      await page.setViewportSize(ENLARGED)
      expect(await findCuts(page)).toEqual([])
      await spreadText(page)
      expect(await findCuts(page)).toEqual([])
      await page.setViewportSize(TELEPHONE.viewport)
    })
  })
}

describe('a page for buyers', () => describeScenes({ ...buyersPages, ...otherPages }, openStage))

describe('a page of the demo', () => {
  describeScenes(demoPages, async () => {
    const server = await startServer()
    return { server, stop: async () => void (await server.stop()) } as Stage
  })
})

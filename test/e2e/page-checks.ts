/** What is wrong with a page as it stands, in words: nothing where a list is empty. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Checks {
  cuts(): string[]
  smallTargets(): string[]
  faintEdges(): string[]
  ringOfFocus(): string
  spreadText(): void
}

declare global {
  interface Window {
    checks: Checks
  }
}

/** Makes the checks below possible on whatever this page opens from now on. */
export async function equip(page: Page): Promise<void> {
  await page.addInitScript(addChecks)
}

/** What axe finds against WCAG 2.2 AA. */
export async function findFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  // As a debugger does, whatever the page's policy says.
  if (!(await page.evaluate('window.axe !== undefined'))) await page.evaluate(AXE)
  const only = rules ? { type: 'rule', values: rules } : { type: 'tag', values: RULES }
  const results = await page.evaluate<AxeResults>(
    `axe.run({ runOnly: ${JSON.stringify(only)}, rules: { 'target-size': { enabled: true } } })`,
  )
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary}`),
  )
}

/** What cannot be read without scrolling sideways, or not at all. */
export const findCuts = (page: Page) => page.evaluate(() => window.checks.cuts())

/** What is hard to hit with a finger: under 44 pixels, and not within a sentence. */
export const findSmallTargets = (page: Page) => page.evaluate(() => window.checks.smallTargets())

/** Fields and boxes that hardly differ from what is around them: under 3:1. */
export const findFaintEdges = (page: Page) => page.evaluate(() => window.checks.faintEdges())

/** The buyer's own line height and spacing, as WCAG 1.4.12 has them. */
export const spreadText = (page: Page) => page.evaluate(() => window.checks.spreadText())

export type Media = NonNullable<Parameters<Page['emulateMedia']>[0]>

/** Goes through the page by the Tab key; where it cannot be seen in one of the media where the focus is. */
export async function findUnseenFocus(page: Page, media: readonly Media[]): Promise<string[]> {
  const faults: string[] = []
  await page.evaluate(() => document.body.focus())
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement === document.body)) return faults
    for (const medium of media) {
      await page.emulateMedia(medium)
      const fault = await page.evaluate(() => window.checks.ringOfFocus())
      if (fault) faults.push(`${fault} (${JSON.stringify(medium)})`)
    }
  }
  return [...faults, 'the focus does not come to an end']
}

function addChecks(): void {
  const parentOf = (element: Element): Element | null => {
    if (element.assignedSlot) return element.assignedSlot
    const root = element.getRootNode()
    return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null)
  }

  function* ancestorsOf(element: Element): Generator<Element> {
    for (let next = parentOf(element); next; next = parentOf(next)) yield next
  }

  function elements(root: Document | ShadowRoot = document): Element[] {
    return Array.from(root.querySelectorAll('*')).flatMap((element) =>
      element.shadowRoot ? [element].concat(elements(element.shadowRoot)) : element,
    )
  }

  const nameOf = (element: Element) =>
    `${element.outerHTML.replace(/<!--.*?-->/g, '').slice(0, 120)} in ${parentOf(element)?.tagName}`

  const isSeen = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    ![element, ...ancestorsOf(element)].some(
      (one) => getComputedStyle(one).clipPath === 'inset(50%)',
    )

  /** Tables and code may be wider than the page, where the keyboard can scroll them. */
  const isScrolled = (element: Element) =>
    [element, ...ancestorsOf(element)].some(
      (one) =>
        one.getAttribute('tabindex') === '0' && /auto|scroll/.test(getComputedStyle(one).overflowX),
    )

  function textRects(element: Element): DOMRect[] {
    return [...element.childNodes]
      .filter((node) => node instanceof Text && node.data.trim())
      .flatMap((node) => {
        const range = document.createRange()
        range.selectNodeContents(node)
        return Array.from(range.getClientRects())
      })
  }

  function isCut(element: Element): boolean {
    if (element instanceof HTMLInputElement) return element.scrollWidth > element.clientWidth
    const clips = [...ancestorsOf(element)].filter(
      (one) => one !== document.body && getComputedStyle(one).overflowX !== 'visible',
    )
    const boxes = clips.map((one) => one.getBoundingClientRect())
    const width = document.documentElement.clientWidth
    return textRects(element).some(
      ({ left, right, top, bottom }) =>
        left < -0.5 ||
        right > width + 0.5 ||
        boxes.some(
          (box) =>
            left < box.left - 1 ||
            right > box.right + 1 ||
            top < box.top - 3 ||
            bottom > box.bottom + 3,
        ),
    )
  }

  function cuts(): string[] {
    const { scrollWidth, clientWidth } = document.documentElement
    const wide = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide`] : []
    const cut = elements().filter((one) => isSeen(one) && !isScrolled(one) && isCut(one))
    return [...wide, ...cut.map(nameOf)]
  }

  const TARGETS = 'a[href], button, input:not([type=hidden]), select, summary'

  /** What is pressed for it. */
  function targetOf(element: Element): Element {
    const isBox = element.matches('[type=checkbox], [type=radio]')
    return (isBox && element.closest('label')) || element
  }

  const isWithinSentence = (element: Element) =>
    element.matches('a') &&
    getComputedStyle(element).display === 'inline' &&
    element.parentElement!.textContent!.trim() !== element.textContent!.trim()

  function smallTargets(): string[] {
    return elements()
      .filter((one) => one.matches(TARGETS) && isSeen(one) && !isWithinSentence(one))
      .map((one) => ({ one, box: targetOf(one).getBoundingClientRect() }))
      .filter(({ box }) => box.width < 43.9 || box.height < 43.9)
      .map(({ one, box }) => `${nameOf(one)}: ${box.width} × ${box.height}`)
  }

  type Colour = readonly number[]
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const pen = canvas.getContext('2d', { willReadFrequently: true })!

  /** These colours one over another, the last on top. */
  function paint(colours: readonly string[]): Colour {
    pen.clearRect(0, 0, 1, 1)
    for (const colour of ['white', ...colours]) {
      pen.fillStyle = colour
      pen.fillRect(0, 0, 1, 1)
    }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }

  const luminance = (colour: Colour) => {
    const [r = 0, g = 0, b = 0] = colour.map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }

  function contrast(one: Colour, other: Colour): number {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }

  const grounds = (element: Element) => [
    // The canvas of a page that says nothing follows its colour scheme.
    matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff',
    ...[...ancestorsOf(element)].toReversed().map((one) => getComputedStyle(one).backgroundColor),
  ]

  function faintEdges(): string[] {
    return elements()
      .filter((one) => one.matches('[part=field], .field') && isSeen(one))
      .filter((one) => {
        const { borderBottomColor, borderBottomWidth, backgroundColor } = getComputedStyle(one)
        const around = grounds(one)
        const border = borderBottomWidth === '0px' ? [] : [borderBottomColor]
        return contrast(paint(around), paint([...around, backgroundColor, ...border])) < 3
      })
      .map(nameOf)
  }

  function focused(root: Document | ShadowRoot = document): Element | null {
    const element = root.activeElement
    return element?.shadowRoot?.activeElement ? focused(element.shadowRoot) : element
  }

  function hasRing(element: Element): boolean {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return false
    const around = grounds(element)
    return contrast(paint(around), paint([...around, outlineColor])) >= 3
  }

  function ringOfFocus(): string {
    const element = focused()!
    const frames = [...ancestorsOf(element)].filter((one) =>
      one.matches('[part=field], .field, label'),
    )
    const isVisible = [element, ...frames].some(hasRing)
    return isVisible ? '' : `nothing shows that the focus is on ${nameOf(element)}`
  }

  function spreadText(): void {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
      p { margin-block-end: 2em !important }
    `)
    const roots = elements().flatMap(({ shadowRoot }) => shadowRoot ?? [])
    for (const root of [document, ...roots]) root.adoptedStyleSheets.push(sheet)
  }

  window.checks = { cuts, smallTargets, faintEdges, ringOfFocus, spreadText }
}

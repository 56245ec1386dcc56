/** The documentation's pages as a reader has them: every link leads somewhere, everybody can read them, nobody else is asked. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readPages } from '../../demo/generate/pages.ts'
import { openPage } from './browser.ts'
import { useDemo } from './demo.ts'
import { equip, findCuts, findFaults, findSmallTargets, findUnseenFocus } from './page-checks.ts'

const TELEPHONE = { viewport: { width: 320, height: 640 }, hasTouch: true }

const pages = readPages()

/** What a table is about, and options of commands, where a line ends within a word. */
const findBrokenNames = (page: Page) =>
  page.evaluate(() => {
    const names = [...document.querySelectorAll('th code')]
    const words = names.flatMap(({ childNodes }) => Array.from(childNodes))
    const options = [...document.querySelectorAll('.whole')].filter(({ textContent }) => {
      return textContent.startsWith('--')
    })
    const isCut = (option: Element) => option.getClientRects().length > 1
    return words
      .filter((word) => {
        const range = document.createRange()
        range.selectNodeContents(word)
        return !/[\s-]/.test(word.textContent ?? '') && range.getClientRects().length > 1
      })
      .concat(options.filter(isCut))
      .map(({ textContent }) => textContent)
  })

describe('the documentation', () => {
  const demo = useDemo()

  async function open(path: string, options: Parameters<typeof openPage>[1] = {}) {
    const watched = await openPage(demo.browser, options)
    const hosts = new Set<string>()
    watched.page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await equip(watched.page)
    await watched.page.goto(demo.server.url + path)
    return { ...watched, hosts }
  }

  describe.each(pages)('$path', ({ path, title }) => {
    it('can be read by everybody, in light and dark, and asks nobody else for anything', async () => {
      const { page, complaints, hosts } = await open(path)
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(title)
      expect(await findFaults(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await findFaults(page, ['color-contrast'])).toEqual([])
      expect(complaints).toEqual([])
      expect([...hosts]).toEqual([demo.server.url])
    })

    it('fits a telephone, with targets that a finger hits, its lists of pages and sections open', async () => {
      const { page } = await open(path, TELEPHONE)
      for (const summary of await page.locator('summary').all()) await summary.click()
      expect(await findCuts(page)).toEqual([])
      expect(await findSmallTargets(page)).toEqual([])
      expect(await findBrokenNames(page)).toEqual([])
    })
  })

  it('has links that lead somewhere', () => {
    const links = pages.flatMap(({ path, html }) =>
      [...html.matchAll(/ href="([^"]+)"/g)].map(
        ([, href = '']) => new URL(href, `http://docs${path}`),
      ),
    )
    const own = links.filter(
      ({ host, pathname }) => host === 'docs' && pathname.startsWith('/docs/'),
    )
    expect(own.length).toBeGreaterThan(20)
    const dead = own.filter(({ pathname, hash }) => {
      const page = pages.find(({ path }) => path === pathname)
      return !page || (hash && !page.html.includes(`id="${hash.slice(1)}"`))
    })
    expect(dead.map(String)).toEqual([])
    const others = links.filter(
      ({ host, pathname }) => host === 'docs' && !pathname.startsWith('/docs/'),
    )
    expect(others.map(String)).toEqual([])
  })

  it('shows where the focus is on its way through a page', async () => {
    const { page } = await open('/docs/')
    const media = [{ colorScheme: 'light' }, { colorScheme: 'dark' }] as const
    expect(await findUnseenFocus(page, media)).toEqual([])
  })

  it('is there for programs, too: each page as Markdown, listed in llms.txt, and whole in llms-full.txt', async () => {
    const read = async (path: string) => {
      const answer = await fetch(demo.server.url + path)
      expect(answer.headers.get('Content-Type'), path).toMatch(/^text\/(plain|markdown)/)
      return answer.text()
    }
    const list = await read('/llms.txt')
    const listed = [...list.matchAll(/\]\((\/docs\/[\w-]+\.md)\)/g)].map(([, path = '']) => path)
    expect(listed).toEqual(pages.map(({ name }) => `/docs/${name}.md`))
    const whole = await read('/llms-full.txt')
    for (const path of listed) expect(whole).toContain(await read(path))
    expect(whole).not.toContain('<!--')
  })

  it('is linked by README with nothing that there is not', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const links = [...readme.matchAll(/\]\(demo\/docs\/([\w-]+)\.md(#[\w-]+)?\)/g)]
    expect(links.length).toBeGreaterThan(0)
    for (const [link, name, hash] of links) {
      const page = pages.find((page) => page.name === name)
      expect(page, link).toBeDefined()
      if (hash) expect(page?.html, link).toContain(`id="${hash.slice(1)}"`)
    }
  })
})

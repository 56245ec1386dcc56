/** Every block of code in README and the documentation, run as it stands there. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languages } from '../../server/contract/languages.ts'
import {
  lookAt,
  openSample,
  runMarkup,
  runPageScript,
  runPolicy,
  runStyles,
} from '../samples/pages.ts'
import { readConfiguration } from '../samples/configurations.ts'
import { runElsewhere, runInNode, runShell } from '../samples/programs.ts'
import { readSamplePages, type Sample } from '../samples/read-samples.ts'
import {
  linkModules,
  placeOf,
  ROOT,
  SECRETS,
  surround,
  type Surroundings,
} from '../samples/surroundings.ts'
import { faultsInClone, isTyped, typeFaults } from '../samples/type-check.ts'
import { openBrowser } from './browser.ts'
import { startServer } from './server-process.ts'
import { openShop } from './shop.ts'

/** Those that cannot be run, each with its reason; whoever adds one has to find a better one than that it is hard. */
const NOT_RUN: readonly (readonly [page: string, reason: string])[] = [
  ['README', 'it is how these very tests are started'],
  ['README', 'a picture of the folders'],
  ['README', 'a picture of what imports what, which a test of its own holds'],
  ['docs/index', 'it is how a reader starts what these very tests have built'],
  ['docs/server', 'npm run test:runtimes does, where Bun and Deno are'],
  ['docs/server', 'it takes a Docker engine; test/e2e/deploy.test.ts tries the steps without'],
  [
    'docs/server',
    'it takes a machine with systemd; test/e2e/deploy.test.ts has systemd read the unit',
  ],
  ['docs/server', 'an SDK is the operator’s; test/e2e/server-process.test.ts loads one'],
  ['docs/server', 'the row R27 of the faults takes and restores both'],
]

/** One of them runs a suite of tests. */
const PATIENCE_MS = 180_000

const pages = readSamplePages()
const all = pages.flatMap(({ samples }) => samples)
const isRun = ({ words }: Sample) => !words.has('not-run')

/** By language, and what a block says that it is. */
async function run(sample: Sample, at: Surroundings): Promise<void> {
  const { language, words, code } = sample
  const from = words.get('from')
  if (from) return expectTested(from, code)
  switch (language) {
    case 'sh':
      return runShell(sample, at)
    case 'js':
    case 'ts':
    case 'jsx':
    case 'tsx':
      return words.get('as') === 'page' ? runPageScript(sample, at) : runInNode(sample, at)
    case 'php':
    case 'python':
      await runElsewhere(sample, at)
      return
    case 'json':
      return readConfiguration(sample)
    case 'html':
      return words.has('file') ? undefined : runMarkup(sample, at)
    case 'css':
      return runStyles(sample, at)
    case 'csp':
      return runPolicy(sample, at)
    case 'output':
      return expectPrinted(at.localize(code), at.printed)
    case 'languages':
      return expect(code.split(/\s+/)).toEqual(['en', ...Object.keys(languages)].toSorted())
    default:
      throw new Error(`nobody knows how to run ${language}`)
  }
}

/** A file of a sample app is built and driven by `npm run test:frameworks`. */
function expectTested(path: string, code: string): void {
  const [, app] = /^(demo\/frameworks\/\w+)\//.exec(path) ?? expect.unreachable(path)
  expect(readFileSync(`${ROOT}${path}`, 'utf8').trimEnd()).toBe(code)
  expect(readdirSync(`${ROOT}${app}`)).toContain('package.json')
}

/** Each line that is shown was printed, in this order, however it is indented. */
function expectPrinted(shown: string, printed: string): void {
  const plain = (text: string) => text.replace(/[ \t]+/g, ' ').trim()
  const lines = printed.split('\n').map(plain)
  const found = shown.split('\n').map((line) => lines.indexOf(plain(line)))
  expect(found, printed).not.toContain(-1)
  expect(found).toEqual(found.toSorted((a, b) => a - b))
}

/** A server with all that the samples speak of, for pages of the shop. */
function startServerForSamples(shopUrl: string) {
  const returnUrls = { successUrl: `${shopUrl}/thanks`, cancelUrl: `${shopUrl}/donate` }
  return startServer({
    environment: SECRETS,
    configuration: (publicUrl) => ({
      publicUrl,
      origins: [shopUrl],
      providers: { sandbox: {} },
      checkouts: {
        donation: {
          provider: 'sandbox',
          currency: 'USD',
          amount: '25.00',
          editable: true,
          minAmount: '5.00',
          description: 'Support the library',
          ...returnUrls,
        },
        mug: { provider: 'sandbox', currency: 'EUR', amount: '19.90', ...returnUrls },
      },
    }),
  })
}

describe('the samples of README and the documentation', () => {
  const scene: { -readonly [Part in 'shop' | 'server' | 'browser']?: Surroundings[Part] } = {}
  let modules: string
  beforeAll(async () => {
    modules = linkModules()
    scene.shop = await openShop()
    ;[scene.server, scene.browser] = await Promise.all([
      startServerForSamples(scene.shop.url),
      openBrowser(),
    ])
  })
  afterAll(async () => {
    await scene.browser?.close()
    await scene.server?.stop()
    scene.shop?.close()
    rmSync(modules, { recursive: true })
  })

  it('are run, all but a few, each of which says why', () => {
    const left = all.filter((sample) => !isRun(sample))
    expect(left.map(({ page, words }) => [page, words.get('not-run')])).toEqual(NOT_RUN)
    expect(all.length).toBeGreaterThan(40)
  })

  it('have the types that they seem to have', () => {
    const typed = all.filter(
      (sample) =>
        isTyped(sample) && isRun(sample) && !sample.words.has('file') && !sample.words.has('from'),
    )
    expect(typeFaults(typed, modules)).toEqual([])
  })

  describe.each(pages.filter(({ samples }) => samples.some(isRun)))('$name', (page) => {
    let at: Surroundings
    beforeAll(async () => {
      at = await surround(page, scene as Required<typeof scene>, modules)
    })
    afterAll(async () => {
      for (const end of at.ends) await end()
    })

    it.each(page.samples.filter(isRun))(
      'block $number ($language)',
      async (sample) => {
        const file = sample.words.get('file')
        if (file) writeFileSync(placeOf(at, file), at.localize(sample.code))
        if (file && page.isClone) expect(faultsInClone(placeOf(at, file), at.folder)).toEqual([])
        else await run(sample, at)
      },
      PATIENCE_MS,
    )

    const files = page.samples.flatMap(({ language, words }) =>
      language === 'html' ? (words.get('file') ?? []) : [],
    )
    it.each(files)('%s works, as it is served there', async (file) => {
      await lookAt(`http://localhost:${at.sitePort}/${file.replace(/^site\//, '')}`, at.browser)
    })

    if (page.name !== 'docs/index') return
    it('ends with a payment', async () => {
      const { page, complaints } = await openSample(at.browser)
      await page.goto(`http://localhost:${at.sitePort}`)
      await page.getByRole('button', { name: 'Pay $25.00' }).click()
      await page.waitForURL(/\/sandbox\/pay\//)
      await page.getByRole('button', { name: 'Pay $25.00' }).click()
      await page.waitForURL(/\/thanks\.html\?coinslot_session=/)
      await page.getByText('Thank you! The books are on their way.').waitFor()
      expect(complaints).toEqual([])
    })
  })
})

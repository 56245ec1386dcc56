/** What the samples of a page are run in: a folder with the built package, a shop, a server and a browser. */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { signOffer } from '../../server/sign-offer.ts'
import type { Shop } from '../e2e/shop.ts'
import { freePort, type ServerProcess } from '../e2e/server-process.ts'
import type { SamplePage } from './read-samples.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What a merchant has set; as long as real ones. */
export const SECRETS = {
  COINSLOT_SECRET: 'a secret of at least thirty-two bytes,an older secret of thirty-two bytes!',
  COINSLOT_NOTIFICATION_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  SPRINTCHECKOUT_API_KEY: 'sc-0123456789abcdef0123456789abcdef',
  SPRINTCHECKOUT_WEBHOOK_KEY: 'scw-0123456789abcdef0123456789abcdef',
  KADOSEI_API_KEY: 'ks_live_0123456789abcdef0123456789abcdef',
  KADOSEI_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123456789abcdef',
  KUVARPAY_API_KEY: 'sk_live_0123456789abcdef0123456789abcdef',
  KUVARPAY_WEBHOOK_SECRET: 'whs_0123456789abcdef0123456789abcdef',
  KUVARPAY_PUBLISHABLE_KEY: 'pk_live_0123456789abcdef0123456789abcdef',
}

export interface Surroundings {
  readonly folder: string
  readonly shop: Shop
  readonly server: ServerProcess
  readonly browser: Browser
  readonly environment: Readonly<Record<string, string>>
  /** The port that a sample's 3000 stands for: the reader's own site. */
  readonly sitePort: number
  /** Has a sample's addresses lead to what there is here. */
  localize(text: string): string
  /** Ends with the page. */
  readonly ends: (() => unknown)[]
  /** What the last shell printed. */
  printed: string
}

/** The packages of the repository, with Coinslot itself among them, as `npm install` would leave them. */
export function linkModules(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-modules-'))
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(folder, name))
  }
  symlinkSync(ROOT, join(folder, 'coinslot'))
  mkdirSync(join(folder, '.bin'))
  for (const name of readdirSync(join(ROOT, 'node_modules/.bin'))) {
    symlinkSync(join(ROOT, 'node_modules/.bin', name), join(folder, '.bin', name))
  }
  const command = `#!/bin/sh\nexec "${process.execPath}" "${ROOT}dist/server/main.js" "$@"\n`
  writeFileSync(join(folder, '.bin/coinslot'), command, { mode: 0o755 })
  return folder
}

export async function surround(
  page: SamplePage,
  scene: Pick<Surroundings, 'shop' | 'server' | 'browser'>,
  modules: string,
): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-sample-'))
  if (page.isClone) copyRepository(folder)
  const installs = page.samples.some(({ code }) => code.includes('npm install ../coinslot'))
  if (!installs) symlinkSync(modules, join(folder, 'node_modules'))
  // Where the samples start a server of their own, 8080 is that.
  const serves = page.samples.some(
    ({ words, code }) => words.has('serves') && /coinslot serve/.test(code),
  )
  const port = serves ? await freePort() : Number(new URL(scene.server.url).port)
  const sitePort = await freePort()
  const genuine = await signOffer(
    { checkout: 'mug', amount: '119.00' },
    { secret: SECRETS.COINSLOT_SECRET, expiresIn: '2h' },
  )
  const hash = createHash('sha384').update(readFileSync(join(ROOT, 'dist/coinslot.js')))
  const integrity = `sha384-${hash.digest('base64')}`
  const localize = (text: string) =>
    text
      .replaceAll('https://pay.shop.example', scene.server.url)
      .replaceAll('https://shop.example', scene.shop.url)
      .replaceAll('localhost:8080', `localhost:${port}`)
      .replace(/\b3000\b/g, String(sitePort))
      .replace(/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…/g, genuine)
      .replaceAll('sha384-…', integrity)
  const ends = [() => rmSync(folder, { recursive: true, force: true })]
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? folder,
    PORT: String(port),
    MODULES: modules,
    npm_config_update_notifier: 'false',
    ...SECRETS,
  }
  return { ...scene, folder, environment, sitePort, localize, ends, printed: '' }
}

/** What someone who works on Coinslot has in front of him. */
function copyRepository(folder: string): void {
  for (const name of ['server', 'test', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  }
}

/** Where a sample is written to; never outside. */
export function placeOf({ folder }: Surroundings, file: string): string {
  const path = join(folder, file)
  if (!path.startsWith(folder)) throw new Error(`${file} is outside`)
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true })
  return path
}

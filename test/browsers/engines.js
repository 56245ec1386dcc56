/** The browser engines that the widget's tests run in. */
import { chromeLauncher } from '@web/test-runner-chrome'
import { puppeteerLauncher } from '@web/test-runner-puppeteer'
import { chromiumArgs, findChromium } from './chromium.js'
import { findFirefox } from './firefox.js'
import { findWebKit, WebKitLauncher } from './webkit.js'

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {string[]} packages what Debian calls it
 * @property {() => object | undefined} launcher for @web/test-runner; none where it is not installed
 */

/** @type {readonly Engine[]} */
export const engines = [
  { name: 'Chromium', packages: ['chromium'], launcher: chromiumLauncher },
  { name: 'Firefox', packages: ['firefox-esr'], launcher: firefoxLauncher },
  { name: 'WebKit', packages: ['webkit2gtk-driver', 'xvfb'], launcher: webkitLauncher },
]

/** The engines that are not installed. */
export const missingEngines = () => engines.filter((engine) => !engine.launcher())

/**
 * How the packages of these engines are installed.
 *
 * @param {readonly Engine[]} missing
 */
export function installCommand(missing) {
  const packages = missing.flatMap((engine) => engine.packages)
  return `apt-get install --no-install-recommends ${packages.join(' ')}`
}

function chromiumLauncher() {
  const executablePath = findChromium()
  if (!executablePath) return undefined
  const launcher = chromeLauncher({ launchOptions: { executablePath, args: chromiumArgs } })
  return Object.assign(launcher, { name: 'Chromium' })
}

// By WebDriver BiDi, as Playwright drives a Firefox of its own only.
function firefoxLauncher() {
  const executablePath = findFirefox()
  if (!executablePath) return undefined
  return puppeteerLauncher({ launchOptions: { browser: 'firefox', executablePath } })
}

function webkitLauncher() {
  const programs = findWebKit()
  return programs && new WebKitLauncher(programs)
}

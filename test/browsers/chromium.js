/** Finds a Chromium for the tests, and installs Debian's where there is none. */
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { installPackages } from './debian.js'
import { chosenProgram, findProgram, isProgram } from './find-program.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

const USUAL_PLACES = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  '/opt/google/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** What makes headless Chromium run as root, in a container, without calling home. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The path of a Chromium: `CHROME_PATH`, an installed one, or Playwright's.
 *
 * @returns {string | undefined}
 * @throws {Error} where `CHROME_PATH` names no program
 */
export function findChromium() {
  return chosenProgram('CHROME_PATH') ?? findProgram(NAMES, USUAL_PLACES) ?? findPlaywrights()
}

/**
 * The path of a Chromium, which root on Debian installs where there is none.
 *
 * @returns {string}
 * @throws {Error} where there is none
 */
export function needChromium() {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() === 0) installPackages(['chromium'])
  const installed = findChromium()
  if (installed) return installed
  throw new Error(
    'The tests need Chromium or Chrome: install one, or set CHROME_PATH to the path of its program.',
  )
}

/** @returns {string | undefined} */
function findPlaywrights() {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache/ms-playwright')
  if (!existsSync(cache)) return undefined
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium'))
    .toSorted()
    .toReversed()
    .flatMap((name) => [
      join(cache, name, 'chrome-linux/chrome'),
      join(cache, name, 'chrome-linux64/chrome'),
      join(cache, name, 'chrome-linux/headless_shell'),
      join(cache, name, 'chrome-headless-shell-linux64/chrome-headless-shell'),
    ])
    .find(isProgram)
}

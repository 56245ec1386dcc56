/** Finds a Chromium for the tests, and installs Debian's where there is none. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

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
 * The path of a browser: `CHROME_PATH`, an installed one, Playwright's, or one installed now.
 *
 * @returns {Promise<string>}
 */
export async function findChromium() {
  const chosen = process.env.CHROME_PATH
  if (chosen && !isProgram(chosen)) throw new Error(`CHROME_PATH names no program: ${chosen}`)
  const found = chosen || findInstalled() || findPlaywrights()
  if (found) return found
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) installChromium()
  const installed = findInstalled()
  if (installed) return installed
  throw new Error(
    'The tests need Chromium or Chrome: install one, or set CHROME_PATH to the path of its program.',
  )
}

/** @returns {string | undefined} */
function findInstalled() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...USUAL_PLACES].filter(Boolean)
  const programs = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...programs, ...USUAL_PLACES].find(isProgram)
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

function installChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (/** @type {string[]} */ ...args) =>
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { env, stdio: 'inherit' })
  try {
    run('update')
    run('install', '-y', '--no-install-recommends', 'chromium')
  } catch {
    // What it says is on the screen; what to do is said by the caller.
  }
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** WebKit for the widget's tests: WebKitGTK by its WebDriver. */
import { WebdriverLauncher } from '@web/test-runner-webdriver'
import { findProgram } from './find-program.js'
import { startWebKitDriver } from './webkit-driver.js'

/**
 * The paths of WebKitGTK's WebDriver and of Xvfb, where both are installed.
 *
 * @returns {import('./webkit-driver.js').WebKitPrograms | undefined}
 */
export function findWebKit() {
  const driver = findProgram(['WebKitWebDriver'])
  const screen = findProgram(['Xvfb'])
  return driver && screen ? { driver, screen } : undefined
}

/** The launcher for WebDrivers, with a driver of its own that lives as long as it does. */
export class WebKitLauncher extends WebdriverLauncher {
  #programs
  #options
  #stopDriver = () => {}
  /** @type {Promise<unknown>} */
  #typed = Promise.resolve()

  /** @param {import('./webkit-driver.js').WebKitPrograms} programs */
  constructor(programs) {
    const capabilities = {
      browserName: 'MiniBrowser',
      'wdio:enforceWebDriverClassic': true,
      'webkitgtk:browserOptions': { args: ['--automation'] },
    }
    const options = {
      hostname: '127.0.0.1',
      port: 0,
      path: '/',
      connectionRetryCount: 1,
      capabilities,
    }
    super(options)
    this.#programs = programs
    this.#options = options
  }

  /**
   * @override
   * @param {Parameters<WebdriverLauncher['initialize']>[0]} config
   */
  async initialize(config) {
    await super.initialize(config)
    this.name = 'WebKit'
    const driver = await startWebKitDriver(this.#programs)
    this.#options.port = driver.port
    this.#stopDriver = driver.stop
  }

  /**
   * Presses one key after the other. The launcher would hold them all down at once, a chord, in
   * which a letter that occurs twice is typed once; and the driver refuses what test files that run
   * beside one another type at one time.
   *
   * @override
   * @param {string} sessionId
   * @param {string[]} keys
   */
  async sendKeys(sessionId, keys) {
    const typed = this.#press(this.#typed, sessionId, keys)
    this.#typed = typed.catch(() => {})
    await typed
  }

  /**
   * @param {Promise<unknown>} before
   * @param {string} sessionId
   * @param {string[]} keys
   */
  async #press(before, sessionId, keys) {
    await before
    for (const key of keys) await super.sendKeys(sessionId, [key])
  }

  /** @override */
  async stop() {
    await super.stop()
    this.#stopDriver()
  }
}

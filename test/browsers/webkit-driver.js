/** Runs WebKitGTK's WebDriver, on a screen that nobody sees. */
import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.js'

/** What lets WebKitGTK draw without a graphics card and without a session bus. */
const DRAWING = { WEBKIT_DISABLE_COMPOSITING_MODE: '1', NO_AT_BRIDGE: '1', GDK_BACKEND: 'x11' }

/** @typedef {{ driver: string, screen: string }} WebKitPrograms */

/**
 * Starts both; they end with `stop`, or with this process.
 *
 * @param {WebKitPrograms} programs
 * @returns {Promise<{ port: number, stop: () => void }>}
 * @throws {Error} where one of them does not start
 */
export async function startWebKitDriver(programs) {
  const screen = spawn(programs.screen, ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  endWithThisProcess(screen)
  const display = await displayOf(screen)
  const port = await freePort()
  const driver = spawn(programs.driver, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...DRAWING, DISPLAY: display },
  })
  endWithThisProcess(driver)
  await untilItAnswers(driver, port)
  return { port, stop: () => [driver, screen].forEach((child) => child.kill()) }
}

/** @param {import('node:child_process').ChildProcess} child */
function endWithThisProcess(child) {
  process.once('exit', () => child.kill())
}

/**
 * The number that Xvfb has found free, which it writes when it is ready.
 *
 * @param {import('node:child_process').ChildProcess} screen
 */
async function displayOf(screen) {
  const output = /** @type {import('node:stream').Readable} */ (screen.stdio[3])
  let number = ''
  for await (const chunk of output) {
    number += String(chunk)
    // It writes the end of the line by itself, and dies where nobody is there to read it.
    if (number.endsWith('\n')) return `:${number.trim()}`
  }
  throw new Error('Xvfb stopped before it had a display.')
}

/**
 * @param {import('node:child_process').ChildProcess} driver
 * @param {number} port
 */
async function untilItAnswers(driver, port) {
  while (driver.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined)
    if (answer?.ok) return
    await wait(50)
  }
  throw new Error('WebKitWebDriver stopped before it answered.')
}

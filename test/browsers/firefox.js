/** Finds a Firefox for the widget's tests. */
import { chosenProgram, findProgram } from './find-program.js'

const USUAL_PLACES = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

/**
 * The path of a Firefox: `FIREFOX_PATH`, or an installed one.
 *
 * @returns {string | undefined}
 * @throws {Error} where `FIREFOX_PATH` names no program
 */
export function findFirefox() {
  return chosenProgram('FIREFOX_PATH') ?? findProgram(['firefox-esr', 'firefox'], USUAL_PLACES)
}

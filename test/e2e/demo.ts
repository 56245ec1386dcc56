/** The demo: the built server as it is without a configuration, and a browser to see it in. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openBrowser } from './browser.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface Demo {
  readonly server: ServerProcess
  readonly browser: Browser
}

/** Starts both before the tests of a suite, and ends them after; not there earlier. */
export function useDemo(): Demo {
  const demo: { -readonly [Part in keyof Demo]?: Demo[Part] } = {}
  beforeAll(async () => {
    ;[demo.server, demo.browser] = await Promise.all([startServer(), openBrowser()])
  })
  afterAll(async () => {
    await demo.browser?.close()
    await demo.server?.stop()
  })
  return demo as Demo
}

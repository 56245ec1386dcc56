/** Runs the widget's tests from source, in every browser engine that is installed. */
import { fileURLToPath } from 'node:url'
import { esbuildPlugin } from '@web/dev-server-esbuild'
import { defaultReporter } from '@web/test-runner'
import { needChromium } from './browsers/chromium.js'
import { engines, installCommand, missingEngines } from './browsers/engines.js'
import { freePort } from './browsers/free-port.js'

const rootDir = fileURLToPath(new URL('..', import.meta.url))

needChromium()
const missing = missingEngines()
const summary = describeEngines()
if (missing.length && process.env.CI) throw new Error(`CI needs every engine. ${summary}`)

// Puppeteer would close its browser, and let the run go on without it.
process.once('SIGTERM', () => process.exit(143))

export default {
  rootDir,
  // Of two runs that begin at the same time, the runner's own choice lets one fail.
  port: await freePort(),
  files: `${rootDir}test/widget/**/*.test.ts`,
  nodeResolve: { exportConditions: ['browser'] },
  plugins: [
    {
      // Not every engine imports JSON; the plugin after this one makes scripts of it.
      name: 'json-as-script',
      transform: (/** @type {{ path: string, body: unknown }} */ { path, body }) =>
        path.endsWith('/contract/languages.ts')
          ? String(body).replaceAll(", { with: { type: 'json' } }", '')
          : undefined,
    },
    esbuildPlugin({ ts: true, json: true, tsconfig: `${rootDir}tsconfig.json`, target: 'es2022' }),
  ],
  browsers: engines.flatMap((engine) => engine.launcher() ?? []),
  reporters: [defaultReporter(), { stop: () => console.log(`\n${summary}\n`) }],
  browserStartTimeout: 60_000,
  testsFinishTimeout: 120_000,
  // Long enough for a busy machine: it is only there to end what hangs.
  testFramework: { config: { timeout: 10_000 } },
  // One page at a time has the focus, and WebDriver runs only a page that is alone as a page.
  concurrency: 1,
  concurrentBrowsers: 1,
}

function describeEngines() {
  const names = (/** @type {readonly { name: string }[]} */ list) =>
    list.map(({ name }) => name).join(', ')
  const ran = `Widget tests run in: ${names(engines.filter((engine) => !missing.includes(engine)))}.`
  if (!missing.length) return ran
  return `${ran} Not installed: ${names(missing)} (Debian: ${installCommand(missing)}).`
}

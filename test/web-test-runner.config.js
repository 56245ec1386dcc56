/** Runs the widget's tests in a browser, from source. */
import { fileURLToPath } from 'node:url'
import { esbuildPlugin } from '@web/dev-server-esbuild'
import { chromeLauncher } from '@web/test-runner-chrome'
import { chromiumArgs, findChromium } from './find-chromium.js'

const rootDir = fileURLToPath(new URL('..', import.meta.url))

export default {
  rootDir,
  files: `${rootDir}test/widget/**/*.test.ts`,
  nodeResolve: { exportConditions: ['browser'] },
  plugins: [esbuildPlugin({ ts: true, tsconfig: `${rootDir}tsconfig.json`, target: 'es2022' })],
  browsers: [
    chromeLauncher({
      launchOptions: { executablePath: await findChromium(), headless: true, args: chromiumArgs },
    }),
  ],
  browserStartTimeout: 60_000,
  testsFinishTimeout: 120_000,
  concurrentBrowsers: 1,
}

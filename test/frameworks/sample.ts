/** A sample app of `demo/frameworks`: installed, built with its framework's own tools, and served. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { Configuration } from '../../server/configuration-schema.ts'

const SAMPLES = fileURLToPath(new URL('../../demo/frameworks/', import.meta.url))

export interface Sample {
  /** Its folder in `demo/frameworks`. */
  readonly name: string
  /** Where in it the build leaves the site. */
  readonly site: string
}

export interface Site {
  close(): Promise<void>
}

export const folderOf = ({ name }: Pick<Sample, 'name'>) => SAMPLES + name

/** Installs what the sample's lockfile says, and the package as it was packed. */
export async function install(sample: Sample): Promise<void> {
  await run(folderOf(sample), ['ci', '--prefer-offline', '--no-audit', '--no-fund'])
}

/** Builds what is in a folder as a sample's README says, to pay at this server. */
export async function build(folder: string, server: string): Promise<void> {
  await run(folder, ['run', 'build'], { VITE_COINSLOT_SERVER: server })
}

/** The configuration that the samples are to be tried with, for pages of this origin. */
export function configurationFor(origin: string): Configuration {
  const text = readFileSync(`${SAMPLES}coinslot.config.json`, 'utf8')
  return { ...(JSON.parse(text) as Configuration), origins: [origin] }
}

/** Serves what a build has left. */
export async function serveFolder(root: string, port: number): Promise<Site> {
  const { fetch } = new Hono().use(serveStatic({ root }))
  const server = serve({ fetch, port })
  await once(server, 'listening')
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { close }
}

async function run(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { NODE_ENV: _, ...own } = process.env
  const env = { ...own, ...environment, CI: 'true' }
  await promisify(execFile)('npm', args, { cwd: folder, env, maxBuffer: 10 ** 8 }).catch(
    ({ message, stdout, stderr }: Record<string, string>) => {
      throw new Error([message, stdout, stderr].join('\n'))
    },
  )
}

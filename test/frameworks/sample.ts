/** A sample app of `demo/frameworks`: installed, built with its framework's own tools, and served. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { Configuration } from '../../server/configuration-schema.ts'
import { newerNode } from './node.ts'
import { installLocked, npm } from './npm.ts'

const SAMPLES = fileURLToPath(new URL('../../demo/frameworks/', import.meta.url))

export interface Sample {
  /** Its folder in `demo/frameworks`. */
  readonly name: string
  /** What its build leaves: a folder of files, or a server for Node with its arguments. */
  readonly site: string | readonly string[]
  /** Whether its tools want a newer Node than Coinslot does. */
  readonly needsNewerNode?: boolean
  /** What its build is told of the server, where that is not said by the environment. */
  readonly buildOptions?: (server: string) => readonly string[]
}

export interface Site {
  close(): Promise<void>
}

export const folderOf = ({ name }: Pick<Sample, 'name'>) => join(SAMPLES, name)

const installed = new Map<string, Promise<void>>()

/** Installs, once, what the sample's lockfile says, and the package as it was packed. */
export function install(sample: Sample): Promise<void> {
  const known = installed.get(sample.name)
  if (known) return known
  const installing = environmentOf(sample).then((environment) => {
    return installLocked(folderOf(sample), environment)
  })
  installed.set(sample.name, installing)
  return installing
}

/** Builds what is in a folder as a sample is, to pay at this server. */
export async function build(sample: Sample, folder: string, server: string): Promise<void> {
  const options = sample.buildOptions?.(server) ?? []
  await npm(folder, ['run', 'build', '--', ...options], await environmentOf(sample, server))
}

/** The configuration that the samples are to be tried with, for pages of this origin. */
export function configurationFor(origin: string): Configuration {
  const text = readFileSync(join(SAMPLES, 'coinslot.config.json'), 'utf8')
  return { ...(JSON.parse(text) as Configuration), origins: [origin] }
}

/** Serves what the build of a folder has left. */
export async function serveSite(
  sample: Sample,
  folder: string,
  port: number,
  server: string,
): Promise<Site> {
  if (typeof sample.site === 'string') return serveFiles(join(folder, sample.site), port)
  const env = { ...(await environmentOf(sample, server)), PORT: String(port) }
  const child = spawn('node', sample.site, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk))
  }
  const ended = once(child, 'exit')
  const close = async () => {
    child.kill('SIGKILL')
    await ended
  }
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`It did not start: ${output.join('')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { close }
}

async function serveFiles(root: string, port: number): Promise<Site> {
  const { fetch } = new Hono().use(serveStatic({ root }))
  const server = serve({ fetch, port })
  await once(server, 'listening')
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { close }
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}`).then(
    () => true,
    () => false,
  )
}

/** What the tools of a sample are told, each in the manner of its framework. */
async function environmentOf(sample: Sample, server = ''): Promise<NodeJS.ProcessEnv> {
  const { NODE_ENV: _, VITEST: __, ...own } = process.env
  const path = sample.needsNewerNode ? `${await newerNode()}:${own['PATH']}` : own['PATH']
  return {
    ...own,
    PATH: path,
    CI: 'true',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    COINSLOT_SERVER: server,
    NEXT_PUBLIC_COINSLOT_SERVER: server,
    NUXT_PUBLIC_COINSLOT_SERVER: server,
    VITE_COINSLOT_SERVER: server,
  }
}

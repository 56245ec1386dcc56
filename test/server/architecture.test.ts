import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Source {
  readonly path: string
  readonly text: string
  /** Files of ours by path from the root, packages by name; imports of types alone are left out. */
  readonly imports: readonly string[]
}

function sourcesOf(folder: string): Source[] {
  return filesIn(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return path
    // Packages of their own, each in the manner of its framework.
    return path === 'demo/frameworks' ? [] : filesIn(path)
  })
}

function importsOf(path: string, text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?!type\b)[^;'"]*?from\s+'([^']+)'/gm)
  const bare = text.matchAll(/^import '([^']+)'/gm)
  return [...statements, ...bare].map(([, specifier = '']) =>
    specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier,
  )
}

const server = sourcesOf('server')
const widget = sourcesOf('widget').filter(({ path }) => !path.startsWith('widget/generate/'))
const generate = sourcesOf('widget/generate')

/**
 * The imports from files under `from` that match `forbidden`, as "file -> import".
 * @throws where there is no such file: an arrow from nowhere is held by anything
 */
function arrows(sources: readonly Source[], from: RegExp, forbidden: RegExp): string[] {
  const concerned = sources.filter(({ path }) => from.test(path))
  if (concerned.length === 0) throw new Error(`there is no file ${from.source}`)
  return concerned.flatMap(({ path, imports }) =>
    imports.filter((name) => forbidden.test(name)).map((name) => `${path} -> ${name}`),
  )
}

/** What browsers and servers run. */
const SHARED =
  /^server\/contract\/(money|money-format|amount-text|locale|language|languages|customer-messages|customer-fields|countries|messages|status-messages)\.ts$/

describe('the arrows of the house', () => {
  it('let the browser have lit and what the contract has for both sides, and nothing else', () => {
    const own = /^(lit|widget)(\/|$)/
    const others = widget.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !own.test(name) && !SHARED.test(name))
        .map((name) => `${path} -> ${name}`),
    )
    // What only servers have, and what only pages with React do.
    expect(others.toSorted()).toEqual([
      'widget/react.ts -> react',
      'widget/server-element.ts -> @lit-labs/ssr',
      'widget/server-element.ts -> @lit-labs/ssr-dom-shim',
      'widget/server-element.ts -> @lit-labs/ssr/lib/render-result.js',
    ])
    expect(arrows(widget, /^widget\/(?!ssr\.ts)/, /^widget\/(ssr|server-element)\.ts$/)).toEqual([])
  })

  it('keep what both sides run free of every dependency', () => {
    expect(arrows(server, SHARED, /^(?!server\/contract\/(money|locale)\.ts$)/)).toEqual([])
  })

  it('go from elements to the controller to the client, and not back', () => {
    expect(arrows(widget, /controller\.ts$/, /(^lit|element)/)).toEqual([])
    expect(arrows(widget, /client\.ts$/, /(^lit|element|controller)/)).toEqual([])
  })

  it('keep the parts of the script tag free of Lit and of elements, which would be a second copy', () => {
    const part = /^widget\/(status-controller|session-watch|customer-part.styles|[a-z]+-part)\.ts$/
    expect(arrows(widget, part, /(^lit|-element\.ts$|widget\/(elements|index)\.ts)/)).toEqual([])
    expect(arrows(widget, /^widget\/(?!parts\.ts)/, /-part\.ts$/)).toEqual([])
    expect(
      arrows(widget, /(-element|checkout-controller)\.ts$/, /widget\/s(tatus-c|ession-w)/),
    ).toEqual([])
  })

  it('lead from what the build makes of the doc blocks to no code of the elements, and not back', () => {
    expect(arrows(generate, /./, /^widget\/(?!generate)/)).toEqual([])
    expect(arrows([...widget, ...server], /./, /^widget\/generate/)).toEqual([])
  })

  it('keep the adapters off the store, the routes, the configuration and one another', () => {
    const adapters = /^server\/providers\/(?!catalog)/
    expect(arrows(server, adapters, /^server\/(store|routes|config|app|sandbox\/)/)).toEqual([])
    expect(
      arrows(server, adapters, /providers\/(sandbox|sprintcheckout|kadosei|kuvarpay)\.ts$/),
    ).toEqual([])
  })

  it('keep the stores off providers, routes and hono', () => {
    expect(arrows(server, /^server\/store\//, /^(server\/(providers|routes|config)|hono)/)).toEqual(
      [],
    )
  })

  it('keep the notifications off providers, routes and hono', () => {
    expect(
      arrows(server, /^server\/notifications\//, /^(server\/(providers|routes|config|app)|hono)/),
    ).toEqual([])
  })

  it('keep settlement and policy pure: no store, no provider, no network', () => {
    expect(
      arrows(
        server,
        /^server\/(settlement\/settle|checkout|session)\.ts$/,
        /^(server\/(store|providers|routes)|hono|undici|pino)/,
      ),
    ).toEqual([])
  })

  it('bring hono to the apps and their routes only', () => {
    const users = server.filter(({ imports }) => imports.some((name) => /^hono(\/|$)/.test(name)))
    const others = users.filter(({ path }) => !/^server\/(app|routes\/|sandbox\/)/.test(path))
    expect(others.map(({ path }) => path)).toEqual([])
  })

  it('load what watches the server only where that is asked for', () => {
    const watching = /^(prom-client|@hono\/(prometheus|otel)|@opentelemetry\/.*)$/
    const users = server.filter(({ imports }) => imports.some((name) => watching.test(name)))
    const paths = users.map(({ path }) => path)
    expect(paths.toSorted()).toEqual([
      'server/routes/metrics.ts',
      'server/telemetry/prometheus.ts',
      'server/telemetry/traces.ts',
    ])
    const others = server.filter(({ path }) => !paths.includes(path))
    expect(others.filter(({ imports }) => imports.some((name) => paths.includes(name)))).toEqual([])
  })

  it('bring what is for the demo alone to what puts a server together, and nowhere else', () => {
    const others = /^server\/(?!demo\/|routes\/demo|(coinslot|config|app)\.ts)/
    expect(arrows(server, others, /^server\/(demo\/|routes\/demo)/)).toEqual([])
    expect(arrows(server, /./, /^demo\//)).toEqual([])
  })

  it('give pages of the demo of the server only amounts and samples', () => {
    const pages = sourcesOf('demo').filter(
      ({ path }) => !/^demo\/(generate|frameworks)\/|manifest-fields\.ts$/.test(path),
    )
    const forbidden =
      /^(widget|server)\/(?!contract\/money(-format)?\.ts|demo\/(goods|configuration)\.ts)/
    expect(arrows(pages, /./, forbidden)).toEqual([])
  })

  it('read the environment in main only', () => {
    const readers = [...server, ...widget].filter(({ text }) => text.includes('process.env['))
    expect(readers.map(({ path }) => path)).toEqual(['server/main.ts'])
  })

  it("call fetch in the widget's client only, and other servers through the transport only", () => {
    const callers = [...server, ...widget].filter(({ text }) => /(?<![.\w])fetch\(/.test(text))
    const others = callers.filter(({ path }) => !/^(widget\/|server\/coinslot\.ts)/.test(path))
    expect(others.map(({ path }) => path)).toEqual([])
    const undici = server.filter(({ imports }) => imports.some((name) => name.startsWith('undici')))
    expect(undici.map(({ path }) => path)).toEqual(['server/transport.ts'])
  })

  it('open every file with a sentence that says what it is for', () => {
    const silent = [...server, ...widget, ...generate, ...sourcesOf('demo')].filter(
      ({ text }) => !/^(#!.*\n)?\/\*\*? \S/.test(text),
    )
    expect(silent.map(({ path }) => path)).toEqual([])
  })
})

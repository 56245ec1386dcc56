/** Builds everything that is shipped: the script tag, the npm widget, the server and the demo. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'
import dts from 'vite-plugin-dts'
import { framedPages } from './demo/framed-pages.ts'
import { documentation, documentationPages } from './demo/generate/documentation.ts'
import { configurationJsonSchema } from './server/configuration-schema.ts'
import type { Coinslot } from './server/coinslot.ts'
import { version } from './server/version.ts'
import { assertPlain, leanLit } from './widget/generate/lean-lit.ts'
import { shortNames } from './widget/generate/short-names.ts'

const DEV_PORT = Number(process.env['PORT'] || 8080)

/** What the script tag loads when a page needs it: `widget/{name}-part.ts`; `act` loads `customer`, which comes first. */
const PARTS = ['customer', 'act', 'languages', 'status']

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// `npm start` needs no types, which are most of the time that a build takes.
export default defineConfig(({ mode }) => ({
  root: here('demo'),
  appType: 'mpa',
  builder: {
    async buildApp(builder) {
      removeScriptTag()
      rmSync(here('dist/types'), { recursive: true, force: true })
      for (const name of [...PARTS, 'bundle', 'client', 'widget', 'ssr', 'server']) {
        await builder.build(builder.environments[name]!)
      }
    },
  },
  environments: {
    // The demo: it loads the script tag from the server, as a merchant's page does, so it comes after it.
    client: {
      build: {
        outDir: here('dist/demo'),
        emptyOutDir: true,
        assetsInlineLimit: 0,
        // Those that have light-dark() themselves: what stands in for it knows no colour scheme but the page's.
        cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
        modulePreload: { polyfill: false },
        rollupOptions: {
          input: [
            ...['index', 'shop', 'donate', 'looks', 'return'].map((page) =>
              here(`demo/${page}.html`),
            ),
            ...documentationPages(),
          ],
        },
      },
    },
    // The parts of the script tag come first: it holds their hashes.
    ...Object.fromEntries(
      PARTS.map((name) => [name, scriptTag(`${name}-part`, `coinslot-${name}-[hash].js`)]),
    ),
    bundle: scriptTag('script', 'coinslot.js'),
    // The npm package's widget: Lit stays an import, so that a page has it once.
    widget: {
      consumer: 'client',
      build: {
        outDir: here('dist/widget'),
        emptyOutDir: true,
        copyPublicDir: false,
        sourcemap: true,
        target: 'es2022',
        minify: false,
        // As a library: else Vite preloads the parts from where it thinks that the site is.
        lib: {
          formats: ['es'],
          entry: Object.fromEntries(
            ['index', 'elements', 'headless', 'react'].map((name) => [
              name,
              here(`widget/${name}.ts`),
            ]),
          ),
        },
        rollupOptions: {
          external: /^(lit|react)(\/|$)/,
          output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        },
      },
    },
    // The element on servers has another base, so that it shares nothing with the element in browsers.
    ssr: {
      consumer: 'server',
      define: { 'navigator.language': '"en"' },
      build: {
        outDir: here('dist/ssr'),
        emptyOutDir: true,
        copyPublicDir: false,
        sourcemap: true,
        target: 'node20',
        minify: false,
        rollupOptions: {
          input: { index: here('widget/ssr.ts') },
          preserveEntrySignatures: 'strict',
          output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        },
      },
    },
    server: {
      consumer: 'server',
      build: {
        outDir: here('dist/server'),
        emptyOutDir: true,
        copyPublicDir: false,
        sourcemap: true,
        target: 'node20',
        minify: false,
        rollupOptions: {
          input: {
            main: here('server/main.ts'),
            index: here('server/index.ts'),
            'store-thread': here('server/store/store-thread.ts'),
          },
          preserveEntrySignatures: 'strict',
          output: { entryFileNames: '[name].js', chunkFileNames: nameServerChunk },
        },
      },
    },
  },
  server: { port: DEV_PORT, strictPort: true },
  plugins: [
    squeezedTexts(),
    trimmedLit(),
    languageFiles(),
    serverElements(),
    verifiedParts(),
    documentation(),
    framedPages(),
    pinnedScript(),
    mode === 'start' ? [] : [declarations(), descriptions()],
    configurationSchemaFile(),
    runnableCommand(),
    developmentServer(),
  ],
}))

/** What the command and the package's entry share is the server itself, whatever stands last in it. */
function nameServerChunk({ moduleIds }: { moduleIds: readonly string[] }): string {
  return moduleIds.includes(here('server/coinslot.ts')) ? 'coinslot.js' : '[name].js'
}

/** A file of the script tag, with all that it imports inside. Library mode would leave its white space in. */
function scriptTag(source: string, fileName: string): EnvironmentOptions {
  return {
    consumer: 'client',
    // Lit's build for Node runs in browsers too, and does not throw where there is no document.
    resolve: { conditions: ['node', 'module', 'production'] },
    build: {
      outDir: here('dist'),
      emptyOutDir: false,
      copyPublicDir: false,
      // The map is in the package, for those who serve it; the script does not name it.
      sourcemap: 'hidden',
      minify: true,
      target: 'es2022',
      rollupOptions: {
        input: here(`widget/${source}.ts`),
        preserveEntrySignatures: 'strict',
        output: {
          entryFileNames: fileName,
          codeSplitting: false,
          minify: {
            compress: true,
            mangle: true,
            codegen: true,
            mangleProps: {
              include: new RegExp(`^(${Object.keys(shortNames).join('|')})$`),
              cache: shortNames,
            },
          },
        },
      },
    },
  }
}

const isScriptTag = ({ name }: { name: string }) => name === 'bundle' || PARTS.includes(name)

/** The files of a part in `dist/`: the script, and its map. */
function filesOfPart(name: string): string[] {
  return readdirSync(here('dist')).filter((file) => file.startsWith(`coinslot-${name}-`))
}

function integrityOf(file: string, algorithm: 'sha256' | 'sha384'): string {
  const hash = createHash(algorithm).update(readFileSync(here(`dist/${file}`)))
  return `${algorithm}-${hash.digest('base64')}`
}

/** Removes what earlier builds left of the script tag: the server serves all files that are there. */
function removeScriptTag(): void {
  mkdirSync(here('dist'), { recursive: true })
  for (const file of readdirSync(here('dist'))) {
    if (file.startsWith('coinslot-')) rmSync(here(`dist/${file}`))
  }
}

/** In the script tag, a part is imported by its file's name and hash. */
function verifiedParts(): Plugin {
  return {
    name: 'coinslot:verified-parts',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'bundle' || name === 'act',
    transform(code, id) {
      if (!/\/widget\/(parts|load-customer)\.ts$/.test(id)) return undefined
      const verified = code.replace(/import\('\.\/(\w+)-part\.ts'\)/g, (_, name: string) => {
        const file = filesOfPart(name).find((file) => file.endsWith('.js'))!
        return `importVerified('${file}', '${integrityOf(file, 'sha256')}')`
      })
      return {
        code: `import { importVerified } from './verified-import.ts'\n${verified}`,
        map: null,
      }
    },
  }
}

/**
 * The languages' files for pages: those of the script tag stand beside it and are named with their hashes,
 * as parts are. What only the server's own pages say is in none.
 */
function languageFiles(): Plugin {
  return {
    name: 'coinslot:language-files',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => ['languages', 'widget', 'ssr'].includes(name),
    transform(code, id) {
      if (/\/contract\/languages\/[\w-]+\.json$/.test(id)) {
        return { code: withoutPages(code), map: null }
      }
      if (this.environment.name !== 'languages' || !id.endsWith('/contract/languages.ts')) return
      const imports = /import\('\.\/languages\/([\w-]+)\.json', .*?\)(?=,\n)/g
      const verified = code.replace(imports, (_, tag: string) => {
        const file = writeTexts(tag)
        return `importVerified('${file}', '${integrityOf(file, 'sha256')}')`
      })
      const path = here('widget/verified-import.ts')
      return { code: `import { importVerified } from '${path}'\n${verified}`, map: null }
    },
  }
}

/** On a server the elements are made of what stands for a page there. */
function serverElements(): Plugin {
  return {
    name: 'coinslot:server-elements',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'ssr',
    transform(code, id) {
      if (!id.endsWith('/widget/template-element.ts')) return undefined
      const painting = code
        .replace(
          `{ render } from 'lit/html.js'`,
          `{ render, ServerElement } from './server-element.ts'`,
        )
        .replace('globalThis.HTMLElement', 'ServerElement')
      return { code: painting, map: null }
    },
  }
}

/** Writes a language's file of the script tag, and answers with its name. */
function writeTexts(tag: string): string {
  const json = readFileSync(here(`server/contract/languages/${tag}.json`), 'utf8')
  const code = `export default${withoutPages(json)}`
  const hash = createHash('sha256').update(code).digest('base64url').slice(0, 8)
  const file = `coinslot-texts-${tag}-${hash}.js`
  writeFileSync(here(`dist/${file}`), code)
  return file
}

function withoutPages(json: string): string {
  return JSON.stringify({ ...JSON.parse(json), page: undefined })
}

/** The demo's pages pin the script tag that was just built, as a merchant's page does. */
function pinnedScript(): Plugin {
  return {
    name: 'coinslot:pinned-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replaceAll(
          'src="/coinslot.js"',
          `src="/coinslot-${version}.js" integrity="${integrityOf('coinslot.js', 'sha384')}"`,
        ),
    },
  }
}

/** What styles and templates have for those who read them is weight in the script tag. */
function squeezedTexts(): Plugin {
  return {
    name: 'coinslot:squeezed-texts',
    enforce: 'pre',
    applyToEnvironment: (environment) => environment.name === 'ssr' || isScriptTag(environment),
    transform(code, id) {
      if (!id.startsWith(here('widget/'))) return undefined
      const squeezed = code
        .replace(/\bcss`[^`]*`/g, squeezeStyles)
        .replace(/\bhtml`[^`]*`/g, squeezeMarkup)
      return { code: squeezed, map: null }
    },
  }
}

/** The script tag holds of Lit what the elements need of it. */
function trimmedLit(): Plugin {
  return {
    name: 'coinslot:trimmed-lit',
    enforce: 'pre',
    applyToEnvironment: isScriptTag,
    transform(code, id) {
      return id.endsWith('/lit-html/node/lit-html.js')
        ? { code: leanLit(code), map: null }
        : undefined
    },
  }
}

function squeezeMarkup(template: string): string {
  assertPlain(template)
  return template
    .replace(/(?<=[>`])\n\s+(?=[<`])|\n\s+\/?(?=>)/g, '')
    .replace(/\n\s+/g, ' ')
    .replace(/="([\w-]+)"/g, '=$1')
}

function squeezeStyles(styles: string): string {
  return styles
    .replace(/^css/, '')
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s*([{};,>])\s*/g, '$1')
    .replace(/:\s+/g, ':')
    .replace(/;}/g, '}')
    .replace(/='([\w-]+)'/g, '=$1')
    .replace(/\s+(?=!|`$)|(?<=`)\s+|\b0(?=\.)/g, '')
}

/** Types of every public entry, once. */
function declarations(): Plugin {
  const plugin = dts({
    root: here('.'),
    entryRoot: here('.'),
    outDirs: here('dist/types'),
    include: ['widget', 'server'],
    exclude: ['widget/generate'],
  }) as Plugin
  return { ...plugin, applyToEnvironment: ({ name }) => name === 'server' }
}

/** What editors and the templates of frameworks are told of the elements. */
function descriptions(): Plugin {
  return {
    name: 'coinslot:descriptions',
    applyToEnvironment: ({ name }) => name === 'server',
    // `npm start` does without, and without what reads the doc blocks.
    async closeBundle() {
      const { readManifest } = await import('./widget/generate/manifest.ts')
      const { packageFiles } = await import('./widget/generate/package-files.ts')
      for (const [path, text] of packageFiles(readManifest())) {
        await mkdir(dirname(here(`dist/${path}`)), { recursive: true })
        await writeFile(here(`dist/${path}`), text)
      }
    },
  }
}

/** The configuration's JSON Schema, for editors. */
function configurationSchemaFile(): Plugin {
  return {
    name: 'coinslot:configuration-schema',
    applyToEnvironment: ({ name }) => name === 'server',
    async writeBundle() {
      const schema = JSON.stringify(configurationJsonSchema(), null, 2)
      await writeFile(here('dist/config.schema.json'), `${schema}\n`)
    },
  }
}

/** npm makes a command runnable when it is installed, and a folder that is linked may be built anew after that. */
function runnableCommand(): Plugin {
  return {
    name: 'coinslot:runnable-command',
    applyToEnvironment: ({ name }) => name === 'server',
    writeBundle: () => chmod(here('dist/server/main.js'), 0o755),
  }
}

/**
 * `npm run dev`: the demo, the widget and the server from their sources on one port, always in demo
 * mode. A change of the server takes effect with the next request, of the others by a reload.
 */
function developmentServer(): Plugin {
  return {
    name: 'coinslot:development-server',
    apply: 'serve',
    configureServer(vite) {
      let running: Promise<Coinslot> | undefined

      async function start(): Promise<Coinslot> {
        const source = await vite.ssrLoadModule(here('server/coinslot.ts'))
        const { createCoinslot } = source as typeof import('./server/coinslot.ts')
        const environment = { ...process.env, PORT: String(DEV_PORT) }
        return createCoinslot({ environment, assets: new URL('dist/', import.meta.url) })
      }
      function forget(): void {
        running?.then((coinslot) => coinslot.close()).catch(() => undefined)
        running = undefined
      }
      vite.watcher.add(here('server'))
      vite.watcher.on('change', (file) => {
        if (file.startsWith(here('server/'))) forget()
      })
      vite.httpServer?.on('close', forget)
      vite.middlewares.use((request, response, next) => {
        const path = request.url ?? '/'
        if (path === '/coinslot.js') {
          response.setHeader('Content-Type', 'text/javascript')
          response.end(`import ${JSON.stringify(`/@fs${here('widget/index.ts')}`)}`)
          return
        }
        // All that is no page of the demo, and no source of one.
        if (
          !/^\/(v1|pay|bridge|sandbox|demo\/|healthz|readyz|openapi\.json|coinslot[.-])/.test(path)
        )
          return next()
        running ??= start()
        running
          .then(({ fetch }) => getRequestListener(fetch)(request, response))
          .catch((error: unknown) => {
            forget()
            next(error)
          })
      })
    },
  }
}

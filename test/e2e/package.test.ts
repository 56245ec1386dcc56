import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { languages } from '../../server/contract/languages.ts'
import manifest from '../../package.json' with { type: 'json' }

const PARTS = ['act', 'customer', 'languages', 'status']
const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const IMPORT = /(^|[;}])\s*(import|export)\b[^;]*\bfrom\s*["'`]/

describe('dist/coinslot.js', () => {
  const bundle = read('dist/coinslot.js')

  it('is at most 9,091 bytes, brotli: 1.8 times a bare Lit element', () => {
    expect(brotliCompressSync(bundle).byteLength).toBeLessThanOrEqual(9_091)
  })

  it('imports nothing by itself, and Lit is inside', () => {
    expect(bundle).not.toMatch(IMPORT)
    expect(bundle).toContain('lit$')
  })

  it.each([
    ['zod', ['ZodError', 'invalid_type', 'unrecognized_keys', '_zod', 'safeParse']],
    ['the list of currencies', ['Zimbabwe', 'AED']],
    ['the server', ['SPRINTCHECKOUT', 'X-SC-ApiKey', 'process.env', 'node:', 'kysely']],
    ["Lit's development build", ['Lit is in dev mode']],
  ])('has nothing in it of %s', (_, words) => {
    expect(words.filter((word) => bundle.includes(word))).toEqual([])
  })
})

describe('the parts of dist/coinslot.js', () => {
  const bundle = read('dist/coinslot.js')
  const files = readdirSync(new URL('dist/', root)).filter((name) => /^coinslot-.*\.js$/.test(name))

  const texts = files.filter((name) => name.startsWith('coinslot-texts-'))
  const parts = files.filter((name) => !texts.includes(name))

  /** How the script tag names a file that it loads. */
  function named(file: string): string {
    const hash = createHash('sha256')
      .update(read(`dist/${file}`))
      .digest('base64')
    return `\`${file}\`,\`sha256-${hash}\``
  }

  it('are all there, one of each, named in the script with the hash of their bytes', () => {
    expect(parts.map((name) => name.split('-')[1])).toEqual(PARTS)
    const [act = '', customer = '', ...others] = parts
    for (const name of [act, ...others]) expect(bundle).toContain(named(name))
    // Few checkouts ask the buyer anything: that part is named in the one that pays.
    expect(read(`dist/${act}`)).toContain(named(customer))
  })

  it('are joined by a file for each language, named in their part with the hash of its bytes', () => {
    const tags = texts.map((name) => /^coinslot-texts-(.+)-[\w-]{8}\.js$/.exec(name)?.[1])
    expect(tags).toEqual(Object.keys(languages).toSorted())
    const part = read(`dist/${parts[2]}`)
    for (const name of texts) expect(part).toContain(named(name))
  })

  it('import nothing, and bring no second Lit', () => {
    for (const name of files) {
      expect(read(`dist/${name}`), name).not.toMatch(IMPORT)
      expect(read(`dist/${name}`), name).not.toContain('lit$')
      // The languages' part loads one of them by its hash, and paying what asks the buyer; no other loads anything.
      const loads = read(`dist/${name}`).match(/\bimport\(/g) ?? []
      expect(loads.length, name).toBe(name === parts[0] || name === parts[2] ? 1 : 0)
    }
  })

  it('are at most 5,000 bytes each, brotli', () => {
    for (const name of files) {
      expect(brotliCompressSync(read(`dist/${name}`)).byteLength, name).toBeLessThanOrEqual(5_000)
    }
  })
})

describe('the package', () => {
  it('has every file that its exports and its command name', () => {
    const { './package.json': _, ...entries } = manifest.exports
    const files = Object.values(entries).flatMap((entry): string[] =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    )
    const missing = [...files, manifest.bin.coinslot].filter(
      (file) => !existsSync(new URL(file, root)),
    )
    expect(missing).toEqual([])
  })

  it('has a command that can be run where its folder was linked before it was built anew', () => {
    const { mode } = statSync(new URL(manifest.bin.coinslot, root))
    expect(mode & 0o111).toBe(0o111)
  })

  it('leaves Lit to the page in its npm build', () => {
    const code = readdirSync(new URL('dist/widget/', root))
      .filter((name) => name.endsWith('.js'))
      .map((name) => read(`dist/widget/${name}`))
      .join('\n')
    expect(code).toMatch(/from ["']lit\/html\.js["']/)
    expect(code).not.toContain('lit$')
  })

  it('loads the parts of its npm build by import alone, from where they are', () => {
    const files = readdirSync(new URL('dist/widget/', root)).filter((name) => name.endsWith('.js'))
    // A bundler that takes us for a site would look for them at the root of the merchant's.
    const others = files.filter((name) => /preload/i.test(read(`dist/widget/${name}`)))
    expect(others).toEqual([])
  })

  it.each([
    'widget/index.js',
    'widget/elements.js',
    'widget/headless.js',
    'widget/react.js',
    'coinslot.js',
  ])(
    'does nothing and does not throw when dist/%s is imported where there is no document',
    (path) => {
      const script = `await import(${JSON.stringify(new URL(`dist/${path}`, root).href)}); console.log('ok')`
      const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: fileURLToPath(root),
      })
      expect(output.toString()).toBe('ok\n')
    },
  )

  it('gives the server to those who embed it', async () => {
    const server = (await import(new URL('dist/server/index.js', root).href)) as object
    expect(Object.keys(server)).toEqual(
      expect.arrayContaining(['createCoinslot', 'defineConfig', 'ConfigurationError']),
    )
  })

  it('describes its configuration for editors', () => {
    const schema = JSON.parse(read('dist/config.schema.json')) as { properties: object }
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['publicUrl', 'origins', 'providers', 'checkouts']),
    )
  })
})

describe('the tarball', () => {
  const files = packedFiles()
  const code = files.filter((path) => /\.[jt]s$/.test(path) && !path.endsWith('.d.ts'))
  const isBrowsers = (path: string) => /^dist\/(coinslot|widget\/|demo\/)/.test(path)
  const isOfPages = (path: string) => isBrowsers(path) || path.startsWith('dist/ssr/')

  it('has what is named here, and nothing else', () => {
    const parts = files.map((path) => path.replace(/(-texts-.*|-[\w-]{8})\.js\b/, '-*.js'))
    const tops = parts.map((path) => path.replace(/^(dist\/[\w-]+\/).*/, '$1'))
    expect([...new Set(tops)].toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'dist/coinslot-*.js',
      'dist/coinslot-act-*.js',
      'dist/coinslot-act-*.js.map',
      'dist/coinslot-customer-*.js',
      'dist/coinslot-customer-*.js.map',
      'dist/coinslot-languages-*.js',
      'dist/coinslot-languages-*.js.map',
      'dist/coinslot-status-*.js',
      'dist/coinslot-status-*.js.map',
      'dist/coinslot.js',
      'dist/coinslot.js.map',
      'dist/config.schema.json',
      'dist/custom-elements.json',
      'dist/demo/',
      'dist/server/',
      'dist/ssr/',
      'dist/types/',
      'dist/vscode.css-custom-data.json',
      'dist/vscode.html-custom-data.json',
      'dist/web-types.json',
      'dist/widget/',
      'package.json',
    ])
  })

  it('has no sources, tests or settings, of which only maps and types tell', () => {
    expect(files.filter((path) => /(^|\/)(test|node_modules|\.[a-z])|\.db$/.test(path))).toEqual([])
    expect(files.filter((path) => /(?<!\.d)\.tsx?$/.test(path))).toEqual([])
    expect(files.filter((path) => path.startsWith('dist/types/widget/generate'))).toEqual([])
  })

  it('has a source map with the sources in it for each script of its entries', () => {
    const entries = code.filter((path) => /^dist\/(widget|server|ssr)\/|^dist\/coinslot/.test(path))
    const withCode = entries.filter((path) => !path.includes('-texts-') && /[{(]/.test(read(path)))
    const without = withCode.filter((path) => !files.includes(`${path}.map`))
    expect(without.filter((path) => !isOnlyExports(read(path)))).toEqual([])
    for (const path of files.filter((path) => /^dist\/(widget|ssr|coinslot).*\.map$/.test(path))) {
      const map = JSON.parse(read(path)) as {
        sources: string[]
        sourcesContent?: string[]
      }
      expect(map.sourcesContent?.length ?? 0, path).toBe(map.sources.length)
    }
  })

  it('reaches nothing but itself, Lit and React from what browsers and pages load', () => {
    const imports = code
      // The demo shows what a merchant imports as text; the policy of its pages lets nothing else in.
      .filter((path) => isBrowsers(path) && !path.startsWith('dist/demo/'))
      .flatMap((path) =>
        [
          ...withoutComments(read(path)).matchAll(
            /\b(?:from|import)\s*\(?\s*["'`]([^"'`\n]+)["'`]/g,
          ),
        ].map(([, name]) => `${path} -> ${name}`),
      )
    const others = imports.filter((arrow) => {
      return !/ -> (lit\/html\.js|react|@lit-labs\/ssr(-dom-shim|\/lib\/render-result\.js)?|\.\/[\w.-]+\.js|coinslot-[\w-]+\.js|\/coinslot)/.test(
        arrow,
      )
    })
    expect(others).toEqual([])
  })

  it('has no secret, and in what browsers load not even the name of one', () => {
    const names = /_API_KEY|_SECRET\b|WEBHOOK_KEY|X-SC-ApiKey|x-api-key/
    const maps = files.filter((path) => /^dist\/(coinslot|widget|ssr|demo).*\.map$/.test(path))
    const inBrowsers = [...code.filter(isOfPages), ...maps]
    expect(inBrowsers.filter((path) => names.test(read(path)))).toEqual([])
    const secrets = /\b(ks_(live|test)_\w{8}|whsec_[A-Za-z0-9+/]{24}|npm_\w{30}|-----BEGIN)/
    expect(files.filter((path) => secrets.test(read(path)))).toEqual([])
  })

  it('can be published with provenance, by whom it names', () => {
    expect(manifest.publishConfig).toEqual({
      access: 'public',
      provenance: true,
    })
    expect(manifest.repository.url).toMatch(/^git\+https:\/\/github\.com\//)
  })

  it('has types for every entry that is code', () => {
    const { './package.json': _, ...entries } = manifest.exports
    const untyped = Object.entries(entries).filter(([name, entry]) => {
      return !name.endsWith('.json') && !(typeof entry === 'object' && 'types' in entry)
    })
    expect(untyped).toEqual([])
  })

  it('says of every file with side effects that it has them', async () => {
    const effects = manifest.sideEffects.map((path) => path.slice(2))
    const entries = Object.values(manifest.exports)
      .map((entry) => (typeof entry === 'object' && 'default' in entry ? entry.default : ''))
      .map((path) => path.slice(2))
      .filter((path) => /^dist\/(widget|coinslot)/.test(path))
    const registering = entries.filter((path) => {
      return path === 'dist/coinslot.js' || /^register\(\);$/m.test(read(path))
    })
    expect(registering.toSorted()).toEqual(effects.toSorted())
  })
})

/** What `npm pack` would put into the package. */
function packedFiles(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 10 ** 8,
  })
  const [packed] = JSON.parse(output.toString()) as {
    files: { path: string }[]
  }[]
  return packed!.files.map(({ path }) => path)
}

/** Whether a file only hands on what others have. */
function isOnlyExports(code: string): boolean {
  return code.split(/;|\n/).every((line) => /^\s*(import\b|export \{|\/\/|$)/.test(line))
}

function withoutComments(code: string): string {
  return code.replace(/\/\*\*[^]*?\*\/|^\s*\/\/.*/gm, '')
}

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

  it('is at most 10,000 bytes, brotli', () => {
    expect(brotliCompressSync(bundle).byteLength).toBeLessThanOrEqual(10_000)
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
    const files = Object.values(entries).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    )
    const missing = [...files, manifest.bin.coinslot].filter(
      (file) => !existsSync(new URL(file, root)),
    )
    expect(missing).toEqual([])
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

  it.each(['widget/index.js', 'widget/elements.js', 'widget/headless.js', 'coinslot.js'])(
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

/** The script tag against the least element that Lit makes, built in the same way. */
import { readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'

const BARE_ELEMENT = `
  import { LitElement, html } from 'lit'
  customElements.define('bare-element', class extends LitElement {
    render() { return html\`<slot></slot>\` }
  })
`

export async function compareBundles(): Promise<void> {
  const baseline = measure(await buildBareElement())
  const ours = measure(readFileSync(new URL('../../dist/coinslot.js', import.meta.url)))
  console.log('\nBytes of the script tag (baseline: a bare Lit element)')
  console.table({
    'bare Lit element': baseline,
    'coinslot.js': ours,
    ratio: {
      minified: ratio(ours.minified, baseline.minified),
      gzip: ratio(ours.gzip, baseline.gzip),
      brotli: ratio(ours.brotli, baseline.brotli),
    },
  })
}

export async function buildBareElement(): Promise<Uint8Array> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, target: 'es2022', rollupOptions: { input: 'bare-element' } },
    plugins: [
      {
        name: 'bare-element',
        resolveId: (id) => (id === 'bare-element' ? `${process.cwd()}/bare-element.js` : undefined),
        load: (id) => (id.endsWith('bare-element.js') ? BARE_ELEMENT : undefined),
      },
    ],
  })
  if (!('output' in result)) throw new Error('the build of the bare element gave no output')
  return Buffer.from(result.output[0].code)
}

function measure(bytes: Uint8Array) {
  return {
    minified: bytes.byteLength,
    gzip: gzipSync(bytes, { level: 9 }).byteLength,
    brotli: brotliCompressSync(bytes).byteLength,
  }
}

function ratio(ours: number, baseline: number): number {
  return Number((ours / baseline).toFixed(2))
}

/** The bytes that have to be there before a pay button can be, against those of a bare Lit element. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { BARE, type Subject } from './bundles.ts'

export function compareBundles(subjects: readonly Subject[]): void {
  const sizes = new Map(subjects.map((subject) => [subject.name, measure(bytesOf(subject))]))
  const baseline = sizes.get(BARE)!
  const rows = [...sizes].map(([name, size]) => [
    name,
    { ...size, ratio: Number((size.brotli / baseline.brotli).toFixed(2)) },
  ])
  console.log('\nBytes before the button (ratio: brotli; baseline: a bare Lit element)')
  console.table(Object.fromEntries(rows))
}

/** What has no script is what stands in the page. */
function bytesOf({ files, entry, body }: Subject): Uint8Array[] {
  return entry.length > 0 ? entry.map((path) => files.get(path)!) : [Buffer.from(body)]
}

function measure(files: readonly Uint8Array[]) {
  const sum = (sizeOf: (bytes: Uint8Array) => number) =>
    files.reduce((total, bytes) => total + sizeOf(bytes), 0)
  return {
    minified: sum((bytes) => bytes.byteLength),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).byteLength),
    brotli: sum((bytes) => brotliCompressSync(bytes).byteLength),
  }
}

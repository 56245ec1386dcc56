/** The end of `npm test`: no key and nobody's details are in the package or in anything that the suites have left. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { definitions } from '../../server/providers/catalog.ts'
import { createSearch, MARK } from './search.ts'
import { KINDS, readSecrets, tracesOf, type Kind } from './traces.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const OURS = ['COINSLOT_SECRET', 'COINSLOT_NOTIFICATION_SECRET']

const folder = mkdtempSync(join(tmpdir(), 'coinslot-canaries-'))
try {
  main()
} finally {
  rmSync(folder, { recursive: true })
}

function main(): void {
  const secrets = readSecrets()
  const search = createSearch(secrets)
  assertFinds(search)
  for (const kind of KINDS) assertLeft(kind)
  const files = [...packedFiles(), ...filesIn(join(ROOT, 'dist')), ...KINDS.flatMap(tracesOf)]
  const found = files.flatMap((file) =>
    search(readFileSync(file)).map((word) => `${relative(ROOT, file)}: ${word}`),
  )
  if (found.length > 0) throw new Error(`what nobody may see was found:\n  ${found.join('\n  ')}`)
  const megabytes = Math.round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6)
  console.log(
    `No key and nobody's details in ${files.length} files (${megabytes} MB): the package, dist, ${KINDS.join(', ')}; ` +
      `"${MARK}" and ${secrets.size} secrets were looked for.`,
  )
}

/** The control: a search that finds nothing must be one that would have. */
function assertFinds(search: (bytes: Buffer) => string[]): void {
  const key = `sk_live_${MARK}_1`
  const file = join(folder, 'planted')
  for (const text of [key, encodeURIComponent(key), ...base64sOf(key), hexOf(key)]) {
    writeFileSync(
      file,
      Buffer.concat([Buffer.alloc(70_000, 1), Buffer.from(text), Buffer.alloc(9)]),
    )
    if (search(readFileSync(file)).length === 0) throw new Error(`would not be found: ${text}`)
  }
  if (search(Buffer.from('nothing')).length > 0) throw new Error('found where there is none')
}

function base64sOf(text: string): string[] {
  return ['', '.', '..'].map((before) => Buffer.from(before + text).toString('base64'))
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex')
}

function assertLeft(kind: Kind): void {
  if (tracesOf(kind).length > 0) return
  const told = `nothing was left to search: ${kind} (run the whole of npm test)`
  if (kind !== 'postgres' || process.env['CI']) throw new Error(told)
  console.warn(told)
}

/** The package, packed (and so built) where every secret is set. */
function packedFiles(): string[] {
  const names = [...definitions.flatMap(({ secrets }) => secrets), ...OURS]
  const env = Object.fromEntries(names.map((name) => [name, `${name}-${MARK}`]))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  execFileSync('tar', ['-xzf', packed], { cwd: folder })
  return filesIn(join(folder, 'package'))
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** Checks the types of samples as the TypeScript of a reader does, all of them at once. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { PAGE_PRELUDE } from './pages.ts'
import type { Sample } from './read-samples.ts'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

const EXTENSIONS: Readonly<Record<string, string>> = { js: 'ts', jsx: 'tsx', ts: 'ts', tsx: 'tsx' }

export const isTyped = ({ language }: Sample) => language in EXTENSIONS

/** What is wrong with a file of someone who works on Coinslot itself, by the rules of the house. */
export function faultsInClone(path: string, folder: string): string[] {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  )
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const program = ts.createProgram([path], { ...options, incremental: false })
  const faults = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
  return faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

/** What is wrong, by sample, with the line of the sample. */
export function typeFaults(samples: readonly Sample[], modules: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'coinslot-types-'))
  symlinkSync(modules, join(folder, 'node_modules'))
  try {
    // Nobody writes types into JavaScript, or asks them of what may be missing.
    const plain = samples.filter(({ language }) => language.startsWith('js'))
    const typed = samples.filter((sample) => !plain.includes(sample))
    return [
      ...faultsOf(plain, folder, { ...OPTIONS, noImplicitAny: false, strictNullChecks: false }),
      ...faultsOf(typed, folder, OPTIONS),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function faultsOf(
  samples: readonly Sample[],
  folder: string,
  options: ts.CompilerOptions,
): string[] {
  const byFile = new Map(samples.map((sample) => [write(sample, folder), sample]))
  const program = ts.createProgram([...byFile.keys()], options)
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const sample = byFile.get(file?.fileName ?? '')
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    const text = ts.flattenDiagnosticMessageText(messageText, ' ')
    const code = file?.text.split('\n')[line - 1]?.trim()
    return `${sample?.page}, block ${sample?.number}: ${text} (${code})`
  })
}

function write(
  { page, number, language, words, code, before, after }: Sample,
  folder: string,
): string {
  const file = join(folder, `${page.replace('/', '-')}-${number}.${EXTENSIONS[language]}`)
  const isInPage = words.get('as') === 'page' && !language.endsWith('x')
  const parts = [isInPage ? PAGE_PRELUDE : '', before, code, after]
  // A file without imports shares its names with all others.
  writeFileSync(file, `${parts.join('\n')}\nexport {}\n`)
  return file
}

/** The package's types in the templates of frameworks: what is right compiles, and what is wrong does not. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

const HERE = fileURLToPath(new URL('.', import.meta.url))

export interface TypesToCheck {
  /** Where the framework, and the package as it was packed, are to be installed. */
  readonly folder: string
  readonly install: () => Promise<void>
  /** What uses the types; each line that must be refused says so. */
  readonly files: readonly string[]
  readonly options?: ts.CompilerOptions
}

/** Tests files of this folder as if they were in a project of that framework. */
export function describeTypes(
  title: string,
  { folder, install, files, options }: TypesToCheck,
): void {
  describe(`the types of the elements in ${title}`, () => {
    beforeAll(install)

    it.each(files)('let what is right pass, and nothing else: %s', (file) => {
      expect(problemsOf(join(HERE, file), folder, options ?? {})).toEqual([])
    })
  })
}

function problemsOf(file: string, folder: string, options: ts.CompilerOptions): string[] {
  const settings: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...options,
  }
  const placed = join(folder, `checked${extname(file)}`)
  const types = join(folder, 'node_modules/coinslot/dist/types/frameworks/')
  const [framework] = /^[a-z]*/.exec(basename(file))!
  const files = [placed, ...[`${types}${framework}.d.ts`].filter(existsSync)]
  const program = ts.createProgram(files, settings, hostThatPlaces(file, placed, settings))
  const problems = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === placed || fileName.startsWith(types))
    .flatMap((source) => program.getSemanticDiagnostics(source))
  return [...program.getOptionsDiagnostics(), ...problems].map(({ file, start, messageText }) => {
    const line = file && ts.getLineAndCharacterOfPosition(file, start!).line + 1
    return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

/** Finds a file at another place, from where its imports lead to what is installed there. */
function hostThatPlaces(
  file: string,
  placed: string,
  settings: ts.CompilerOptions,
): ts.CompilerHost {
  const host = ts.createCompilerHost(settings)
  return {
    ...host,
    fileExists: (name) => name === placed || host.fileExists(name),
    getSourceFile(name, how) {
      if (name !== placed) return host.getSourceFile(name, how)
      return ts.createSourceFile(name, readFileSync(file, 'utf8'), how)
    },
  }
}

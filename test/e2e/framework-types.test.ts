/** The package's types in the templates of frameworks: what is right compiles, and what is wrong does not. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const SAMPLES = `${root}test/e2e/framework-types/`
const OURS = [SAMPLES, `${root}test/e2e/react/`, `${root}dist/types/frameworks/`]

/** What TypeScript finds wrong with a sample, in which each line that must be refused says so. */
function check(file: string, options: ts.CompilerOptions): string[] {
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
  const types = `${root}dist/types/frameworks/${/^[a-z]*/.exec(file)![0]}.d.ts`
  const files = [resolve(SAMPLES, file), types].filter(existsSync)
  const program = ts.createProgram(files, settings, hostOf(settings))
  const problems = program
    .getSourceFiles()
    .filter(({ fileName }) => OURS.some((folder) => fileName.startsWith(folder)))
    .flatMap((source) => program.getSemanticDiagnostics(source))
  return [...program.getOptionsDiagnostics(), ...problems].map(({ file, start, messageText }) => {
    const line = file && ts.getLineAndCharacterOfPosition(file, start!).line + 1
    return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

const sources = new Map<string, ts.SourceFile | undefined>()

/** Reads each file once for all samples. */
function hostOf(settings: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(settings)
  return {
    ...host,
    getSourceFile(name, how) {
      const key = `${name} ${typeof how === 'object' ? how.impliedNodeFormat : ''}`
      if (!sources.has(key)) sources.set(key, host.getSourceFile(name, how))
      return sources.get(key)
    },
  }
}

const jsx = ts.JsxEmit.ReactJSX
const react18 = (file: string) => [`${root}node_modules/@types/react-18/${file}.d.ts`]
const REACT_18 = {
  react: react18('index'),
  'react/jsx-runtime': react18('jsx-runtime'),
}

describe('the types of the elements', () => {
  it.each<[string, string, ts.CompilerOptions]>([
    ['in a script', 'script.ts', {}],
    ['in React 19', 'react.tsx', { jsx }],
    ['in React 18', 'react-18.tsx', { jsx, paths: REACT_18 }],
    ['in the components of React 19', '../react/app.tsx', { jsx }],
    ['in the components of React 18', '../react/app.tsx', { jsx, paths: REACT_18 }],
    ['in Preact', 'preact.tsx', { jsx, jsxImportSource: 'preact' }],
    ['in Solid', 'solid.tsx', { jsx: ts.JsxEmit.Preserve, jsxImportSource: 'solid-js' }],
    ['in Vue', 'vue.ts', {}],
    ['in Svelte', 'svelte.ts', {}],
  ])('let what is right pass, and nothing else, %s', (_, file, options) => {
    expect(check(file, options)).toEqual([])
  })
})

/** Finds every block of code that README and the documentation show, and what it says of how it is to be run. */
import { readFileSync } from 'node:fs'
import { marked, type Token, type Tokens } from 'marked'
import { readPages } from '../../demo/generate/pages.ts'

export interface Sample {
  readonly page: string
  /** Its place among the blocks of the page, from 1. */
  readonly number: number
  readonly language: string
  readonly code: string
  /**
   * What stands after the language: `file` is where it is written to, `as` what it is, `serves` that it runs on,
   * `gives` what it ends with, `from` which file of the repository it is, `not-run` why it is not run.
   */
  readonly words: ReadonlyMap<string, string>
  /** Code before and after it that is not shown: `<!-- before: … -->`, `<!-- after: … -->`. */
  readonly before: string
  readonly after: string
}

export interface SamplePage {
  readonly name: string
  /** `<!-- samples: clone -->`: they are of someone who works on Coinslot itself. */
  readonly isClone: boolean
  readonly samples: readonly Sample[]
}

export function readSamplePages(): SamplePage[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const pages = readPages().map(({ name, markdown }) => [`docs/${name}`, markdown] as const)
  return [['README', readme] as const, ...pages].map(([name, markdown]) => ({
    name,
    isClone: markdown.includes('<!-- samples: clone -->'),
    samples: samplesOf(name, markdown),
  }))
}

/** @throws where a block names no language, because then nobody knows how to run it */
function samplesOf(page: string, markdown: string): Sample[] {
  const tokens = marked.lexer(markdown).filter(({ type }) => type !== 'space')
  const blocks = tokens.flatMap((token, index) =>
    token.type === 'code' ? [{ token: token as Tokens.Code, index }] : [],
  )
  return blocks.map(({ token: { lang, text: code }, index }, place) => {
    const [, language = '', words = ''] = /^(\S+) ?(.*)$/.exec(lang ?? '') ?? []
    const where = `${page}, block ${place + 1}`
    if (!language) throw new Error(`${where} has no language`)
    return {
      page,
      number: place + 1,
      language,
      code,
      words: readWords(words, where),
      before: hidden(tokens[index - 1], 'before'),
      after: hidden(tokens[index + 1], 'after'),
    }
  })
}

const WORDS = new Set(['file', 'as', 'serves', 'gives', 'from', 'not-run'])

function readWords(text: string, where: string): ReadonlyMap<string, string> {
  const words = [...text.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g)]
  const read = words.map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? ''] as const)
  const unknown = read.find(([name]) => !WORDS.has(name))
  if (unknown) throw new Error(`${where} says "${unknown[0]}", which means nothing`)
  return new Map(read)
}

function hidden(token: Token | undefined, name: string): string {
  const [, found, text = ''] = /<!-- (before|after):([^]*?)-->/.exec(token?.raw ?? '') ?? []
  return token?.type === 'html' && found === name ? text.trim() : ''
}

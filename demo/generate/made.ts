/** Puts what is made from the sources into a page, in place of the comments that ask for it. */
import { readFileSync } from 'node:fs'
import { openApiDocument } from '../../server/routes/openapi.ts'
import { errorEntries } from './error-guide.ts'
import { describeInterface } from './http-interface.ts'

const PARTS: Readonly<Record<string, () => string>> = {
  'error codes': errorEntries,
  'http interface': () => describeInterface(openApiDocument('https://pay.shop.example')),
}

/** A file of the repository, as it is: `file LANGUAGE PATH`. */
function showFile(language: string, path: string): string {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  return `\`\`\`${language} from=${path}\n${text.trimEnd()}\n\`\`\``
}

/** @throws where a comment asks for what there is not */
export function fill(markdown: string): string {
  return markdown.replace(/^<!-- made: (.*) -->$/gm, (_, name: string) => {
    const [, language, path] = /^file (\w+) (\S+)$/.exec(name) ?? []
    if (language && path) return showFile(language, path)
    const make = PARTS[name]
    if (!make) throw new Error(`Nothing is made by the name "${name}"`)
    return make()
  })
}

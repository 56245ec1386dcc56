/** Puts what is made from the sources into a page, in place of the comments that ask for it. */
import { openApiDocument } from '../../server/routes/openapi.ts'
import { errorEntries } from './error-guide.ts'
import { describeInterface } from './http-interface.ts'

const PARTS: Readonly<Record<string, () => string>> = {
  'error codes': errorEntries,
  'http interface': () => describeInterface(openApiDocument('https://pay.shop.example')),
}

/** @throws where a comment asks for what there is not */
export function fill(markdown: string): string {
  return markdown.replace(/^<!-- made: (.*) -->$/gm, (_, name: string) => {
    const make = PARTS[name]
    if (!make) throw new Error(`Nothing is made by the name "${name}"`)
    return make()
  })
}

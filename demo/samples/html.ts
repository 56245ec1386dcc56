/** The sample for any page: two tags, and a third for a look of its own. */
import { htmlAttributes, indent, quoteHtml, tagLines, type Tag } from './sample.ts'

export function htmlSample(tag: Tag): string {
  const { src, integrity } = tag.script
  const script = [
    'type="module"',
    `src="${quoteHtml(src)}"`,
    ...(integrity ? [`integrity="${quoteHtml(integrity)}"`] : []),
  ]
  return [
    tagLines('script', script),
    ...(tag.css ? [`<style>\n${indent(tag.css, '  ')}\n</style>`] : []),
    `${tagLines('coinslot-checkout', htmlAttributes(tag, { withServer: false }))}\n`,
  ].join('\n\n')
}

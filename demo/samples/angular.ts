/** The sample for Angular: a component whose template has the element as it is. */
import { htmlAttributes, indent, tagLines, type Tag } from './sample.ts'

export function angularSample(tag: Tag): string {
  const attributes = htmlAttributes(tag, { withServer: true }).map(quoteTemplate)
  const element = tagLines('coinslot-checkout', attributes)
  return `import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core'
import 'coinslot'

@Component({
  selector: 'app-checkout',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: \`
${indent(element, '    ')}
  \`,${tag.css ? `\n  styles: \`\n${indent(tag.css, '    ')}\n  \`,` : ''}
})
export class CheckoutComponent {}
`
}

/** In a template of Angular braces begin an expression, and it stands in a template of JavaScript. */
function quoteTemplate(attribute: string): string {
  return attribute
    .replaceAll('{', '&#123;')
    .replaceAll('}', '&#125;')
    .replaceAll('@', '&#64;')
    .replaceAll('\\', '&#92;')
    .replaceAll('`', '&#96;')
    .replaceAll('$', '&#36;')
}

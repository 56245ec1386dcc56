/** The sample for Svelte: a component with the element as it is. */
import { quoteHtml, tagLines, type Tag } from './sample.ts'

export function svelteSample({ attributes, css, server }: Tag): string {
  const written = [['server', server] as const, ...attributes].map(([name, value]) =>
    value === '' ? name : `${name}="${quoteSvelte(value)}"`,
  )
  return `<script>
  import 'coinslot'
</script>

${tagLines('coinslot-checkout', written)}
${css ? `\n<style>\n${css}\n</style>\n` : ''}`
}

/** A brace begins an expression, also in quotes. */
function quoteSvelte(value: string): string {
  return quoteHtml(value).replaceAll('{', '&#123;').replaceAll('}', '&#125;')
}

/** What every sample of code is made of. */

export interface Tag {
  /** The attributes of `<coinslot-checkout>`, in order; a flag that is set is empty. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
  /** The rules that make its look; empty where it has none of its own. */
  readonly css: string
  /** The address of the Coinslot server, without a slash at its end. */
  readonly server: string
  /** The script tag's address, and its hash where that is known. */
  readonly script: { readonly src: string; readonly integrity: string }
}

/** What the server says of the payment that is begun here. */
export interface Terms {
  readonly currency: string
  readonly amount?: string | undefined
  readonly editable?: boolean | undefined
}

/** As text or a value in double quotes, in HTML and in all that is written like it. */
export function quoteHtml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** Each line of a text further in; empty ones stay empty. */
export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by)
}

/** An element's tags, on one line if it is short, else with an attribute on each. */
export function tagLines(
  name: string,
  attributes: readonly string[],
  end = `></${name}>`,
  width = 60,
): string {
  const line = [`<${name}`, ...attributes].join(' ') + end
  if (attributes.length === 0 || line.length <= width) return line
  return `<${name}\n${attributes.map((attribute) => `  ${attribute}`).join('\n')}\n${end.trimStart()}`
}

/** The attributes as HTML writes them; where the script comes from no server, that is named. */
export function htmlAttributes(
  { attributes, server }: Tag,
  { withServer }: { readonly withServer: boolean },
): string[] {
  const written = attributes.map(([name, value]) =>
    value === '' ? name : `${name}="${quoteHtml(value)}"`,
  )
  return withServer ? [`server="${quoteHtml(server)}"`, ...written] : written
}

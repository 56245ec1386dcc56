/** Code as nodes to read: tags, attributes and values told apart, and long values cut short to the eye alone. */

const TOKEN =
  /(?<note><!--[^]*?-->|^\s*\/\/.*$)|(?<tag><\/?[A-Za-z][\w-]*|\/?>)|(?<attribute>[\w:@-]+(?==["{]))|(?<key>"[\w-]+"(?=:))|(?<value>"[^"\n]*"|'[^'\n]*')/gm

const LONG = 120

/** Classes are `code-tag` and the like; the text of the nodes is the code, whole. */
export function highlight(code: string): Node[] {
  const nodes: Node[] = []
  let at = 0
  for (const match of code.matchAll(TOKEN)) {
    nodes.push(document.createTextNode(code.slice(at, match.index)))
    const [kind = ''] = Object.entries(match.groups ?? {}).find(([, text]) => text) ?? []
    nodes.push(span(kind, match[0]))
    at = match.index + match[0].length
  }
  return [...nodes, document.createTextNode(code.slice(at))]
}

function span(kind: string, text: string): HTMLElement {
  const element = document.createElement('span')
  element.className = text.length > LONG ? `code-${kind} code-long` : `code-${kind}`
  element.textContent = text
  return element
}

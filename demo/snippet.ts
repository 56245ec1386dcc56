/** The HTML that a merchant pastes to get a checkout: as text to copy and as marked-up code to read. */

type TokenKind = 'plain' | 'tag' | 'attribute' | 'value'
type Token = readonly [kind: TokenKind, text: string]

const plain = (text: string): Token => ['plain', text]

function element(name: string, attributes: Readonly<Record<string, string | true>>): Token[] {
  const tokens: Token[] = [plain('<'), ['tag', name]]
  for (const [attribute, value] of Object.entries(attributes)) {
    tokens.push(plain(' '), ['attribute', attribute])
    if (value !== true) tokens.push(plain('='), ['value', `"${value}"`])
  }
  return [...tokens, plain('></'), ['tag', name], plain('>')]
}

/** The tags for one checkout, loaded as the script tag of this page is: the same file, with the same hash. */
export function snippet(script: HTMLScriptElement, checkout: string): readonly Token[] {
  const { src, integrity } = script
  return [
    ...element('script', { type: 'module', src, ...(integrity && { integrity }) }),
    plain('\n\n'),
    ...element('coinslot-checkout', { checkout }),
  ]
}

/** The snippet as a merchant pastes it. */
export function snippetText(tokens: readonly Token[]): string {
  return tokens.map(([, text]) => text).join('')
}

/** The snippet as nodes; the classes are coloured by demo.css. */
export function snippetNodes(tokens: readonly Token[]): Node[] {
  return tokens.map(([kind, text]) => {
    if (kind === 'plain') return document.createTextNode(text)
    const span = document.createElement('span')
    span.className = `code-${kind}`
    span.textContent = text
    return span
  })
}

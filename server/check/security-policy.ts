/** Content security policies as a browser reads them, as far as a script and its requests are concerned. */

/** The sources of each directive, by its name in lower case. */
export type SecurityPolicy = ReadonlyMap<string, readonly string[]>

/** Reads a header's or a meta element's text, which may hold several policies; all of them count. */
export function parsePolicies(text: string): SecurityPolicy[] {
  return text
    .split(',')
    .map((policy) => parseDirectives(policy))
    .filter(({ size }) => size > 0)
}

function parseDirectives(text: string): SecurityPolicy {
  const directives = new Map<string, readonly string[]>()
  for (const part of text.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/)
    // The first of a name counts.
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** The directive that decides, of several that stand in for one another; undefined where none forbids. */
export function decidingDirective(
  policy: SecurityPolicy,
  ...names: readonly string[]
): { readonly name: string; readonly sources: readonly string[] } | undefined {
  const name = names.find((candidate) => policy.has(candidate))
  return name === undefined ? undefined : { name, sources: policy.get(name) ?? [] }
}

const HOST_SOURCE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^/:*]+)(?::(\d+|\*))?(\/[^?#]*)?$/i

/** Whether one of the sources allows a URL, for a page of that origin. */
export function allowsUrl(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => matches(source, url, page))
}

function matches(source: string, url: URL, page: URL): boolean {
  if (source === '*') return true
  if (source.toLowerCase() === "'self'") return url.origin === page.origin
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return isScheme(source.slice(0, -1), url)
  const [, scheme, host = '', port, path] = HOST_SOURCE.exec(source) ?? []
  return (
    host !== '' &&
    isScheme(scheme ?? page.protocol.slice(0, -1), url) &&
    isHost(host.toLowerCase(), url.hostname) &&
    isPort(port, url) &&
    isPath(path, url.pathname)
  )
}

/** What is allowed by http is allowed by https, too. */
function isScheme(scheme: string, { protocol }: URL): boolean {
  const wanted = `${scheme.toLowerCase()}:`
  return protocol === wanted || (wanted === 'http:' && protocol === 'https:')
}

function isHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

function isPort(port: string | undefined, url: URL): boolean {
  if (port === '*') return true
  const usual = url.protocol === 'https:' ? '443' : '80'
  return (url.port || usual) === (port ?? usual)
}

function isPath(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined || pattern === '/') return true
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
}

/** Whether scripts are let run by a nonce or a hash of their own. */
export function hasNonceOrHash(sources: readonly string[]): boolean {
  return sources.some((source) => /^'(nonce|sha(256|384|512))-/i.test(source))
}

/** Which URLs may be given to a browser or called: https anywhere, plain http on this machine only. */

// Of the characters that a parser lets stand in a host, `*` would promise more than it does, and `;`
// and `,` would end the host in a header that it is written into.
const WHOLE = /^https?:\/\/((?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d+)?)(?:[/?#][^\s\p{Cc}\\]*)?$/u

/**
 * Whether `text` is an absolute URL that is https (http on loopback) and means what it shows: no
 * user info, no white space or back slash that a URL parser would drop or turn around, and the host
 * in the form that it is read as, so not `0x7f000001`, `127.1`, or a look-alike in another script.
 */
export function isSafeUrl(text: string): boolean {
  const authority = WHOLE.exec(text)?.[1]
  if (!authority || !URL.canParse(text)) return false
  const url = new URL(text)
  if (url.host !== authority || url.hostname.endsWith('.')) return false
  return url.protocol === 'https:' || isLoopback(url.hostname)
}

/** Takes a `URL.hostname`, which has lower case, IPv4 in dotted decimal and IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/**
 * Whether the URL's host is on a list of hosts: `shop.example` (default port), `shop.example:8443`,
 * `*.shop.example` (any host below it). A loopback name stands for all of its ports.
 */
export function isHostListed(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((entry) => {
    if (entry === url.host) return true
    if (entry.startsWith('*.')) return url.port === '' && url.hostname.endsWith(entry.slice(1))
    return isLoopback(entry) && entry === url.hostname
  })
}

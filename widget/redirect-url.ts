/** Where a browser may be sent: the payment page's address, checked. */

/**
 * The address in its normal form if a browser may be sent there: absolute, https (http on loopback
 * only), without user info. Anything else gives nothing.
 */
export function toRedirectUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const { href, username, password } = new URL(value)
  const isSafe = /^(https:|http:\/\/(localhost|127\.[\d.]+|\[::1\])[:/])/.test(href)
  return isSafe && !username && !password ? href : undefined
}

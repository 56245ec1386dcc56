/** The payment page's link, to share, to print, or to scan: it needs no page of the merchant's own. */
import type { Tag } from './sample.ts'

export function paymentLink({ attributes, server }: Tag): string {
  const given = new Map(attributes)
  const checkout = given.get('checkout')
  const link = new URL(server)
  link.pathname = checkout === undefined ? '/pay' : `/pay/${encodeURIComponent(checkout)}`
  const locale = given.get('locale')
  const offer = given.get('offer')
  if (offer !== undefined) link.searchParams.set('offer', offer)
  if (locale !== undefined) link.searchParams.set('locale', locale)
  return link.href
}

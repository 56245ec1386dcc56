/** Which addresses are on the public internet, and none of this machine's or its network's own. */
import ipaddr from 'ipaddr.js'

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/**
 * Whether an IP address is one of the public internet. Closed on doubt: what is no address, is set
 * apart for anything, or may lead to an IPv4 address that cannot be seen (6to4, Teredo) is not.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().range() === 'unicast'
  // On a network without IPv4 this is how a public IPv4 address is reached.
  if (address.match(NAT64)) {
    return new ipaddr.IPv4(address.toByteArray().slice(-4)).range() === 'unicast'
  }
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST)
}

import { describe, expect, it } from 'vitest'
import { findClientAddress } from '../../server/client-address.ts'

const PROXY = { address: '10.0.0.1' }

describe('the address that limits are counted by', () => {
  it.each([
    ['with no proxy of ours', '198.51.100.7', 0],
    ['with an empty header', '', 1],
    ['where fewer proxies wrote than are ours', '198.51.100.7', 2],
    ['where no address stands', 'unknown', 1],
    ['where a hidden name stands', '_hidden', 1],
    ['where a name stands', 'shop.example', 1],
    ['where a short form stands, which a browser would take', '127.1', 1],
    ['where a number stands', '2130706433', 1],
    ['where a hexadecimal form stands', '0x7f.0.0.1', 1],
    ['where something is left out', '198.51.100.7,', 1],
    ['where it is far too long', '1'.repeat(8_000), 1],
  ])('is not what a header says %s', (_, header, hops) => {
    expect(findClientAddress(PROXY, header, hops)).toBe('10.0.0.1')
  })

  it.each([
    ['1.1.1.1, 198.51.100.7', 1, '198.51.100.7'],
    ['1.1.1.1, 2.2.2.2, 198.51.100.7', 1, '198.51.100.7'],
    ['1.1.1.1, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
    ['198.51.100.7:51234', 1, '198.51.100.7'],
    ['[2001:db8:1:2:3:4:5:6]:51234', 1, '2001:db8:1:2::'],
    ['[2001:db8:1:2:3:4:5:6]', 1, '2001:db8:1:2::'],
  ])('is read from the right, by our own proxies: %s by %i', (header, hops, expected) => {
    expect(findClientAddress(PROXY, header, hops)).toBe(expected)
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2::'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::'],
    ['2001:DB8:1:2:0::1', '2001:db8:1:2::'],
    ['2001:db8:1:3::1', '2001:db8:1:3::'],
    ['fe80::1%eth0', 'fe80::'],
    ['::1', '::'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['198.51.100.7', '198.51.100.7'],
  ])('of IPv6 is a whole /64, and one spelling is as good as another: %s', (address, expected) => {
    expect(findClientAddress({ address }, undefined, 0)).toBe(expected)
  })

  it('is that of the connection which Node’s server hands over', () => {
    const incoming = { socket: { remoteAddress: '198.51.100.7' } }
    expect(findClientAddress({ incoming }, undefined, 0)).toBe('198.51.100.7')
  })

  it('is none where nothing tells it', () => {
    expect(findClientAddress(undefined, undefined, 0)).toBeUndefined()
    expect(findClientAddress({ incoming: { socket: {} } }, '1.1.1.1', 0)).toBeUndefined()
  })
})

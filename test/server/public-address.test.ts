import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../server/public-address.ts'

describe('an address', () => {
  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine, elsewhere in its net', '127.255.255.254'],
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private, class A', '10.0.0.1'],
    ['private, class B', '172.16.0.1'],
    ['private, class B, at its end', '172.31.255.255'],
    ['private, class C', '192.168.1.1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'],
    ["a carrier's NAT", '100.64.0.1'],
    ["a carrier's NAT, at its end", '100.127.255.255'],
    ['protocol assignments', '192.0.0.170'],
    ['documentation 1', '192.0.2.1'],
    ['documentation 2', '198.51.100.1'],
    ['documentation 3', '203.0.113.1'],
    ['benchmarks', '198.18.0.1'],
    ['6to4 relays', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['this machine, IPv6', '::1'],
    ['unspecified, IPv6', '::'],
    ['link-local, IPv6', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['unique local', 'fd00:ec2::254'],
    ['site-local', 'fec0::1'],
    ['multicast, IPv6', 'ff02::1'],
    ['documentation, IPv6', '2001:db8::1'],
    ['documentation 2, IPv6', '3fff::1'],
    ['discarded', '100::1'],
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped, in hex', '::ffff:7f00:1'],
    ['mapped, private', '::ffff:10.0.0.1'],
    ['compatible', '::127.0.0.1'],
    ['compatible, of a public one', '::808:808'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64 to this machine', '64:ff9b::7f00:1'],
    ['NAT64 to a private one', '64:ff9b::10.0.0.1'],
    ['NAT64 of a local network', '64:ff9b:1::808:808'],
    ['6to4', '2002:7f00:1::'],
    ['6to4 of a public one', '2002:808:808::'],
    ['Teredo', '2001:0:808:808::1'],
    ['segment routing', '5f00::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
    ['rubbish', '1.2.3.4.5'],
  ])('is not public: %s (%s)', (_, address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each([
    '8.8.8.8',
    '100.63.255.255',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('is public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

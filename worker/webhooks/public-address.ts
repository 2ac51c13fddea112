import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** IPv4 that is not the public internet's: IANA's special-purpose registry, and one address that a cloud keeps for itself. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8',
  '100.64.0.0/10', // behind a carrier's NAT
  '127.0.0.0/8',
  '168.63.129.16/32', // a cloud's own servers, seen from its machines
  '169.254.0.0/16', // link-local, where clouds tell machines their secrets
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
] as const

/**
 * All of IPv6 that is routed. What lies outside is refused as a whole: unspecified, loopback, IPv4 in disguise (::ffff:0:0/96), NAT64
 * (64:ff9b::/96, 64:ff9b:1::/48), discard, unique local, link-local, site-local, multicast, and what nobody has assigned yet.
 */
const ROUTED_6 = '2000::/3'
/** Within it, what is not the public internet's, or leads to IPv4 by a tunnel. */
const NOT_PUBLIC_6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3ffe::/16', // an experiment of long ago
  '3fff::/20', // documentation
] as const

const listOf = (ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', prefix = ''] = range.split('/')
    list.addSubnet(net, Number(prefix), family)
  }
  return list
}
const notPublic4 = listOf(NOT_PUBLIC_4, 'ipv4')
const notPublic6 = listOf(NOT_PUBLIC_6, 'ipv6')
const routed6 = listOf([ROUTED_6], 'ipv6')
const loopback4 = listOf(['127.0.0.0/8'], 'ipv4')
const loopback6 = listOf(['::1/128'], 'ipv6')

/** Whether an address is one of the public internet's, for one host. Whatever is no plain address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublic4.check(address, 'ipv4')
  if (!isIPv6(address) || address.includes('%')) return false
  return routed6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6')
}

/** Whether an address is this machine's own, plainly: an IPv4 address within IPv6 is not. */
export function isLoopback(address: string): boolean {
  if (isIPv4(address)) return loopback4.check(address, 'ipv4')
  return isIPv6(address) && !address.includes('.') && !/^::ffff:/i.test(address) && loopback6.check(address, 'ipv6')
}

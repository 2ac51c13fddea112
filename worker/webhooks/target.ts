import { isIP } from 'node:net'
import { isLoopback, isPublicAddress } from './public-address.ts'

/** All addresses of a name. Rejects where there are none. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<string[]>

/** Where a request goes: the addresses were checked, and nothing else may be connected to. */
export type Target = { url: URL; host: string; addresses: readonly string[] }

export type TargetOptions = {
  resolve: Resolve
  /** For a demo and tests: http, and this machine itself. */
  allowPrivate: boolean
}

/** An address that nothing is sent to. The message is for people. */
export class RefusedTarget extends Error {}

/**
 * Judges an address anew, right before it is connected to. One address of a name that is not public is enough to refuse them all: which one
 * is taken would be chance. `URL` has made one spelling of numbers in octal, hexadecimal or one piece, and of letters that look like digits.
 * Throws `RefusedTarget`, or what the resolver throws.
 */
export async function findTarget(address: string, { resolve, allowPrivate }: TargetOptions, signal: AbortSignal): Promise<Target> {
  if (!URL.canParse(address)) throw new RefusedTarget('The address is not a URL.')
  const url = new URL(address)
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) throw new RefusedTarget('The address is not https.')
  if (url.username !== '' || url.password !== '') throw new RefusedTarget('The address holds a user name or a password.')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const addresses = await addressesOf(host, { resolve, allowPrivate }, signal)
  const mayReach = (one: string): boolean => isPublicAddress(one) || (allowPrivate && isLoopback(one))
  if (addresses.length === 0) throw new RefusedTarget('The name has no address.')
  if (!addresses.every(mayReach)) throw new RefusedTarget('The name leads to an address that is not public.')
  return { url, host, addresses }
}

async function addressesOf(host: string, { resolve, allowPrivate }: TargetOptions, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  // Name servers need not know it.
  if (allowPrivate && host === 'localhost') return ['127.0.0.1', '::1']
  return await resolve(host, signal)
}

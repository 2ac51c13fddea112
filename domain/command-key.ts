import * as z from 'zod/mini'
import { COMMAND_ALGORITHM } from './command.ts'

/** The prime of Ed25519's field and the `d` of its curve `-x² + y² = 1 + d·x²·y²` (RFC 8032, section 5.1). */
const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/** 32 bytes in base64url as everybody writes them: the two bits that are left over are zero. */
const BYTES_32 = /^[\w-]{42}[AEIMQUYcgkosw048]$/
const Bytes32 = z.string().check(z.regex(BYTES_32, 'not 32 bytes in base64url'))
/** Chosen by whoever makes the key; here the thumbprint of RFC 7638. */
const KeyId = z.string().check(z.regex(/^[\w-]{1,64}$/, 'letters, digits, _ and - only, at most 64'))

const Ed25519 = {
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: Bytes32.check(z.refine((x) => !BYTES_32.test(x) || !hasSmallOrder(x), 'a point of small order: anybody can sign for it')),
  kid: KeyId,
  alg: z.exactOptional(z.literal(COMMAND_ALGORITHM)),
  use: z.exactOptional(z.literal('sig')),
}

/** The private key (RFC 8037) that signs commands. It names itself in each, so that the worker can know two at once. */
export const CommandPrivateKey = z.object({ ...Ed25519, d: Bytes32 })
export type CommandPrivateKey = z.infer<typeof CommandPrivateKey>

/** A public key that commands are verified with. */
export const CommandPublicKey = z.object({
  ...Ed25519,
  d: z.exactOptional(z.never('a private key does not belong here and has leaked: make a new pair')),
})
export type CommandPublicKey = z.infer<typeof CommandPublicKey>

/** The keys that a worker knows: one, or while they are being replaced the old and the new. */
export const CommandPublicKeys = z.object({
  keys: z.array(CommandPublicKey).check(
    z.minLength(1),
    z.maxLength(8),
    z.refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'two keys of one kid'),
  ),
})
export type CommandPublicKeys = z.infer<typeof CommandPublicKeys>

/**
 * Whether eight times the point with this encoded `y` is nothing: verification would then accept what nobody signed. Doubling such a point
 * at most twice leads to `y = 1`, `-1` or `0`, and a point of order 8 has `x² = -y²`; put into the curve that is `d·y⁴ + 2·y² = 1`.
 */
function hasSmallOrder(encoded: string): boolean {
  const bytes = Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  // Little-endian; the highest bit is the sign of x.
  const y = bytes.reduceRight((number, byte, at) => number * 256n + BigInt(at === 31 ? byte & 127 : byte), 0n)
  const squared = y * y
  return (y * (squared - 1n) * (D * squared * squared + 2n * squared - 1n)) % P === 0n
}

import { createPublicKey, verify } from 'node:crypto'

const FIELD = 2n ** 255n - 19n
/** What comes before a raw Ed25519 public key in its DER form (RFC 8410). */
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Whether `signature` (64 bytes) over `message` was made with the Curve25519 key `publicKey` (32 bytes).
 *
 * Signal signs with its key agreement keys (XEdDSA): the key is mapped to its Edwards twin, whose sign travels in the signature's top
 * bit. It is checked with Node's own Ed25519, because `Curve.verify` of the client under test says true to everything.
 */
export function isSigned(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const plain = Buffer.from(signature)
  const sign = plain.readUInt8(63) & 0x80
  plain.writeUInt8(plain.readUInt8(63) & 0x7f, 63)
  const u = littleEndian(publicKey)
  if (u === FIELD - 1n) return false
  const y = modulo((u - 1n) * power(u + 1n, FIELD - 2n))
  const edwards = toLittleEndian(y)
  edwards.writeUInt8(edwards.readUInt8(31) | sign, 31)
  try {
    const key = createPublicKey({ key: Buffer.concat([ED25519_DER, edwards]), format: 'der', type: 'spki' })
    return verify(null, message, key, plain)
  } catch {
    return false
  }
}

/** The key as a number of the field; its top bit means nothing (RFC 7748). */
function littleEndian(bytes: Uint8Array): bigint {
  return (BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`) & (2n ** 255n - 1n)) % FIELD
}

function toLittleEndian(value: bigint): Buffer {
  return Buffer.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed())
}

function modulo(value: bigint): bigint {
  const rest = value % FIELD
  return rest < 0n ? rest + FIELD : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % FIELD
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = (result * square) % FIELD
    square = (square * square) % FIELD
  }
  return result
}

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
  const sign = signature[63]! & 0x80
  const plain = Buffer.from(signature)
  plain[63]! &= 0x7f
  const u = littleEndian(publicKey) % FIELD
  if (u === FIELD - 1n) return false
  const y = modulo((u - 1n) * power(u + 1n, FIELD - 2n))
  const edwards = toLittleEndian(y)
  edwards[31]! |= sign
  try {
    const key = createPublicKey({ key: Buffer.concat([ED25519_DER, edwards]), format: 'der', type: 'spki' })
    return verify(null, message, key, plain)
  } catch {
    return false
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  const reversed = Buffer.from(bytes).reverse()
  reversed[0]! &= 0x7f
  return BigInt(`0x${reversed.toString('hex')}`)
}

function toLittleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
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

import { createPublicKey, verify as verifyNatively } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createRequire } from 'node:module'

/** What of curve25519-js is replaced; its other functions stay. */
type CurveLibrary = { verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean }

const FIELD = 2n ** 255n - 19n
/** What comes before a raw Ed25519 public key in its DER form (RFC 8410). */
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex')
/** Few keys sign much (WhatsApp's root, its intermediate), and a key that signed once more is not asked for again. */
const MAX_KEYS = 32

const keys = new Map<string, KeyObject>()

/** The plain JavaScript below libsignal, the very object that it calls: it looks its functions up at each call, whoever imported it before. */
export function curveLibrary(): CurveLibrary {
  const [ours, baileys] = [createRequire(import.meta.url), (name: string) => createRequire(ours.resolve(name))]
  const libsignal = createRequire(baileys('baileys').resolve('libsignal'))
  return libsignal('curve25519-js') as CurveLibrary
}

/**
 * Lets Node check the signatures that Baileys has checked, instead of plain JavaScript: two at each login, 12 ms of processor time each,
 * become 0.2 ms. What is not signed throws from now on: libsignal answered `false`, which Baileys took for a yes, so that neither the
 * certificates of WhatsApp's servers nor the phone's signature at a link were enforced.
 */
export function installNativeCurve(library: CurveLibrary = curveLibrary()): void {
  library.verify = (publicKey, message, signature) => {
    if (!isSigned(publicKey, message, signature)) throw new Error('the signature is wrong')
    return true
  }
}

/**
 * Whether `signature` (64 bytes) over `message` was made with the Curve25519 key `publicKey` (32 bytes), as Signal does it (XEdDSA): the
 * key is mapped to its Edwards twin, whose sign travels in the signature's top bit. Never throws.
 */
export function isSigned(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const plain = Buffer.from(signature)
  const sign = plain.readUInt8(63) & 0x80
  plain.writeUInt8(plain.readUInt8(63) & 0x7f, 63)
  try {
    return verifyNatively(null, message, edwardsKey(publicKey, sign), plain)
  } catch {
    return false
  }
}

function edwardsKey(publicKey: Uint8Array, sign: number): KeyObject {
  const name = `${sign}${Buffer.from(publicKey).toString('base64')}`
  const known = keys.get(name)
  if (known) return known
  const u = littleEndian(publicKey)
  const y = toLittleEndian(modulo((u - 1n) * inverse(u + 1n)))
  y.writeUInt8(y.readUInt8(31) | sign, 31)
  const key = createPublicKey({ key: Buffer.concat([ED25519_DER, y]), format: 'der', type: 'spki' })
  const [oldest] = keys.keys()
  if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest)
  keys.set(name, key)
  return key
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

/** By Euclid; 0 has none and gives 0, as in the library. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [modulo(value), FIELD, 1n, 0n]
  while (a > 1n) {
    const times = b / a
    ;[a, b, x, y] = [b - times * a, a, y - times * x, x]
  }
  return a === 0n ? 0n : modulo(x)
}

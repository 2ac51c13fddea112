import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
/** Of every key, in bytes. */
export const KEY_BYTES = 32
/** As NIST SP 800-38D recommends for random ones: 96 bits, fresh for each value. */
const IV_BYTES = 12
const TAG_BYTES = 16

/** What a value is, in full: a value that was moved elsewhere is not what is said there, and does not open. */
export type What = readonly (string | number)[]

/** Encrypts and authenticates: iv, ciphertext, tag. */
export function sealBytes(key: Uint8Array, what: What, plain: string | Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(named(what))
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  return Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()])
}

/** What was sealed, or `null` where anything of it, its key, or what it is said to be is another. Nothing is returned before the tag is checked. */
export function openBytes(key: Uint8Array, what: What, sealed: Uint8Array): Buffer | null {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(named(what))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const body = decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES))
  try {
    return Buffer.concat([body, decipher.final()])
  } catch {
    return null
  } finally {
    body.fill(0)
  }
}

/** As JSON, so that no two different lists of parts look alike. */
function named(what: What): Buffer {
  return Buffer.from(JSON.stringify(['latchkey', 1, ...what]))
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
/** Of every key, in bytes. */
export const KEY_BYTES = 32
/** As NIST SP 800-38D recommends for random ones: 96 bits, fresh for each value. */
const IV_BYTES = 12
const TAG_BYTES = 16
/** Drawn at once: to ask for one costs as much as to encrypt with it. */
const IVS = 512

/** What is used for more than a value or two should be a `KeyObject`: Node looks three times as long at bytes as it takes to encrypt with them. */
export type Key = Uint8Array | KeyObject

/** What a value is, in full: a value that was moved elsewhere is not what is said there, and does not open. */
export type What = readonly (string | number)[]

/** Encrypts and authenticates: iv, ciphertext, tag. */
export function sealBytes(key: Key, what: What, plain: string | Uint8Array): Buffer {
  const iv = freshIv()
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(named(what))
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  return Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()])
}

/** What was sealed, or `null` where anything of it, its key, or what it is said to be is another. Nothing is returned before the tag is checked. */
export function openBytes(key: Key, what: What, sealed: Uint8Array): Buffer | null {
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

let drawn = Buffer.alloc(0)
/** Random bytes that nobody was given before. */
function freshIv(): Buffer {
  if (drawn.length === 0) drawn = randomBytes(IV_BYTES * IVS)
  const iv = drawn.subarray(0, IV_BYTES)
  drawn = drawn.subarray(IV_BYTES)
  return iv
}

/** As JSON, so that no two different lists of parts look alike. */
function named(what: What): Buffer {
  return Buffer.from(JSON.stringify(['latchkey', 1, ...what]))
}

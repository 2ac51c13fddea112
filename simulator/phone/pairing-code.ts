import { promisify } from 'node:util'
import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto'
import { aesDecryptGCM, Curve, hkdf } from 'baileys'
import type { Account } from '../accounts-file.ts'
import type { Chance } from '../chance.ts'

const CODE = /^[0-9A-Z]{8}$/
const PBKDF2_ROUNDS = 2 << 16
const KEY_BYTES = 32
const SALT_BYTES = 32
const IV_BYTES = 16
const GCM_IV_BYTES = 12

const derive = promisify(pbkdf2)

/** What a phone sends to the device that asked for a code, once somebody typed one. */
export type PhoneHello = {
  /** The phone's ephemeral key, wrapped with the typed code. */
  wrappedEphemeral: Buffer
  identityPublicKey: Buffer
  /** Reads what the device answers: the secret that vouches for the link, or `undefined` when the typed code was not the device's. */
  readBundle(bundle: Buffer, companionIdentity: Buffer): Buffer | undefined
}

/** A code as people type it, in the form in which it was made; `undefined` when it cannot be one. */
export function readCode(typed: string): string | undefined {
  const code = typed.replace(/[\s-]/g, '').toUpperCase()
  return CODE.test(code) ? code : undefined
}

/**
 * A phone takes a typed code. A wrong one is not noticed here: unwrapping gives some other key, and only what the device seals with the
 * agreed secret tells (`readBundle`).
 */
export async function typeCode(account: Account, code: string, wrappedCompanion: Buffer, chance: Chance): Promise<PhoneHello> {
  const companionEphemeral = await unwrap(wrappedCompanion, code)
  const ephemeral = chance.keyPair()
  const shared = Curve.sharedKey(ephemeral.private, companionEphemeral)
  const identityPublicKey = Buffer.from(account.identity.public, 'base64')
  return {
    wrappedEphemeral: await wrap(ephemeral.public, code, chance),
    identityPublicKey,
    readBundle(bundle, companionIdentity) {
      const opened = openBundle(bundle, shared)
      if (opened?.length !== 3 * KEY_BYTES) return undefined
      const [companion, primary, random] = [0, 1, 2].map((part) => opened.subarray(part * KEY_BYTES, (part + 1) * KEY_BYTES))
      if (!companion?.equals(companionIdentity) || !primary?.equals(identityPublicKey) || !random) return undefined
      const identities = Curve.sharedKey(Buffer.from(account.identity.private, 'base64'), companionIdentity)
      return Buffer.from(hkdf(Buffer.concat([shared, identities, random]), KEY_BYTES, { info: 'adv_secret' }))
    },
  }
}

function openBundle(bundle: Buffer, shared: Uint8Array): Buffer | undefined {
  const salt = bundle.subarray(0, SALT_BYTES)
  const iv = bundle.subarray(SALT_BYTES, SALT_BYTES + GCM_IV_BYTES)
  const key = Buffer.from(hkdf(shared, KEY_BYTES, { salt, info: 'link_code_pairing_key_bundle_encryption_key' }))
  try {
    return aesDecryptGCM(bundle.subarray(SALT_BYTES + GCM_IV_BYTES), key, iv, Buffer.alloc(0))
  } catch {
    return undefined
  }
}

async function unwrap(wrapped: Buffer, code: string): Promise<Buffer> {
  const key = await derive(code, wrapped.subarray(0, SALT_BYTES), PBKDF2_ROUNDS, KEY_BYTES, 'sha256')
  const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES)
  return createDecipheriv('aes-256-ctr', key, iv).update(wrapped.subarray(SALT_BYTES + IV_BYTES))
}

async function wrap(publicKey: Buffer, code: string, chance: Chance): Promise<Buffer> {
  const [salt, iv] = [chance.bytes(SALT_BYTES), chance.bytes(IV_BYTES)]
  const key = await derive(code, salt, PBKDF2_ROUNDS, KEY_BYTES, 'sha256')
  return Buffer.concat([salt, iv, createCipheriv('aes-256-ctr', key, iv).update(publicKey)])
}

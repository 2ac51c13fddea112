import { aesDecryptGCM, aesEncryptGCM } from 'baileys'
import { nonce } from './nonce.ts'

const NO_DATA = Buffer.alloc(0)

/** The encrypted stream after the handshake; each direction counts its messages. */
export type Transport = { encrypt(plain: Uint8Array): Buffer; decrypt(sealed: Uint8Array): Buffer }

/** A transport with the two keys the handshake ended in. */
export function createTransport(keys: { encrypt: Buffer; decrypt: Buffer }): Transport {
  let sent = 0
  let received = 0
  return {
    encrypt: (plain) => aesEncryptGCM(plain, keys.encrypt, nonce(sent++), NO_DATA),
    decrypt: (sealed) => aesDecryptGCM(sealed, keys.decrypt, nonce(received++), NO_DATA),
  }
}

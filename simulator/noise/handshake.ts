import { aesDecryptGCM, aesEncryptGCM, Curve, hkdf, proto, sha256 } from 'baileys'
import { certificateChain, SERVER_STATIC } from './certificates.ts'
import { NOISE_HEADER } from './frames.ts'
import { nonce } from './nonce.ts'
import { createTransport } from './transport.ts'
import type { Transport } from './transport.ts'

/** The protocol's name is 28 characters, padded to the length of a hash. */
const PROTOCOL_NAME = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0', 'latin1')

/** Signing takes milliseconds in JavaScript, so all connections of a process share one chain. */
const CHAIN = certificateChain(Date.now())

/** What a client that finished the handshake proved and said. */
export type Greeting = { noisePublicKey: Buffer; payload: proto.IClientPayload; transport: Transport }

/** The server's side of Noise_XX_25519_AESGCM_SHA256; both calls throw when the client's bytes do not fit. */
export type Handshake = {
  /** Takes the client's hello, gives the server's. */
  hello(clientHello: Buffer): Uint8Array
  /** Takes the client's last message: who it is and what it wants. */
  finish(clientFinish: Buffer): Greeting
}

/** A handshake for one connection, with the server's ephemeral key. */
export function createHandshake(ephemeral: { private: Buffer; public: Buffer }): Handshake {
  let hash: Buffer = PROTOCOL_NAME
  let chainingKey: Buffer = PROTOCOL_NAME
  let key: Buffer = PROTOCOL_NAME
  let counter = 0

  const mixHash = (data: Uint8Array) => {
    hash = sha256(Buffer.concat([hash, data]))
  }
  const split = (secret: Uint8Array): [Buffer, Buffer] => {
    const keys = Buffer.from(hkdf(secret, 64, { salt: chainingKey, info: '' }))
    return [keys.subarray(0, 32), keys.subarray(32)]
  }
  const mixKey = (secret: Uint8Array) => {
    ;[chainingKey, key] = split(secret)
    counter = 0
  }
  const encrypt = (plain: Uint8Array) => {
    const sealed = aesEncryptGCM(plain, key, nonce(counter++), hash)
    mixHash(sealed)
    return sealed
  }
  const decrypt = (sealed: Uint8Array) => {
    const plain = aesDecryptGCM(sealed, key, nonce(counter++), hash)
    mixHash(sealed)
    return plain
  }

  return {
    hello(bytes) {
      const theirs = proto.HandshakeMessage.decode(bytes).clientHello?.ephemeral
      if (theirs?.length !== 32) throw new Error('the client hello has no ephemeral key')
      mixHash(NOISE_HEADER)
      mixHash(theirs)
      mixHash(ephemeral.public)
      mixKey(Curve.sharedKey(ephemeral.private, theirs))
      const sealedStatic = encrypt(SERVER_STATIC.public)
      mixKey(Curve.sharedKey(SERVER_STATIC.private, theirs))
      const sealedChain = encrypt(CHAIN)
      return proto.HandshakeMessage.encode({
        serverHello: { ephemeral: ephemeral.public, static: sealedStatic, payload: sealedChain },
      }).finish()
    },
    finish(bytes) {
      const last = proto.HandshakeMessage.decode(bytes).clientFinish
      if (!last?.static || !last.payload) throw new Error('the client finish is incomplete')
      const noisePublicKey = decrypt(last.static)
      mixKey(Curve.sharedKey(ephemeral.private, noisePublicKey))
      const payload = proto.ClientPayload.decode(decrypt(last.payload))
      const [fromClient, toClient] = split(Buffer.alloc(0))
      return { noisePublicKey, payload, transport: createTransport({ encrypt: toClient, decrypt: fromClient }) }
    },
  }
}

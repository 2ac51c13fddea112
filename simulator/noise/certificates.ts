import { createHash } from 'node:crypto'
import { Curve, proto } from 'baileys'

/** A Curve25519 key pair, 32 bytes each. */
export type KeyPair = { private: Buffer<ArrayBuffer>; public: Buffer<ArrayBuffer> }

/**
 * The simulator's keys come from sentences that anybody can read: they are test material and protect nothing. Fixed keys
 * let a client that trusts the root once talk to every simulator, whatever its data folder.
 */
const ROOT = fixedKeyPair('latchkey simulator: root key, test material, not a secret')
const INTERMEDIATE = fixedKeyPair('latchkey simulator: intermediate key, test material, not a secret')

/** The server's static Noise key. */
export const SERVER_STATIC = fixedKeyPair('latchkey simulator: server key, test material, not a secret')
/** What the client must trust: the key that `WA_CERT_DETAILS` of Baileys holds for the real service. */
export const ROOT_PUBLIC_KEY = ROOT.public

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** The encoded `CertChain` that the server hello carries: root → intermediate → the server's static key. */
export function certificateChain(now: number): Uint8Array {
  const notBefore = Math.floor(now / 1000) - YEAR_SECONDS
  const validity = { notBefore, notAfter: notBefore + 2 * YEAR_SECONDS }
  const { Details } = proto.CertChain.NoiseCertificate
  const intermediate = Details.encode({ serial: 1, issuerSerial: 0, key: INTERMEDIATE.public, ...validity }).finish()
  const leaf = Details.encode({ serial: 2, issuerSerial: 1, key: SERVER_STATIC.public, ...validity }).finish()
  return proto.CertChain.encode({
    intermediate: { details: intermediate, signature: Curve.sign(ROOT.private, intermediate) },
    leaf: { details: leaf, signature: Curve.sign(INTERMEDIATE.private, leaf) },
  }).finish()
}

function fixedKeyPair(sentence: string): KeyPair {
  const secret = createHash('sha256').update(sentence).digest()
  const basePoint = Buffer.alloc(32)
  basePoint[0] = 9
  return { private: secret, public: Curve.sharedKey(secret, basePoint) }
}

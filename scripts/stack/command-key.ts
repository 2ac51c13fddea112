import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { COMMAND_ALGORITHM } from '#domain/command.ts'
import { CommandPrivateKey, type CommandPublicKey } from '#domain/command-key.ts'

/** A new pair that signs and verifies commands. Its `kid` is the thumbprint of RFC 7638: two keys never share it. */
export async function newCommandKey(): Promise<{ private: CommandPrivateKey; public: CommandPublicKey }> {
  const pair = await generateKeyPair(COMMAND_ALGORITHM, { crv: 'Ed25519', extractable: true })
  const secret = await exportJWK(pair.privateKey)
  const kid = await calculateJwkThumbprint(pair.publicKey)
  const { d, ...open } = CommandPrivateKey.parse({ ...secret, kid, alg: COMMAND_ALGORITHM })
  return { private: { ...open, d }, public: open }
}

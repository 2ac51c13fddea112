import { BufferJSON, signedKeyPair } from 'baileys'
import type { Account } from '../accounts-file.ts'
import type { Chance } from '../chance.ts'
import type { PhoneState } from './phone-file.ts'

/** One-time keys that were handed out and never used are kept up to this number. */
const MAX_UNUSED = 500

/** What a sender needs to begin a conversation with a phone. */
export type KeyBundle = {
  registrationId: number
  identity: Buffer
  signedPreKey: { id: number; value: Buffer; signature: Buffer }
  /** For one conversation only. */
  preKey: { id: number; value: Buffer }
}

/** A new phone, which knows nobody yet. */
export function newPhoneState(account: Account, chance: Chance): PhoneState {
  const signed = signedKeyPair({ private: raw(account.identity.private), public: raw(account.identity.public) }, 1)
  const { keyPair } = signed
  return {
    registrationId: chance.integer(1, 16_380),
    signedPreKey: {
      keyId: signed.keyId,
      keyPair: { private: base64(keyPair.private), public: base64(keyPair.public) },
      signature: base64(signed.signature),
    },
    nextPreKeyId: 1,
    signal: {},
    writesTo: {},
    texts: [],
  }
}

/** The next bundle, with a one-time key that nobody had before. */
export function takeBundle(account: Account, state: PhoneState, chance: Chance): KeyBundle {
  const id = state.nextPreKeyId
  const pair = chance.keyPair()
  state.nextPreKeyId += 1
  state.signal[`pre-key/${id}`] = JSON.stringify(pair, BufferJSON.replacer)
  delete state.signal[`pre-key/${id - MAX_UNUSED}`]
  const { keyId, keyPair, signature } = state.signedPreKey
  return {
    registrationId: state.registrationId,
    identity: raw(account.identity.public),
    signedPreKey: { id: keyId, value: raw(keyPair.public), signature: raw(signature) },
    preKey: { id, value: Buffer.from(pair.public) },
  }
}

function raw(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

function base64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64')
}

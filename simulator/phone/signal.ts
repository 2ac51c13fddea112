import { BufferJSON, DEFAULT_CONNECTION_CONFIG, generateSignalPubKey } from 'baileys'
import type { SignalDataTypeMap, SignalKeyStoreWithTransaction, SignalRepositoryWithLIDStore } from 'baileys'
import type { Account, CompanionKeys } from '../accounts-file.ts'
import type { PhoneState } from './phone-file.ts'

type E2ESession = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]['session']

const quiet = { level: 'silent', child: () => quiet, trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** The phone's end of its Signal conversations: libsignal, as the client uses it, over what the phone holds. */
export function createSignal(account: Account, state: PhoneState): SignalRepositoryWithLIDStore {
  const creds = {
    signedIdentityKey: keyPair(account.identity),
    signedPreKey: { ...state.signedPreKey, keyPair: keyPair(state.signedPreKey.keyPair), signature: raw(state.signedPreKey.signature) },
    registrationId: state.registrationId,
    // Without a name the client's own factory, once it is told to trust the simulator, takes this for a device that shows a QR code.
    me: { id: account.phone },
  }
  return DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys: keyStore(state.signal) }, quiet)
}

/** A device's keys as libsignal begins a conversation with them; without a one-time key it does without. */
export function sessionFrom(
  identityPublicKey: string,
  keys: CompanionKeys,
  preKey: CompanionKeys['preKeys'][number] | undefined,
): E2ESession {
  const { id, value, signature } = keys.signedPreKey
  const session = {
    registrationId: keys.registrationId,
    identityKey: generateSignalPubKey(raw(identityPublicKey)),
    signedPreKey: { keyId: id, publicKey: generateSignalPubKey(raw(value)), signature: raw(signature) },
  }
  return preKey ? { ...session, preKey: { keyId: preKey.id, publicKey: generateSignalPubKey(raw(preKey.value)) } } : session
}

/** There is one writer, the phone, which takes one message after the other: a transaction is the work itself. */
function keyStore(signal: PhoneState['signal']): SignalKeyStoreWithTransaction {
  return {
    get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: Record<string, SignalDataTypeMap[T]> = {}
      for (const id of ids) {
        const json = signal[`${type}/${id}`]
        if (json !== undefined) found[id] = JSON.parse(json, BufferJSON.reviver) as SignalDataTypeMap[T]
      }
      return found
    },
    set(data) {
      for (const [type, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values ?? {})) {
          if (value === null) delete signal[`${type}/${id}`]
          else signal[`${type}/${id}`] = JSON.stringify(value, BufferJSON.replacer)
        }
      }
    },
    isInTransaction: () => false,
    transaction: (work) => work(),
  }
}

function keyPair(pair: { private: string; public: string }): { private: Buffer; public: Buffer } {
  return { private: raw(pair.private), public: raw(pair.public) }
}

function raw(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}

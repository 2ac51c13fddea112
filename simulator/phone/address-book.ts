import { encodeSyncdPatch, newLTHashState, proto } from 'baileys'
import type { AppState, Contact } from '../accounts-file.ts'
import type { Chance } from '../chance.ts'

/** The collection of a phone's app state that holds its address book. */
export const ADDRESS_BOOK = 'critical_unblock_low'

const KEY_ID_BYTES = 6
const KEY_BYTES = 32

/** What a phone's devices share of its address book, before anything changed in it. */
export function newAppState(chance: Chance): AppState {
  const { hash } = newLTHashState()
  return {
    keyId: chance.bytes(KEY_ID_BYTES).toString('base64'),
    key: chance.bytes(KEY_BYTES).toString('base64'),
    hash: Buffer.from(hash).toString('base64'),
    values: {},
    patches: [],
  }
}

/** The phone gives a new device the key of what they share. */
export function shareKey({ keyId, key }: AppState): proto.IMessage {
  const shared = { keyId: { keyId: Buffer.from(keyId, 'base64') }, keyData: keyDataOf(key) }
  const type = proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE
  return { protocolMessage: { type, appStateSyncKeyShare: { keys: [shared] } } }
}

/** One change after the other: each is signed over all before it. */
const recording = new WeakMap<AppState, Promise<void>>()

/** A contact is new or has another name: the next patch, encrypted and signed as every device of the phone checks it. */
export function recordContact(appState: AppState, contact: Contact, lidUser: string): Promise<void> {
  const recorded = (recording.get(appState) ?? Promise.resolve()).then(() => record(appState, contact, lidUser))
  recording.set(
    appState,
    recorded.catch(() => {}),
  )
  return recorded
}

async function record(appState: AppState, contact: Contact, lidUser: string): Promise<void> {
  const firstName = contact.name?.split(' ')[0] ?? ''
  const contactAction = { fullName: contact.name ?? '', firstName, lidJid: `${lidUser}@lid`, saveOnPrimaryAddressbook: true }
  const { patch, state } = await encodeSyncdPatch(
    {
      type: ADDRESS_BOOK,
      index: ['contact', `${contact.phone}@s.whatsapp.net`],
      syncAction: { timestamp: Date.now(), contactAction },
      apiVersion: 2,
      operation: proto.SyncdMutation.SyncdOperation.SET,
    },
    appState.keyId,
    { version: appState.patches.length, hash: Buffer.from(appState.hash, 'base64'), indexValueMap: valuesOf(appState) },
    async () => keyDataOf(appState.key),
  )
  const numbered = { ...patch, version: { version: state.version } }
  appState.patches.push(Buffer.from(proto.SyncdPatch.encode(numbered).finish()).toString('base64'))
  appState.hash = Buffer.from(state.hash).toString('base64')
  appState.values = Object.fromEntries(
    Object.entries(state.indexValueMap).map(([index, { valueMac }]) => [index, Buffer.from(valueMac).toString('base64')]),
  )
}

function valuesOf({ values }: AppState) {
  return Object.fromEntries(Object.entries(values).map(([index, valueMac]) => [index, { valueMac: Buffer.from(valueMac, 'base64') }]))
}

function keyDataOf(key: string): proto.Message.IAppStateSyncKeyData {
  return { keyData: Buffer.from(key, 'base64'), fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0] }, timestamp: Date.now() }
}

/**
 * Makes the real libsignal print what it prints in a bad hour: sessions that are closed, and messages that no session can read. The private
 * keys in them are written to the file that the first argument names. `quiet` as the second: behind the worker's own console.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createLog } from '../../../worker/log.ts'
import { silenceConsole } from '../../../worker/whatsapp/logger.ts'

type KeyPair = { pubKey: Buffer; privKey: Buffer }
type Session = { currentRatchet: { ephemeralKeyPair: KeyPair; rootKey: Buffer } }
type SessionRecord = { getSessions(): Session[]; closeSession(session: Session): void; openSession(session: Session): void }
type Signal = {
  keyhelper: {
    generateIdentityKeyPair(): KeyPair
    generatePreKey(id: number): { keyId: number; keyPair: KeyPair }
    generateSignedPreKey(identity: KeyPair, id: number): { keyId: number; keyPair: KeyPair; signature: Buffer }
  }
  ProtocolAddress: new (id: string, device: number) => object
  SessionBuilder: new (store: object, to: object) => { initOutgoing(bundle: object): Promise<void> }
  SessionCipher: new (
    store: object,
    to: object,
  ) => {
    encrypt(data: Buffer): Promise<{ body: Buffer }>
    decryptPreKeyWhisperMessage(data: Buffer): Promise<Buffer>
    decryptWhisperMessage(data: Buffer): Promise<Buffer>
  }
}

const baileys = createRequire(createRequire(import.meta.url).resolve('baileys'))
const signal = baileys('libsignal') as Signal
const [, , file = '', how] = process.argv
if (how === 'quiet') silenceConsole(createLog('trace', 'test'))

function person(name: string) {
  const identity = signal.keyhelper.generateIdentityKeyPair()
  const signed = signal.keyhelper.generateSignedPreKey(identity, 1)
  const single = signal.keyhelper.generatePreKey(2)
  const sessions = new Map<string, SessionRecord>()
  return {
    identity,
    sessions,
    address: new signal.ProtocolAddress(name, 1),
    bundle: {
      registrationId: 7,
      identityKey: identity.pubKey,
      signedPreKey: { keyId: 1, publicKey: signed.keyPair.pubKey, signature: signed.signature },
      preKey: { keyId: 2, publicKey: single.keyPair.pubKey },
    },
    keys: [identity.privKey, signed.keyPair.privKey, single.keyPair.privKey],
    isTrustedIdentity: () => true,
    loadSession: (id: string) => sessions.get(id),
    storeSession: (id: string, record: SessionRecord) => void sessions.set(id, record),
    loadPreKey: () => single.keyPair,
    loadSignedPreKey: () => signed.keyPair,
    removePreKey: () => {},
    getOurIdentity: () => identity,
    getOurRegistrationId: () => 7,
  }
}

const [ana, luis] = [person('ana'), person('luis')]
const keys: Buffer[] = [...ana.keys, ...luis.keys]
const learn = (): void => {
  for (const record of [...ana.sessions.values(), ...luis.sessions.values()]) {
    for (const { currentRatchet } of record.getSessions()) keys.push(currentRatchet.ephemeralKeyPair.privKey, currentRatchet.rootKey)
  }
}

await new signal.SessionBuilder(ana, luis.address).initOutgoing(luis.bundle)
const toLuis = new signal.SessionCipher(ana, luis.address)
const toAna = new signal.SessionCipher(luis, ana.address)
await toAna.decryptPreKeyWhisperMessage((await toLuis.encrypt(Buffer.from('a'))).body)
await toLuis.decryptWhisperMessage((await toAna.encrypt(Buffer.from('b'))).body)
learn()

// A message that was changed on its way is read by no session.
const { body } = await toAna.encrypt(Buffer.from('c'))
body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1)
await toLuis.decryptWhisperMessage(body).catch(() => {})
// A second session with the same person closes the first.
await new signal.SessionBuilder(ana, luis.address).initOutgoing(luis.bundle)
learn()
await toAna.decryptPreKeyWhisperMessage((await toLuis.encrypt(Buffer.from('d'))).body)
learn()
const [record] = ana.sessions.values()
const closed = record?.getSessions().at(-1)
if (record && closed) {
  record.closeSession(closed)
  record.closeSession(closed)
  record.openSession(closed)
}
writeFileSync(file, JSON.stringify(keys.map((key) => key.toString('base64'))))

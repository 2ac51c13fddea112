import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BufferJSON, Curve, initAuthCreds } from 'baileys'

/** What a first login uploads. */
const PRE_KEYS = 812

/** A linked device as both sides know it after its first login: the client's credentials and keys, the simulator's account. */
export type Identity = { phone: string; creds: string; keys: readonly Key[]; account: object }
export type Key = { type: string; id: string; value: string }

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const toJson = (value: unknown) => JSON.stringify(value, BufferJSON.replacer)

/**
 * The same for all identities: to sign takes milliseconds in plain JavaScript. Nobody looks at it after the link, and it is as large as
 * any; the same goes for what the phone signed, which is only as long as that.
 */
const TEMPLATE = {
  ...initAuthCreds(),
  account: {
    details: base64(randomBytes(16)),
    accountSignatureKey: base64(randomBytes(32)),
    accountSignature: base64(randomBytes(64)),
    deviceSignature: base64(randomBytes(64)),
  },
}

/** Of everybody, the same: nobody compares them between sessions. */
export const PRE_KEY_VALUES: readonly Key[] = Array.from({ length: PRE_KEYS }, (_, index) => ({
  type: 'pre-key',
  id: String(index + 1),
  value: toJson(Curve.generateKeyPair()),
}))

/** A device of the phone with this number that has logged in once. */
export function makeIdentity(phone: string): Identity {
  const lidUser = `${randomInt(1, 10)}${String(randomInt(0, 10 ** 14)).padStart(14, '0')}`
  const jid = `${phone}:1@s.whatsapp.net`
  const lid = `${lidUser}:1@lid`
  const [noiseKey, signedIdentityKey, phoneKey] = [Curve.generateKeyPair(), Curve.generateKeyPair(), Curve.generateKeyPair()]
  const creds = {
    ...TEMPLATE,
    noiseKey,
    signedIdentityKey,
    pairingEphemeralKeyPair: Curve.generateKeyPair(),
    registrationId: randomInt(1, 16_380),
    advSecretKey: base64(randomBytes(32)),
    me: { id: jid, lid },
    signalIdentities: [{ identifier: { name: lid, deviceId: 0 }, identifierKey: Buffer.concat([Buffer.from([5]), phoneKey.public]) }],
    platform: 'android',
    lastPropHash: 'simulator',
    nextPreKeyId: PRE_KEYS + 1,
    firstUnuploadedPreKeyId: PRE_KEYS + 1,
  }
  const now = new Date().toISOString()
  const device = {
    jid,
    lid,
    index: 1,
    platform: 'Chrome (Mac OS)',
    noisePublicKey: base64(noiseKey.public),
    identityPublicKey: base64(signedIdentityKey.public),
    linkedAt: now,
    lastSeenAt: now,
    logins: 1,
    preKeys: PRE_KEYS,
  }
  const keys = [
    { type: 'device-list', id: phone, value: '["1"]' },
    { type: 'lid-mapping', id: phone, value: JSON.stringify(lidUser) },
    { type: 'lid-mapping', id: `${lidUser}_reverse`, value: JSON.stringify(phone) },
  ]
  const identity = { private: base64(phoneKey.private), public: base64(phoneKey.public) }
  return {
    phone,
    creds: toJson(creds),
    keys,
    account: { phone, name: `Phone ${phone}`, lidUser, identity, nextIndex: 2, devices: [device] },
  }
}

/** Writes the accounts of these devices where a simulator begins with them. */
export function registerIdentities(folder: string, identities: readonly Identity[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'accounts.json'), JSON.stringify({ version: 1, accounts: identities.map(({ account }) => account) }))
}

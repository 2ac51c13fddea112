import { Curve, hmacSign, proto } from 'baileys'
import type { Account } from '../accounts-file.ts'
import { isSigned } from '../noise/signature.ts'

const ACCOUNT_SIGNATURE = Buffer.from([6, 0])
const DEVICE_SIGNATURE = Buffer.from([6, 1])

/** What the phone signed for one companion. */
export type DeviceIdentity = { details: Buffer; accountSignature: Buffer; accountKey: Buffer; companionKey: Buffer; keyIndex: number }

/** The phone vouches for a companion: it signs the device's identity key as number `keyIndex` of the account. */
export function signDeviceIdentity(account: Account, companionKey: Buffer, keyIndex: number): DeviceIdentity {
  const accountKey = Buffer.from(account.identity.public, 'base64')
  const details = Buffer.from(
    proto.ADVDeviceIdentity.encode({
      rawId: accountKey.readUInt32BE(0),
      timestamp: Math.floor(Date.now() / 1000),
      keyIndex,
      accountType: proto.ADVEncryptionType.E2EE,
      deviceType: proto.ADVEncryptionType.E2EE,
    }).finish(),
  )
  const signed = Buffer.concat([ACCOUNT_SIGNATURE, details, companionKey])
  const accountSignature = Buffer.from(Curve.sign(Buffer.from(account.identity.private, 'base64'), signed))
  return { details, accountSignature, accountKey, companionKey, keyIndex }
}

/** That identity as `pair-success` carries it, authenticated with the secret that only the QR code held. */
export function sealDeviceIdentity(identity: DeviceIdentity, advSecret: Buffer): Uint8Array {
  const details = proto.ADVSignedDeviceIdentity.encode({
    details: identity.details,
    accountSignatureKey: identity.accountKey,
    accountSignature: identity.accountSignature,
  }).finish()
  return proto.ADVSignedDeviceIdentityHMAC.encode({ details, hmac: hmacSign(details, advSecret) }).finish()
}

/** Whether the companion's answer is about that identity and is signed with the key that it registered. */
export function isCountersigned(identity: DeviceIdentity, answer: Buffer): boolean {
  const { details, accountSignature, deviceSignature } = proto.ADVSignedDeviceIdentity.decode(answer)
  if (!details || !accountSignature || !deviceSignature) return false
  if (!identity.details.equals(details) || !identity.accountSignature.equals(accountSignature)) return false
  const signed = Buffer.concat([DEVICE_SIGNATURE, identity.details, identity.companionKey, identity.accountKey])
  return isSigned(identity.companionKey, signed, deviceSignature)
}

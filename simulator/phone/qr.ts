/** What a QR code says: which registration it belongs to, and the keys of the device that shows it. */
export type ScannedQr = { ref: string; noisePublicKey: Buffer; identityPublicKey: Buffer; advSecret: Buffer }

const PREFIX = 'https://wa.me/settings/linked_devices#'
const KEY_BYTES = 32

/** Reads the text of a QR code; `undefined` when it is not one for linking. */
export function readQr(text: string): ScannedQr | undefined {
  const trimmed = text.trim()
  const fields = (trimmed.startsWith(PREFIX) ? trimmed.slice(PREFIX.length) : trimmed).split(',')
  // A ref may itself contain commas, the four fields after it do not.
  if (fields.length < 5) return undefined
  const [noise, identity, adv] = fields.slice(-4, -1).map((field) => Buffer.from(field, 'base64'))
  const ref = fields.slice(0, -4).join(',')
  if (!ref || noise?.length !== KEY_BYTES || identity?.length !== KEY_BYTES || adv?.length !== KEY_BYTES) return undefined
  return { ref, noisePublicKey: noise, identityPublicKey: identity, advSecret: adv }
}

/** The text of the QR code a device shows. */
export function writeQr(qr: ScannedQr, platformId: string): string {
  const keys = [qr.noisePublicKey, qr.identityPublicKey, qr.advSecret].map((key) => key.toString('base64'))
  return PREFIX + [qr.ref, ...keys, platformId].join(',')
}

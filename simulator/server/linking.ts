import type { BinaryNode } from 'baileys'
import type { Account, Device } from '../accounts-file.ts'
import { isCountersigned, sealDeviceIdentity, signDeviceIdentity } from '../phone/device-identity.ts'
import { readQr } from '../phone/qr.ts'
import { happened } from './happenings.ts'
import { demandPasskey } from './passkey.ts'
import { isFresh, listWaiting } from './registration.ts'
import { bytes, child, node, seconds, SERVER, streamError } from './stanzas.ts'
import { later } from './world.ts'
import type { Registration, World } from './world.ts'

const ANSWER_TIMEOUT_MS = 10_000

/** Why a scan linked nothing. */
export const SCAN_PROBLEMS = {
  malformed_qr: 'This is not the text of a QR code for linking a device.',
  unknown_phone: 'No simulated phone has this number.',
  unknown_ref: 'No device shows this code (any more).',
  expired_ref: 'This code has expired; scan the one that is shown now.',
  wrong_keys: 'The keys in this code are not those of the device that asked.',
  unseen_qr: 'The QR code of this device was not seen; paste its text instead.',
  already_scanned: 'This code was scanned already.',
  no_answer: 'The device did not complete the link.',
  forged_signature: 'The device signed with a key that is not the one it registered.',
  passkey_required: 'This account demands a passkey, and the device was told so; the link stops here.',
  too_many_devices: 'This phone has linked as many devices as it may.',
  malformed_code: 'A code has eight letters and digits.',
  no_code_asked: 'No device has asked this phone for a code.',
  expired_code: 'This code has expired; ask for another one.',
  wrong_code: 'This is not the code that the device shows.',
} as const
export type ScanProblem = keyof typeof SCAN_PROBLEMS
export type ScanResult = { ok: true; jid: string } | { ok: false; code: ScanProblem }

/** A phone scans a QR code: resolves when the device is linked and told to restart, or with what prevented it. */
export async function scanQr(world: World, text: string, phone?: string): Promise<ScanResult> {
  const qr = readQr(text)
  if (!qr) return { ok: false, code: 'malformed_qr' }
  const account = phone === undefined ? world.accounts.all()[0] : world.accounts.find(phone)
  if (!account) return { ok: false, code: 'unknown_phone' }
  const registration = [...world.waiting.values()].find(({ refs }) => refs.some(({ ref }) => ref === qr.ref))
  if (!registration) return { ok: false, code: 'unknown_ref' }
  if (!isFresh(registration, qr.ref)) return { ok: false, code: 'expired_ref' }
  if (!registration.noisePublicKey.equals(qr.noisePublicKey)) return { ok: false, code: 'wrong_keys' }
  if (!registration.identityPublicKey.equals(qr.identityPublicKey)) return { ok: false, code: 'wrong_keys' }
  if (registration.onAnswer) return { ok: false, code: 'already_scanned' }
  return stopsLink(world, account, registration) ?? linkDevice(world, account, registration, qr.advSecret)
}

/** A phone scans what a waiting device shows right now; needs the device's camera, see `trust.ts`. */
export async function scanWaiting(world: World, id: string, phone?: string): Promise<ScanResult> {
  const waiting = listWaiting(world).find((one) => one.id === id)
  if (!waiting) return { ok: false, code: 'unknown_ref' }
  if (waiting.ref === null) return { ok: false, code: 'expired_ref' }
  if (waiting.qr === null) return { ok: false, code: 'unseen_qr' }
  return scanQr(world, waiting.qr, phone)
}

/** What keeps a phone from linking any device just now; the device hears of a passkey, of the rest only the phone does. */
export function stopsLink(world: World, account: Account, registration: Registration): ScanResult | undefined {
  if (account.devices.length >= world.maxDevices) return { ok: false, code: 'too_many_devices' }
  if (!account.passkey) return undefined
  demandPasskey(world, account, registration)
  return { ok: false, code: 'passkey_required' }
}

/** The phone vouches for the device, which proves it with the secret that only the two of them share. */
export async function linkDevice(world: World, account: Account, registration: Registration, advSecret: Buffer): Promise<ScanResult> {
  const index = world.accounts.takeIndex(account)
  try {
    return await linkAs(world, account, registration, advSecret, index)
  } finally {
    world.accounts.releaseIndex(account, index)
  }
}

async function linkAs(world: World, account: Account, registration: Registration, advSecret: Buffer, index: number): Promise<ScanResult> {
  const { connection } = registration
  const jid = `${account.phone}:${index}@${SERVER}`
  const lid = `${account.lidUser}:${index}@lid`
  const identity = signDeviceIdentity(account, registration.identityPublicKey, index)

  const success = node('pair-success', {}, [
    node('device-identity', {}, sealDeviceIdentity(identity, advSecret)),
    node('device', { jid, lid }),
    node('platform', { name: 'android' }),
  ])
  const answer = await new Promise<BinaryNode | undefined>((resolve) => {
    const timer = setTimeout(() => registration.onAnswer?.(undefined), ANSWER_TIMEOUT_MS)
    world.timers.add(timer)
    registration.onAnswer = (value) => {
      clearTimeout(timer)
      world.timers.delete(timer)
      resolve(value)
    }
    connection.send(node('iq', { from: SERVER, type: 'set', id: `success-${connection.id}`, t: seconds() }, [success]))
  })
  if (!answer) {
    connection.drop()
    return { ok: false, code: 'no_answer' }
  }

  const sign = child(answer, 'pair-device-sign')
  if (!isCountersigned(identity, bytes(sign && child(sign, 'device-identity')))) {
    world.log('link refused: forged signature', { jid })
    connection.end(streamError(400))
    return { ok: false, code: 'forged_signature' }
  }
  world.accounts.link(account, newDevice(registration, jid, lid, index))
  world.counts.links += 1
  world.log('device linked', { jid })
  happened(world, 'linked')
  later(world, world.behaviour.restartDelayMs, () => connection.end(streamError(515)))
  return { ok: true, jid }
}

function newDevice(registration: Registration, jid: string, lid: string, index: number): Device {
  return {
    jid,
    lid,
    index,
    platform: registration.platform,
    noisePublicKey: registration.noisePublicKey.toString('base64'),
    identityPublicKey: registration.identityPublicKey.toString('base64'),
    linkedAt: new Date().toISOString(),
    lastSeenAt: null,
    logins: 0,
    preKeys: 0,
    keys: registration.keys,
    awaitsHistory: true,
  }
}

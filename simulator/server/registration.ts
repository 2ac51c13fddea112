import { proto } from 'baileys'
import type { CompanionKeys } from '../accounts-file.ts'
import type { Chance } from '../chance.ts'
import { isSigned } from '../noise/signature.ts'
import { writeQr } from '../phone/qr.ts'
import type { RefTimes } from '../settings.ts'
import type { Connection } from './connection.ts'
import { happened } from './happenings.ts'
import { failure, node, SERVER } from './stanzas.ts'
import { takeRefusal } from './world.ts'
import type { Registration, World } from './world.ts'

const SIGNAL_KEY_TYPE = Buffer.from([5])
/** A code is scanned for some seconds after its time, as a phone is slower than a clock. */
const GRACE_MS = 5_000

/** What is shown of a device that asks to be linked. */
export type WaitingDevice = {
  id: string
  platform: string
  since: string
  /** All refs, whatever their age. */
  refs: string[]
  /** The ref whose time it is by the server's clock; `null` when all have expired. */
  ref: string | null
  /** The text of the QR code with that ref; `null` when no camera has reported the device's secret. */
  qr: string | null
  /** When the last ref expires. */
  expiresAt: string
  /** The phone whose owner is to type the code that this device shows; `null` when it asked for none. */
  codeFor: string | null
}

/** Answers a client that registers: refuses keys that are not signed, else sends the refs of its QR codes. */
export function beginRegistration(world: World, connection: Connection, noisePublicKey: Buffer, payload: proto.IClientPayload): void {
  world.counts.registrations += 1
  const refusal = takeRefusal(world)
  if (refusal !== undefined) return connection.end(failure(refusal))

  const keys = payload.devicePairingData
  const identityPublicKey = Buffer.from(keys?.eIdent ?? [])
  const signedPreKey = Buffer.concat([SIGNAL_KEY_TYPE, keys?.eSkeyVal ?? Buffer.alloc(0)])
  if (!keys || !isSigned(identityPublicKey, signedPreKey, keys.eSkeySig ?? Buffer.alloc(0))) {
    world.counts.refused += 1
    world.log('registration refused: its pre-key is not signed by its identity')
    return connection.end(failure(400))
  }

  const refs = makeRefs(world.refTimes, Date.now(), world.chance.of(`refs/${world.counts.registrations}`))
  const platform = platformName(keys.deviceProps)
  world.waiting.set(connection.id, { connection, noisePublicKey, identityPublicKey, platform, keys: companionKeys(keys), refs })
  const refNodes = refs.map(({ ref }) => node('ref', {}, Buffer.from(ref)))
  const attrs = { from: SERVER, type: 'set', id: `pair-${connection.id}`, xmlns: 'md' }
  connection.send(node('iq', attrs, [node('pair-device', {}, refNodes)]))
  world.log('a device asks to be linked', { id: connection.id })
  happened(world, 'asked')
  if (world.seenQrs.has(noisePublicKey.toString('base64'))) happened(world, 'shown')
}

/** The devices that ask to be linked, the oldest first. */
export function listWaiting(world: World): WaitingDevice[] {
  const now = Date.now()
  return [...world.waiting.values()]
    .filter((registration) => !registration.onAnswer)
    .map(({ connection, noisePublicKey, identityPublicKey, platform, refs, code }) => {
      const ref = refs.find((one) => one.expiresAt > now)?.ref ?? null
      const advSecret = world.seenQrs.get(noisePublicKey.toString('base64'))
      return {
        id: connection.id,
        platform,
        since: connection.openedAt.toISOString(),
        refs: refs.map((one) => one.ref),
        ref,
        qr: ref !== null && advSecret ? writeQr({ ref, noisePublicKey, identityPublicKey, advSecret }, '1') : null,
        expiresAt: new Date(lastExpiry(refs, now)).toISOString(),
        codeFor: code && code.expiresAt > now ? code.phone : null,
      }
    })
}

/** Whether a ref can still be scanned. */
export function isFresh(registration: Registration, ref: string): boolean {
  return registration.refs.some((one) => one.ref === ref && one.expiresAt + GRACE_MS > Date.now())
}

/** When a registration's last ref expires, milliseconds since 1970. */
export function lastExpiry(refs: Registration['refs'], now: number): number {
  return refs.at(-1)?.expiresAt ?? now
}

function makeRefs(times: RefTimes, now: number, chance: Chance): { ref: string; expiresAt: number }[] {
  return Array.from({ length: times.count }, (_, index) => ({
    ref: `2@${chance.bytes(96).toString('base64')}`,
    expiresAt: now + (times.first + index * times.next) * 1000,
  }))
}

/** Other devices are written to with the keys that a device registers with, and one-time keys that it uploads later. */
function companionKeys(keys: proto.ClientPayload.IDevicePairingRegistrationData): CompanionKeys {
  const number = (bytes: Uint8Array | null | undefined) => (bytes?.length ? Buffer.from(bytes).readUIntBE(0, bytes.length) : 0)
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64')
  return {
    registrationId: number(keys.eRegid),
    signedPreKey: { id: number(keys.eSkeyId), value: base64(keys.eSkeyVal), signature: base64(keys.eSkeySig) },
    preKeys: [],
  }
}

function platformName(deviceProps: Uint8Array | null | undefined): string {
  const props = proto.DeviceProps.decode(deviceProps ?? new Uint8Array())
  const name = proto.DeviceProps.PlatformType[props.platformType ?? 0] ?? 'UNKNOWN'
  const readable = name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' ')
  return props.os ? `${readable} (${props.os})` : readable
}

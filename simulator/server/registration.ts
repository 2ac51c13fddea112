import { randomBytes } from 'node:crypto'
import { proto } from 'baileys'
import { isSigned } from '../noise/signature.ts'
import { writeQr } from '../phone/qr.ts'
import type { RefTimes } from '../settings.ts'
import type { Connection } from './connection.ts'
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

  const refs = makeRefs(world.refTimes, Date.now())
  world.waiting.set(connection.id, { connection, noisePublicKey, identityPublicKey, platform: platformName(keys.deviceProps), refs })
  const refNodes = refs.map(({ ref }) => node('ref', {}, Buffer.from(ref)))
  const attrs = { from: SERVER, type: 'set', id: `pair-${connection.id}`, xmlns: 'md' }
  connection.send(node('iq', attrs, [node('pair-device', {}, refNodes)]))
  world.log('a device asks to be linked', { id: connection.id })
}

/** The devices that ask to be linked, the oldest first. */
export function listWaiting(world: World): WaitingDevice[] {
  const now = Date.now()
  return [...world.waiting.values()]
    .filter((registration) => !registration.onAnswer)
    .map(({ connection, noisePublicKey, identityPublicKey, platform, refs }) => {
      const ref = refs.find((one) => one.expiresAt > now)?.ref ?? null
      const advSecret = world.seenQrs.get(noisePublicKey.toString('base64'))
      return {
        id: connection.id,
        platform,
        since: connection.openedAt.toISOString(),
        refs: refs.map((one) => one.ref),
        ref,
        qr: ref !== null && advSecret ? writeQr({ ref, noisePublicKey, identityPublicKey, advSecret }, '1') : null,
        expiresAt: new Date(refs.at(-1)?.expiresAt ?? now).toISOString(),
      }
    })
}

/** Whether a ref can still be scanned. */
export function isFresh(registration: Registration, ref: string): boolean {
  return registration.refs.some((one) => one.ref === ref && one.expiresAt + GRACE_MS > Date.now())
}

function makeRefs(times: RefTimes, now: number): { ref: string; expiresAt: number }[] {
  return Array.from({ length: times.count }, (_, index) => ({
    ref: `2@${randomBytes(96).toString('base64')}`,
    expiresAt: now + (times.first + index * times.next) * 1000,
  }))
}

function platformName(deviceProps: Uint8Array | null | undefined): string {
  const props = proto.DeviceProps.decode(deviceProps ?? new Uint8Array())
  const name = proto.DeviceProps.PlatformType[props.platformType ?? 0] ?? 'UNKNOWN'
  const readable = name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' ')
  return props.os ? `${readable} (${props.os})` : readable
}

import type { AskedCode } from './codes.ts'
import type { Connection } from './connection.ts'

/** A linked device as WhatsApp's servers know it. */
export type Device = { identity: number; phone: string; index: number; jid: string; connection: Connection | null }
/** A text that WhatsApp took; `id` is the sender's. */
export type Delivered = { id: string; to: string; text: string; phone: string; identity: number; at: number }

export const UNLINK_ANSWERS = ['ack', 'lost', 'ignored', 'cut'] as const
export const CODE_ANSWERS = ['ack', 'ignored', 'refused'] as const
export const SEND_ANSWERS = ['ack', 'lost', 'ignored', 'cut', 'refused'] as const

/** How the servers behave towards requests. `lost`: carried out without an answer. `cut`: the connection breaks before. */
type Behaviour = {
  unlink: (typeof UNLINK_ANSWERS)[number]
  send: (typeof SEND_ANSWERS)[number]
  codes: (typeof CODE_ANSWERS)[number]
  /** Whether the accounts demand a passkey instead of being linked. */
  passkey: boolean
  reachable: boolean
}

/** WhatsApp's side, which outlives every worker. */
export type Service = {
  readonly phones: readonly string[]
  readonly behaviour: Behaviour
  readonly devices: Device[]
  /** Every identity that was ever linked, and by which phone. */
  readonly everLinked: Map<number, string>
  readonly delivered: Delivered[]
  readonly banned: Set<string>
  /** Identities that get no answer to their login. */
  readonly silent: Set<number>
  /** Connections that show a QR, by its text. */
  readonly waiting: Map<string, Connection>
  /** The last pairing code that was asked for, by phone. */
  readonly codes: Map<string, AskedCode>
  /** All connections whose client lives. */
  readonly connections: Set<Connection>
  deviceOf(identity: number): Device | null
  /** Refuses the next login with a code. */
  refuseNext(code: number): void
  /** Forgets all refusals, and answers everything. */
  beGood(): void
  /** The code for a login that is to be refused. */
  refusalFor(phone: string): number | null
  link(identity: number, phone: string): Device
  /** Told to the device when it is online, else at its next login. */
  forget(device: Device): void
  /** Which index the phone's next device gets. */
  nextIndex(phone: string): number
  deliver(text: Delivered): void
  /** A login takes the place of another connection. */
  replaced: (before: Connection, by: Connection) => void
}

const GOOD: Behaviour = { unlink: 'ack', send: 'ack', codes: 'ack', passkey: false, reachable: true }

export function createService(phones: readonly string[]): Service {
  const behaviour: Behaviour = { ...GOOD }
  const devices: Device[] = []
  const refusals: number[] = []
  const indexes = new Map<string, number>()
  const delivered: Delivered[] = []
  const everLinked = new Map<number, string>()
  const banned = new Set<string>()
  return {
    phones,
    behaviour,
    devices,
    everLinked,
    delivered,
    banned,
    silent: new Set(),
    waiting: new Map(),
    codes: new Map(),
    connections: new Set(),
    deviceOf: (identity) => devices.find((device) => device.identity === identity) ?? null,
    refuseNext: (code) => void refusals.push(code),
    beGood() {
      refusals.length = 0
      Object.assign(behaviour, GOOD)
    },
    refusalFor: (phone) => refusals.shift() ?? (banned.has(phone) ? 403 : null),
    link(identity, phone) {
      const index = indexes.get(phone) ?? 1
      const device: Device = { identity, phone, index, jid: jidOf(phone, index), connection: null }
      indexes.set(phone, index + 1)
      devices.push(device)
      everLinked.set(identity, phone)
      return device
    },
    forget(device) {
      const at = devices.indexOf(device)
      if (at >= 0) devices.splice(at, 1)
    },
    replaced: () => {},
    nextIndex: (phone) => indexes.get(phone) ?? 1,
    deliver(text) {
      // The sender's id makes a text one: what comes twice is taken once.
      if (!delivered.some(({ id, phone }) => id === text.id && phone === text.phone)) delivered.push(text)
    },
  }
}

export function jidOf(phone: string, index: number): string {
  return `${phone.replace('+', '')}:${index}@s.whatsapp.net`
}

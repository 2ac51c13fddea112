import type { BinaryNode } from 'baileys'
import type { Account, CompanionKeys } from '../accounts-file.ts'
import type { Accounts } from '../accounts.ts'
import type { Chance } from '../chance.ts'
import type { Phone } from '../phone/phones.ts'
import type { Behaviour, Log, RefTimes } from '../settings.ts'
import type { Pending } from './companion-messages.ts'
import type { Connection } from './connection.ts'
import type { Happening } from './happenings.ts'
import type { Unread } from './receipts.ts'

/** Logins or registrations to refuse. */
export type Refusal = {
  /** The code of `<failure>`: 403 banned, 405 outdated, 503 unavailable ... */
  reason: number
  /** Only logins of this device; without it whatever comes next. */
  jid?: string | undefined
  /** How many are still to be refused. */
  left: number
}

/** What was asked of the server since it started. Of the messages: those that a phone kept, knew already, and could not read. */
export type Counts = {
  connections: number
  registrations: number
  /** Pairing codes that were asked for. */
  codes: number
  logins: number
  refused: number
  links: number
  unlinks: number
  /** New devices that were told what their phone knows, and said so. */
  histories: number
  /** Texts that phones wrote, messages of theirs that a device confirmed, and times that a device could not read one. */
  sent: number
  delivered: number
  /** Notices of changed names and groups. */
  notices: number
  retries: number
  texts: number
  doubles: number
  unreadable: number
}

/** A device that asks to be linked. */
export type Registration = {
  connection: Connection
  noisePublicKey: Buffer
  identityPublicKey: Buffer
  platform: string
  /** What others need to write to it once it is linked. */
  keys: CompanionKeys
  refs: readonly { ref: string; expiresAt: number }[]
  /** The pairing code that it asked for last. */
  code?: AskedCode | undefined
  /** Set from the scan on: takes the device's answer to `pair-success`, or `undefined` when the connection closed before. */
  onAnswer?: ((answer: BinaryNode | undefined) => void) | undefined
}

/** A pairing code that a device asked for: the server knows whose phone is to type it, never the code. */
export type AskedCode = {
  phone: string
  ref: string
  /** Codes are numbered as they are asked for. */
  number: number
  /** The device's ephemeral key, wrapped with the code. */
  wrappedCompanion: Buffer
  expiresAt: number
  /** Set while a phone that typed a code waits for what the device seals; `undefined` when the connection closed before. */
  onFinish?: ((bundle: Buffer | undefined) => void) | undefined
}

/** Everything the server knows; one value, handed to each part. */
export type World = {
  accounts: Accounts
  chance: Chance
  phoneOf: (account: Account) => Phone
  behaviour: Behaviour
  refTimes: RefTimes
  log: Log
  counts: Counts
  /** Devices that ask to be linked, by the id of their connection. */
  waiting: Map<string, Registration>
  /** Connections of devices that logged in, by jid. */
  online: Map<string, Connection>
  /** Ids of what a phone told a new device, and the device has not confirmed, by jid. */
  histories: Map<string, Set<string>>
  /** Messages that devices have not confirmed, by jid and by id; they do not outlive the process. */
  pending: Map<string, Map<string, Pending>>
  /** Texts that phones have and their owners have not opened, by the number of the phone; they do not outlive the process. */
  unread: Map<string, Unread[]>
  /** Devices the server does not answer. */
  silenced: Set<string>
  refusals: Refusal[]
  /** Secrets of QR codes by the Noise key of the device that shows them (base64), as its camera reported them. */
  seenQrs: Map<string, Buffer>
  /** Who wants to hear what happens. */
  watchers: Set<(what: Happening) => void>
  /** The most devices that one phone links. */
  maxDevices: number
  /** Timers that end with the server. */
  timers: Set<NodeJS.Timeout>
}

/** Does something later, unless the server is stopped before. */
export function later(world: World, milliseconds: number, act: () => void): void {
  if (milliseconds === 0) return act()
  const timer = setTimeout(() => {
    world.timers.delete(timer)
    act()
  }, milliseconds)
  world.timers.add(timer)
}

/** Takes the refusal that meets this login (or registration, without a jid), if there is one. */
export function takeRefusal(world: World, jid?: string): number | undefined {
  const refusal = world.refusals.find((one) => one.jid === undefined || one.jid === jid)
  if (!refusal) return undefined
  refusal.left -= 1
  if (refusal.left <= 0) world.refusals = world.refusals.filter((one) => one !== refusal)
  world.counts.refused += 1
  return refusal.reason
}

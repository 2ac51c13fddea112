import type { Account, Contact } from './accounts-file.ts'
import type { ReceivedText } from './phone/phone-file.ts'
import { enterCode } from './server/code-linking.ts'
import { groupsOf } from './server/groups.ts'
import { happened } from './server/happenings.ts'
import { scanQr, scanWaiting } from './server/linking.ts'
import type { ScanResult } from './server/linking.ts'
import { addGroup, putContact, renameGroup } from './server/names.ts'
import { sendPhoneText } from './server/phone-texts.ts'
import type { SentText } from './server/phone-texts.ts'
import { listWaiting } from './server/registration.ts'
import type { WaitingDevice } from './server/registration.ts'
import { failure, replaced } from './server/stanzas.ts'
import { readTexts } from './server/receipts.ts'
import { unlinkByPhone } from './server/unlinking.ts'
import type { Counts, World } from './server/world.ts'
import type { Behaviour, NewContact, NewGroup, NewPhone } from './settings.ts'

/** Entries the camera remembers; older ones belong to codes that expired long ago. */
const MAX_SEEN_QRS = 2_000

/** A linked device as the phone lists it. Keys are base64, times ISO 8601. */
export type LinkedDevice = {
  jid: string
  phone: string
  platform: string
  /** Logged in and answered. */
  online: boolean
  /** The server does not answer it (`goOffline`). */
  silent: boolean
  linkedAt: string
  lastSeenAt: string | null
  logins: number
  preKeys: number
  noisePublicKey: string
  identityPublicKey: string
}

/** A phone as it is shown. */
export type PhoneView = { phone: string; name: string; devices: number; passkey: boolean }

/** What can be seen and done from outside: by tests in this process, by the admin API, by the page "Phone". */
export type Controls = {
  accounts(): PhoneView[]
  /** The linked devices, of all phones or of one. */
  devices(phone?: string): LinkedDevice[]
  waiting(): WaitingDevice[]
  counts(): Counts
  behaviour(): Behaviour
  configure(change: { [K in keyof Behaviour]?: Behaviour[K] | undefined }): Behaviour
  /** Adds a phone; `false` when the number is taken. */
  addAccount(phone: NewPhone): boolean
  /** The texts that a phone received, the oldest first; `undefined` when there is no such phone. */
  texts(phone: string): ReceivedText[] | undefined
  /** The owner of a phone opens the texts on it, and their senders hear so; how many, or `undefined` when there is no such phone. */
  readTexts(phone: string): number | undefined
  /** Adds somebody to a phone's address book; its devices hear of it. `false` when there is no such phone. */
  addContact(phone: string, contact: NewContact): Promise<boolean>
  /** The owner of a phone calls somebody otherwise. `false` when there is no such phone. */
  renameContact(phone: string, contact: string, name: string): Promise<boolean>
  /** A phone makes a group; resolves with its jid, or `undefined` when there is no such phone. */
  addGroup(phone: string, group: NewGroup): string | undefined
  /** Changes the subject of a group (by jid); `false` when there is none. */
  renameGroup(jid: string, subject: string): boolean
  /** What a phone's address book says; `undefined` when there is no such phone. */
  contacts(phone: string): Contact[] | undefined
  /** The groups that a number takes part in. */
  groups(phone: string): { jid: string; subject: string; participants: readonly string[] }[]
  /** A phone writes to another one, and so to that one's linked devices. */
  sendText(from: string, to: string, text: string): Promise<SentText>
  /** Scans the text of a QR code; the first phone does when none is named. */
  scan(qrText: string, phone?: string): Promise<ScanResult>
  /** Scans what a waiting device shows; needs the camera of `trust.ts` in the client's process. */
  scanWaiting(id: string, phone?: string): Promise<ScanResult>
  /**
   * Types a pairing code (spaces and a dash do not matter) on a phone: it is for the device that asked last for a code of that number.
   * A wrong code leaves the right one good.
   */
  enterCode(phone: string, code: string): Promise<ScanResult>
  /** Whether the account demands a passkey when a device is linked; `false` when there is no such phone. */
  demandPasskey(phone: string, demanded: boolean): boolean
  /** The camera: what the QR codes of a device hold that its connection does not tell. */
  seeQr(noisePublicKey: string, advSecret: string): void
  /** Unlinks from the phone: 401 now, or at the next login. `false` when there is no such device (as in all below). */
  unlink(jid: string): boolean
  /** Cuts the connection: the client sees 428. */
  drop(jid: string): boolean
  /** The server stops answering this device, and does not answer new logins of it: the client sees 408 after a while. */
  goOffline(jid: string): boolean
  /** The server answers again. A login that waited is cut, so that it is tried anew. */
  comeBack(jid: string): boolean
  /** Ends the connection as if the device had opened another one: 440. */
  replace(jid: string): boolean
  /** Ends the connection with `<failure reason>`: 403 banned, 503 ... */
  fail(jid: string, reason: number): boolean
  /** Refuses the next `times` (1) logins, of one device or of any, and registrations too when no device is named. */
  refuse(refusal: { reason: number; jid?: string | undefined; times?: number | undefined }): void
  /** Forgets all refusals. */
  allow(): void
}

/** The controls of a world. */
export function createControls(world: World): Controls {
  const onConnection = (jid: string, act: (connection: NonNullable<ReturnType<World['online']['get']>>) => void) => {
    const connection = world.online.get(jid)
    if (connection) act(connection)
    return connection !== undefined
  }

  return {
    accounts: () => world.accounts.all().map(({ phone, name, devices, passkey }) => ({ phone, name, devices: devices.length, passkey })),
    devices: (phone) =>
      world.accounts
        .all()
        .filter((account) => phone === undefined || account.phone === phone)
        .flatMap((account) => linkedDevices(world, account)),
    waiting: () => listWaiting(world),
    counts: () => ({ ...world.counts }),
    behaviour: () => ({ ...world.behaviour }),
    configure: (change) => ({ ...(world.behaviour = { ...world.behaviour, ...withoutUndefined(change) }) }),
    addAccount: (phone) => world.accounts.add(phone) !== undefined,
    texts(phone) {
      const account = world.accounts.find(phone)
      return account && world.phoneOf(account).texts()
    },
    readTexts: (phone) => (world.accounts.find(phone) ? readTexts(world, phone) : undefined),
    addContact: (phone, contact) => putContact(world, phone, contact),
    renameContact: (phone, contact, name) => putContact(world, phone, { phone: contact, name }),
    addGroup: (phone, group) => addGroup(world, phone, group),
    renameGroup: (jid, subject) => renameGroup(world, jid, subject),
    contacts: (phone) => structuredClone(world.accounts.find(phone)?.contacts),
    groups: (phone) =>
      groupsOf(world, phone).map(({ id, subject, participants }) => ({ jid: `${id}@g.us`, subject, participants: [...participants] })),
    sendText: (from, to, text) => sendPhoneText(world, from, to, text),
    scan: (qrText, phone) => scanQr(world, qrText, phone),
    scanWaiting: (id, phone) => scanWaiting(world, id, phone),
    enterCode: (phone, code) => enterCode(world, phone, code),
    demandPasskey(phone, demanded) {
      const account = world.accounts.find(phone)
      if (!account) return false
      account.passkey = demanded
      world.accounts.touched()
      return true
    },
    seeQr(noisePublicKey, advSecret) {
      world.seenQrs.set(noisePublicKey, Buffer.from(advSecret, 'base64'))
      if (listWaiting(world).some(({ qr }) => qr !== null)) happened(world, 'shown')
      const oldest = world.seenQrs.keys().next()
      if (world.seenQrs.size > MAX_SEEN_QRS && !oldest.done) world.seenQrs.delete(oldest.value)
    },
    unlink: (jid) => unlinkByPhone(world, jid),
    drop: (jid) => onConnection(jid, (connection) => connection.drop()),
    goOffline(jid) {
      if (!world.accounts.device(jid)) return false
      world.silenced.add(jid)
      onConnection(jid, (connection) => connection.silence(true))
      return true
    },
    comeBack(jid) {
      if (!world.silenced.delete(jid)) return false
      onConnection(jid, (connection) => connection.drop())
      return true
    },
    replace: (jid) => onConnection(jid, (connection) => connection.end(replaced())),
    fail: (jid, reason) => onConnection(jid, (connection) => connection.end(failure(reason))),
    refuse({ reason, jid, times = 1 }) {
      world.refusals.push({ reason, jid, left: times })
    },
    allow() {
      world.refusals = []
    },
  }
}

function linkedDevices(world: World, { phone, devices }: Account): LinkedDevice[] {
  return devices.map(({ jid, platform, linkedAt, lastSeenAt, logins, preKeys, noisePublicKey, identityPublicKey }) => {
    const silent = world.silenced.has(jid)
    const online = world.online.has(jid) && !silent
    return { jid, phone, platform, online, silent, linkedAt, lastSeenAt, logins, preKeys, noisePublicKey, identityPublicKey }
  })
}

/** A setting that is there and `undefined` means that it is not given. */
function withoutUndefined(change: { [K in keyof Behaviour]?: Behaviour[K] | undefined }): Partial<Behaviour> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PhoneNumber } from './settings.ts'

const Key = z.base64().length(44)

const PublicKeyWithId = z.object({ id: z.int(), value: Key })

const KeyBundle = z.object({
  registrationId: z.int(),
  signedPreKey: PublicKeyWithId.extend({ signature: z.base64() }),
  /** One-time keys that nobody has used; only some of those that the device uploaded are kept. */
  preKeys: z.array(PublicKeyWithId),
})
/** What a phone needs to begin a conversation with a device. */
export type CompanionKeys = z.infer<typeof KeyBundle>

const Device = z.object({
  jid: z.string(),
  lid: z.string(),
  index: z.int().min(1),
  platform: z.string(),
  noisePublicKey: Key,
  identityPublicKey: Key,
  linkedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime().nullable(),
  logins: z.int().min(0),
  /** How many one-time keys it has uploaded. */
  preKeys: z.int().min(0),
  /** Absent for a device that somebody wrote into the file: it can log in, and nobody can write to it. */
  keys: KeyBundle.optional(),
  /** Whether the phone still owes it what it tells a new device once. */
  awaitsHistory: z.boolean().default(false),
})
/** A companion device as the server knows it. Keys are base64, times ISO 8601. */
export type Device = z.infer<typeof Device>

const Contact = z.object({
  phone: PhoneNumber,
  /** As the phone's owner calls them; `null`: not in the address book. */
  name: z.string().nullable(),
  /** As they call themselves. */
  pushName: z.string().nullable(),
})
/** Somebody that the owner of a phone knows. */
export type Contact = z.infer<typeof Contact>

const Group = z.object({
  /** The part before `@g.us`. */
  id: z.string(),
  subject: z.string(),
  /** Numbers of all who take part, the phone's own too; the first one made the group. */
  participants: z.array(PhoneNumber),
  createdAt: z.iso.datetime(),
})
/** A group that a phone takes part in. */
export type Group = z.infer<typeof Group>

const AppState = z.object({
  keyId: z.base64(),
  key: Key,
  hash: z.base64(),
  /** What authenticates each entry, by what authenticates its name. */
  values: z.record(z.string(), z.base64()),
  /** All changes, the oldest first; the number of the last one is the version. */
  patches: z.array(z.base64()),
})
/** What a phone and its devices share of its address book, as the server holds it for them. */
export type AppState = z.infer<typeof AppState>

const Account = z.object({
  phone: PhoneNumber,
  name: z.string(),
  /** The user part of the account's LID, its number that hides the phone number. */
  lidUser: z.string(),
  identity: z.object({ private: Key, public: Key }),
  /** Its owner must show a passkey before a device is linked. */
  passkey: z.boolean().default(false),
  contacts: z.array(Contact).default([]),
  appState: AppState.optional(),
  groups: z.array(Group).default([]),
  devices: z.array(Device),
})
/** A phone with its account. */
export type Account = z.infer<typeof Account>

const AccountsFile = z.object({ version: z.literal(1), accounts: z.array(Account) })

/**
 * The accounts stored in `dataDir`, or `undefined` when it holds none yet. Throws when the file is there but damaged: starting
 * with no accounts would unlink every device that relies on it.
 */
export function readAccounts(dataDir: string): Account[] | undefined {
  const path = join(dataDir, 'accounts.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return AccountsFile.parse(JSON.parse(text)).accounts
  } catch (cause) {
    throw new Error(`${path} is damaged; move it away to begin with new phones`, { cause })
  }
}

/**
 * Stores the accounts, whole or not at all. It survives a process that is killed, not a power cut: waiting for the disk would cost
 * a third of a link, and nobody's phone depends on it.
 */
export function writeAccounts(dataDir: string, accounts: readonly Account[]): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'accounts.json')
  const next = `${path}.next`
  writeFileSync(next, JSON.stringify({ version: 1, accounts }), { mode: 0o600 })
  renameSync(next, path)
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PhoneNumber } from './settings.ts'

const Key = z.base64().length(44)

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
  preKeys: z.int().min(0),
})
/** A companion device as the server knows it. Keys are base64, times ISO 8601. */
export type Device = z.infer<typeof Device>

const Account = z.object({
  phone: PhoneNumber,
  name: z.string(),
  /** The user part of the account's LID, its number that hides the phone number. */
  lidUser: z.string(),
  identity: z.object({ private: Key, public: Key }),
  nextIndex: z.int().min(1),
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

import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { createVault } from '../../../worker/seal/vault.ts'
import type { Vault } from '../../../worker/seal/vault.ts'
import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import { placesOf } from '../../../worker/store/data-folder.ts'
import { systemDisk } from '../../../worker/store/disk.ts'
import { IN_THE_CLEAR } from '../../../worker/seal/cipher.ts'
import type { Cipher } from '../../../worker/seal/cipher.ts'
import type { Secret } from './byte-search.ts'

const Bytes = z.object({ type: z.literal('Buffer'), data: z.base64() }).transform(({ data }) => Buffer.from(data, 'base64'))
const KeyPair = z.object({ public: Bytes, private: Bytes })
const Creds = z.object({
  noiseKey: KeyPair,
  signedIdentityKey: KeyPair,
  signedPreKey: z.object({ keyPair: KeyPair }),
  pairingEphemeralKeyPair: KeyPair,
  advSecretKey: z.base64(),
})

/** The public noise key, base64: names an identity, at WhatsApp too. */
export function identityOf(creds: string): string {
  return Creds.parse(JSON.parse(creds)).noiseKey.public.toString('base64')
}

/** The keys of an identity that nobody but its owner may ever have, from its credentials as they are stored. */
export function secretsOf(creds: string): Secret[] {
  const { noiseKey, signedIdentityKey, signedPreKey, pairingEphemeralKeyPair, advSecretKey } = Creds.parse(JSON.parse(creds))
  const identity = noiseKey.public.toString('base64')
  return Object.entries({
    noise: noiseKey.private,
    identity: signedIdentityKey.private,
    'signed pre-key': signedPreKey.keyPair.private,
    'pairing ephemeral': pairingEphemeralKeyPair.private,
    'adv secret': Buffer.from(advSecretKey, 'base64'),
  }).map(([kind, bytes]) => ({ identity, kind, bytes }))
}

/** Credentials that lie in a dead worker's folder. `place`: the folder, from the root. `creds: null`: their key was destroyed, nobody can open them. */
export type Stored = { place: string; sessionId: string; generation: number; linked: boolean; creds: string | null; oneTime: Secret[] }

/** How many of the many one-time keys of an identity are looked for. */
const ONE_TIME_KEYS = 3

/**
 * Every file of credentials in the folder of a worker that is dead, wherever it lies, its log of writes included. The folder is not
 * touched: each file is copied and the copy opened. One that was being built may hold nothing yet.
 */
export function storedIn(data: string, masterKeys: MasterKeys | null): Stored[] {
  const files = (readdirSync(data, { recursive: true }) as string[]).filter((path) => path.endsWith('auth.sqlite'))
  if (files.length === 0) return []
  const vault = createVault({ disk: systemDisk, places: placesOf(data), masterKeys })
  const aside = mkdtempSync(join(tmpdir(), 'latchkey-autopsy-'))
  try {
    return files.flatMap((file, at) => {
      const copy = join(aside, String(at))
      for (const suffix of ['', '-wal', '-journal']) {
        if (existsSync(join(data, file + suffix))) cpSync(join(data, file + suffix), copy + suffix)
      }
      const stored = readCopy(copy, vault)
      return stored ? [{ place: dirname(file), ...stored }] : []
    })
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

function readCopy(path: string, vault: Vault): Omit<Stored, 'place'> | null {
  const database = new DatabaseSync(path)
  try {
    const row = database.prepare('select session_id, generation, linked, creds from identity').get()
    if (!row) return null
    const whose = { sessionId: String(row['session_id']), generation: Number(row['generation']), linked: row['linked'] === 1 }
    const cipher = typeof row['creds'] === 'string' ? IN_THE_CLEAR : cipherOf(vault, whose)
    if (!cipher) return { ...whose, creds: null, oneTime: [] }
    const creds = cipher.open(['creds'], row['creds'])
    const keys = database.prepare(`select id, value from signal_keys where type = 'pre-key' limit ${ONE_TIME_KEYS}`).all()
    const identity = identityOf(creds)
    const open = (id: unknown, value: unknown): string => cipher.open(['signal key', 'pre-key', String(id)], value)
    const oneTime = keys.map(({ id, value }) => ({ identity, kind: 'pre-key', bytes: KeyPair.parse(JSON.parse(open(id, value))).private }))
    return { ...whose, creds, oneTime }
  } catch (error) {
    // Cut off while it was being built: nothing is committed.
    if (/no such table|file is not a database/.test((error as Error).message)) return null
    throw error
  } finally {
    database.close()
  }
}

/** `null` where there is no key: it is destroyed before what it opens. */
function cipherOf(vault: Vault, { sessionId, generation }: Pick<Stored, 'sessionId' | 'generation'>): Cipher | null {
  return vault.keysOf(sessionId)?.some((key) => key.generation === generation) ? vault.cipherToOpen(sessionId, generation) : null
}

/** The credentials that `tell-keys.ts` wrote down. A line that a kill cut off is none. */
export function toldIn(file: string): string[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8').split('\n').filter(isCreds)
}

function isCreds(line: string): boolean {
  try {
    return Creds.safeParse(JSON.parse(line)).success
  } catch {
    return false
  }
}

import { hkdfSync } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEY_BYTES } from './aes-gcm.ts'

/** A key that wraps the keys of sessions. `id`: 16 hex digits that tell it from others and nothing else of it. */
export type MasterKey = { readonly id: string; readonly key: Buffer }
/** The first wraps; all of them open. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]]

/** The name of the file in the folder that systemd makes for `LoadCredential=latchkey-master-keys:...`. */
const SYSTEMD_CREDENTIAL = 'latchkey-master-keys'
const SEPARATOR = /[\s,]+/

type Environment = Record<string, string | undefined>

/**
 * The master keys of a worker: `MASTER_KEYS`, or the file at `MASTER_KEYS_FILE`, or systemd's credential; base64, 32 bytes each, separated
 * by commas or line breaks. `null`: none was given. They are no part of the settings, so that nobody prints them with those. Throws with
 * the name of the variable, never with a value.
 */
export function readMasterKeys(environment: Environment): MasterKeys | null {
  const given = sourcesIn(environment)
  if (given.length > 1) throw new Error(`Only one of these can be set: ${given.map(({ name }) => name).join(', ')}.`)
  const [source] = given
  return source ? parse(source.name, source.read()) : null
}

type Source = { name: string; read(): string }

function sourcesIn({ MASTER_KEYS, MASTER_KEYS_FILE, CREDENTIALS_DIRECTORY }: Environment): Source[] {
  const sources: Source[] = []
  // Empty counts as not set, as in a copy of `.env.example`.
  if (MASTER_KEYS) sources.push({ name: 'MASTER_KEYS', read: () => MASTER_KEYS })
  if (MASTER_KEYS_FILE) sources.push({ name: 'MASTER_KEYS_FILE', read: () => readPrivate('MASTER_KEYS_FILE', MASTER_KEYS_FILE) })
  if (CREDENTIALS_DIRECTORY) {
    // Whether a service got this one among its credentials, only a look can tell. systemd itself sees to who may read it.
    const text = readIfThere(join(CREDENTIALS_DIRECTORY, SYSTEMD_CREDENTIAL))
    if (text !== null) sources.push({ name: `CREDENTIALS_DIRECTORY (${SYSTEMD_CREDENTIAL})`, read: () => text })
  }
  return sources
}

/** A file that others can read has told its keys already. */
function readPrivate(name: string, path: string): string {
  try {
    const handle = openSync(path, 'r')
    try {
      const facts = fstatSync(handle)
      if (!facts.isFile()) throw new Error('it is no file')
      if ((facts.mode & 0o077) !== 0) {
        throw new Error(`its mode is ${(facts.mode & 0o777).toString(8)}: it must be readable by its owner only (chmod 600, or 400)`)
      }
      return readFileSync(handle, 'utf8')
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    throw new Error(`${name}: ${path} is refused: ${(error as Error).message}.`, { cause: error })
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`CREDENTIALS_DIRECTORY: ${path} is refused: ${(error as Error).message}.`, { cause: error })
  }
}

function parse(name: string, text: string): MasterKeys {
  const keys = text
    .split(SEPARATOR)
    .filter((word) => word !== '')
    .map((word, at) => {
      const key = Buffer.from(word, 'base64')
      // Node reads what it can of a text; only what is base64 through and through comes out as it went in.
      if (key.length !== KEY_BYTES || key.toString('base64') !== word) {
        throw new Error(`${name}: key ${at + 1} is not ${KEY_BYTES} bytes as base64 (openssl rand -base64 ${KEY_BYTES} makes one).`)
      }
      return { id: idOf(key), key }
    })
  const [first, ...others] = keys
  if (!first) throw new Error(`${name}: there is no key in it.`)
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error(`${name}: the same key is in it twice.`)
  return [first, ...others]
}

/** Derived for this use alone, so that it tells nothing of what the key seals. */
function idOf(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'latchkey master key id', 8)).toString('hex')
}

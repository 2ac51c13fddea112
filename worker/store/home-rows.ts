import * as z from 'zod'
import type { Cipher } from '../seal/cipher.ts'
import type { Contents, Identity } from './credential-file.ts'
import { HOME_ROWS } from './home.ts'
import type { HomeChanges } from './home.ts'
import { StorageError } from './storage-error.ts'

/** How credentials are written down as rows: each sealed by itself, as what it is, so that none opens in another's place. */
const StoredIdentity = z.object({ linked: z.boolean(), phoneNumber: z.nullable(z.string()), creds: z.string() })
const StoredKey = z.tuple([z.string(), z.string(), z.string()])

const KEY = 'key:'

export function identityRow(cipher: Cipher, { linked, phoneNumber, creds }: Omit<Identity, 'generation'>): HomeChanges {
  const text = JSON.stringify({ linked, phoneNumber, creds } satisfies z.infer<typeof StoredIdentity>)
  return { [HOME_ROWS.identity]: sealed(cipher, HOME_ROWS.identity, text) }
}

/** `value: null`: it goes. */
export function keyRow(cipher: Cipher, type: string, id: string, value: string | null): HomeChanges {
  const name = KEY + cipher.nameOf(['signal key', type, id])
  return { [name]: value === null ? null : sealed(cipher, name, JSON.stringify([type, id, value] satisfies z.infer<typeof StoredKey>)) }
}

/** All rows of credentials, the identity last: without it the others are nothing to anybody. */
export function rowsOf(cipher: Cipher, contents: Omit<Contents, 'generation'>): Map<string, Uint8Array> {
  const all = [...contents.keys.map(({ type, id, value }) => keyRow(cipher, type, id, value)), identityRow(cipher, contents)]
  return new Map(all.flatMap((changes) => Object.entries(changes).flatMap(([name, row]) => (row ? [[name, row] as const] : []))))
}

/** Credentials out of their rows; `null`: there is no identity among them. Throws `StorageError` (`damaged`) where one does not open. */
export function contentsIn(cipher: Cipher, generation: number, rows: ReadonlyMap<string, Uint8Array>): Contents | null {
  const identity = rows.get(HOME_ROWS.identity)
  if (!identity) return null
  const keys = Array.from(rows).flatMap(([name, value]) => {
    if (!name.startsWith(KEY)) return []
    const [type, id, key] = opened(cipher, name, value, StoredKey)
    return [{ type, id, value: key }]
  })
  return { generation, ...opened(cipher, HOME_ROWS.identity, identity, StoredIdentity), keys }
}

function sealed(cipher: Cipher, name: string, text: string): Uint8Array {
  const bytes = cipher.seal(['home', name], text)
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes
}

function opened<T>(cipher: Cipher, name: string, value: Uint8Array, shape: z.ZodType<T>): T {
  const text = cipher.open(['home', name], value)
  const parsed = shape.safeParse(parseJson(text))
  if (!parsed.success) throw new StorageError('damaged', 'a row of the credentials cannot be read')
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { LEDGER, ledgerFileAt, openLedger, parseLedger } from '../../worker/store/ledger.ts'
import { StartError } from '../stack/start-error.ts'
import { withArchive } from './archive.ts'
import type { Archive, Entry } from './archive.ts'
import { knownCleared } from './known-cleared.ts'
import type { Cleared, Told } from './known-cleared.ts'

/** `ledger`: where the worker that begins on the folder will look for what was cleared. */
export type RestoreOptions = { from: string; folder: string; ledger: string; told: Told; now: () => Date }
export type Restored = { takenAt: string; sealed: boolean; sessions: string[]; leftOut: string[] }

/**
 * Makes a data folder of a backup, whole or not at all. What was cleared is not even unpacked, and the ledger is written before the folder is
 * there. Throws `StartError` where something is in the folder already, and where nobody says what was cleared since.
 */
export function restoreFolder({ from, folder, ledger, told, now }: RestoreOptions): Restored {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new StartError(`There is something in ${folder} already. Move it away first: a backup is never put over a data folder.`)
  }
  return withArchive(from, (archive) => {
    const cleared = knownCleared(told, ledgerIn(archive), now())
    const aside = `${folder}.restoring`
    rmSync(aside, { recursive: true, force: true })
    const restored = unpack(archive, aside, cleared)
    const isBelow = dirname(ledger) === folder
    const kept = openLedger(ledgerFileAt(isBelow ? join(aside, LEDGER) : ledger))
    for (const entry of cleared.values()) kept.record(entry)
    rmSync(folder, { recursive: true, force: true })
    renameSync(aside, folder)
    syncFolder(dirname(folder))
    return { takenAt: archive.about.takenAt, sealed: archive.about.sealed, ...restored }
  })
}

function ledgerIn({ paths, entries }: Archive): Cleared {
  if (!paths.includes(LEDGER)) return new Map()
  for (const { path, bytes } of entries()) {
    // A line that was being written when it was read was not told yet.
    if (path === LEDGER) return parseLedger(bytes.toString().replace(/[^\n]*$/, ''), 'in the backup')
  }
  return new Map()
}

function unpack({ about, entries }: Archive, aside: string, cleared: Cleared): Pick<Restored, 'sessions' | 'leftOut'> {
  const sessions = new Set<string>()
  const leftOut = new Set<string>()
  write(join(aside, 'instance.json'), JSON.stringify({ instance_id: about.instanceId, realm: about.realm }))
  for (const entry of entries()) {
    if (entry.path === LEDGER) continue
    const bytes = withoutCleared(entry, cleared)
    if (bytes) write(join(aside, entry.path), bytes)
    if (entry.session && entry.generation !== null) (bytes ? sessions : leftOut).add(entry.session)
  }
  return { sessions: [...sessions], leftOut: [...leftOut] }
}

const Keys = z.looseObject({ keys: z.array(z.looseObject({ generation: z.int() })) })

/** What of a file may live again; `null`: nothing. */
function withoutCleared({ path, session, generation, bytes }: Entry, cleared: Cleared): Buffer | null {
  const max = session === null ? 0 : (cleared.get(session)?.generation ?? 0)
  if (generation !== null) return generation > max ? bytes : null
  if (!path.startsWith('keys/') || max === 0) return bytes
  const file = Keys.parse(JSON.parse(bytes.toString()))
  const keys = file.keys.filter((key) => key.generation > max)
  return keys.length > 0 ? Buffer.from(JSON.stringify({ ...file, keys })) : null
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, content, { mode: 0o600, flush: true })
  chmodSync(dirname(path), 0o700)
  syncFolder(dirname(path))
}

function syncFolder(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

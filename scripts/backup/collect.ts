import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { isSessionId } from '../../worker/reconcile/strays.ts'
import { placesOf } from '../../worker/store/data-folder.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { NAMES_FILE } from '../../worker/store/names.ts'
import type { Entry } from './archive.ts'

/** How often a session is looked at anew whose snapshots the worker replaces meanwhile. */
const LOOKS = 3
const FILE = 'auth.sqlite'
const SEALED = 2

/** What became of each session. `without`: those that have credentials and no snapshot yet. `inTheClear`: whose snapshot opens without a key. */
export type Tally = { sessions: string[]; without: string[]; inTheClear: string[] }

/**
 * What a backup of a data folder holds (decision 026), written down in `tally`: of each session the newest snapshot that can be read, its
 * wrapped keys and its names, and all tombstones. All of these are closed files that are replaced and never changed, so that a worker may run
 * meanwhile. A session that is cleared meanwhile is left out.
 */
export function* collect(disk: Disk, root: string, tally: Tally): Generator<Entry> {
  const places = placesOf(root)
  const at = (path: string): string => relative(root, path)
  for (const name of disk.names(places.tombstones).filter((one) => one.endsWith('.json'))) {
    const bytes = readBytes(disk, join(places.tombstones, name))
    if (bytes) yield { path: at(join(places.tombstones, name)), session: null, generation: null, bytes }
  }
  const scratch = mkdtempSync(join(tmpdir(), 'latchkey-backup-'))
  try {
    for (const id of disk.names(join(places.sessions, 'backups')).filter(isSessionId)) {
      const snapshot = newestOf(disk, places.backups(id), scratch)
      if (!snapshot) continue
      const { generation, sealed, bytes, path } = snapshot
      // Read after what it opens: where a clear came between, there is none any more.
      const keys = readBytes(disk, places.keyFile(id))
      if (sealed && !keys) continue
      tally.sessions.push(id)
      if (!sealed) tally.inTheClear.push(id)
      yield { path: at(path), session: id, generation, bytes }
      if (keys) yield { path: at(places.keyFile(id)), session: id, generation: null, bytes: keys }
      const names = readBytes(disk, join(places.session(id), NAMES_FILE))
      if (names && generationOf(names.toString()) === generation) {
        yield { path: at(join(places.session(id), NAMES_FILE)), session: id, generation, bytes: names }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const known = new Set(tally.sessions)
  tally.without = disk.names(places.sessions).filter((name) => isSessionId(name) && !known.has(name))
}

type Snapshot = { path: string; bytes: Buffer; generation: number; sealed: boolean }

function newestOf(disk: Disk, folder: string, scratch: string): Snapshot | null {
  for (let look = 0; look < LOOKS; look += 1) {
    const names = disk.names(folder).toReversed()
    for (const name of names) {
      const path = join(folder, name, FILE)
      const bytes = readBytes(disk, path)
      const facts = bytes && factsOf(bytes, join(scratch, FILE))
      if (facts) return { path, bytes, ...facts }
    }
    if (names.length === 0) return null
  }
  return null
}

/** What a snapshot says of itself where nothing is sealed; `null`: it is damaged. */
function factsOf(bytes: Buffer, aside: string): { generation: number; sealed: boolean } | null {
  try {
    writeFileSync(aside, bytes, { mode: 0o600 })
    const file = new DatabaseSync(aside)
    try {
      if (file.prepare('pragma main.quick_check(1)').get()?.['quick_check'] !== 'ok') return null
      const generation = Number(file.prepare('select generation from identity where one = 1').get()?.['generation'])
      return { generation, sealed: file.prepare('pragma user_version').get()?.['user_version'] === SEALED }
    } finally {
      file.close()
    }
  } catch {
    return null
  }
}

function readBytes(disk: Disk, path: string): Buffer | null {
  const facts = disk.stat(path)
  if (!facts || facts.isFolder) return null
  try {
    return disk.readStart(path, facts.bytes)
  } catch (error) {
    // It was replaced, or cleared, since.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const Dated = z.object({ generation: z.int() })

/** The generation that a file of JSON says it is of; `null`: it says none. */
function generationOf(text: string): number | null {
  try {
    return Dated.parse(JSON.parse(text)).generation
  } catch {
    return null
  }
}

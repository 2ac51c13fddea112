import { dirname, join } from 'node:path'
import * as z from 'zod'
import { SessionId } from '#domain/session.ts'
import type { Disk } from './disk.ts'
import { removeDurably, writeDurably } from './durable-file.ts'

export const WORKER_STORES = ['disk', 'database'] as const
/** Where the sessions of a worker are at home: in its folder, or in the database, of which the folder then holds working copies. */
export type WorkerStore = (typeof WORKER_STORES)[number]
const Instance = z.object({
  instance_id: z.nullable(z.uuid()),
  realm: z.enum(['demo', 'live']),
  store: z.enum(WORKER_STORES).default('disk'),
})
type Realm = z.infer<typeof Instance>['realm']

/** The name of the file that a worker locks. */
export const LOCK = 'worker.lock'

/** Where everything lies below a data folder's root. */
export type DataPlaces = {
  readonly root: string
  readonly sessions: string
  readonly quarantine: string
  readonly tombstones: string
  /** The wrapped keys of all sessions; empty where nothing is sealed. */
  readonly keys: string
  /** On its way out; nothing is ever read from here. */
  readonly erasing: string
  /** The folder with the outbox of every session. */
  readonly outboxes: string
  /** A session's credentials and keys. */
  session(id: string): string
  /** Snapshots of a session for recovery, one folder each. */
  backups(id: string): string
  /** A session's messages that wait to be sent. */
  outbox(id: string): string
  /** The wrapped keys that a session's credentials, backups, texts and names are sealed with. */
  keyFile(id: string): string
}

/** The worker's folder: where everything lies, whose it is, and that nobody else uses it. */
export type DataFolder = DataPlaces & {
  readonly disk: Disk
  /** Whether others had rights to it, which were taken away as it was opened. */
  readonly wasShared: boolean
  /** Ids of the sessions that have a folder. Names that are no session's id are none of ours and left alone. */
  sessionIds(): string[]
  /** The same of those that have backups, and of those with an outbox. */
  backedUpIds(): string[]
  outboxIds(): string[]
  /** Renames `from` into a place from which nothing is ever read, then deletes it. Nothing there is fine. */
  erase(from: string): void
  /** Finishes what an erase began and the disk refused: until then nobody may call it gone. Throws what the disk throws. */
  finishErasing(): void
  /** What an interrupted build of a session's credentials or of a snapshot left behind. */
  asides(id: string): string[]
  /** Throws when this folder belongs to another database. */
  confirmInstance(instanceId: string): void
  /** Whether it belongs to a database yet. */
  isClaimed(): boolean
  /** Makes a new folder this database's. */
  claim(instanceId: string): void
  close(): void
}

/** The last door before a path: whatever was parsed elsewhere, nothing but a session's id becomes a part of one. Throws. */
export function checkedId(id: string): string {
  if (!isId(id)) throw new Error('not the id of a session: it names no place in the data folder')
  return id
}

function isId(name: string): boolean {
  return SessionId.safeParse(name).success
}

/** The places below a root, whether anything is there or not. Those of a session throw for what is no session's id. */
export function placesOf(root: string): DataPlaces {
  const sessions = join(root, 'sessions')
  const outboxes = join(root, 'whatsapp', 'outbox')
  const keys = join(root, 'keys')
  return {
    root,
    sessions,
    quarantine: join(root, 'quarantine'),
    tombstones: join(root, 'tombstones'),
    erasing: join(root, 'erasing'),
    outboxes,
    keys,
    session: (id) => join(sessions, checkedId(id)),
    backups: (id) => join(sessions, 'backups', checkedId(id)),
    outbox: (id) => join(outboxes, `${checkedId(id)}.json`),
    keyFile: (id) => join(keys, `${checkedId(id)}.json`),
  }
}

/**
 * Opens (and on first use makes) the data folder. Throws when another worker holds it, when it is of another realm or another user's, and
 * where one of its folders is a link.
 */
export function openDataFolder(disk: Disk, root: string, realm: Realm, store: WorkerStore = 'disk'): DataFolder {
  const places = placesOf(root)
  const { sessions, erasing, quarantine, tombstones, outboxes, keys } = places
  const folders = [sessions, join(sessions, 'backups'), outboxes, keys, tombstones, quarantine, erasing]
  for (const folder of folders) disk.makeFolder(folder)
  const wasShared = disk.makePrivate(root)
  for (const parent of new Set(folders.map((folder) => dirname(folder)))) disk.sync(parent)
  const unlock = lockFolder(disk, root)
  try {
    const known = readInstance(disk, root)
    if (known && known.realm !== realm) {
      throw new Error(`The data folder ${root} belongs to the realm "${known.realm}", this worker to "${realm}".`)
    }
    if (known && known.store !== store) {
      throw new Error(
        `The data folder ${root} belongs to a worker with WORKER_STORE=${known.store}, this one has WORKER_STORE=${store}: nothing is changed.`,
      )
    }
    if (!known) writeDurably(disk, join(root, 'instance.json'), JSON.stringify({ instance_id: null, realm, store }))
    // What an interrupted erase or an interrupted first write left behind belongs to nobody.
    // Synced in any case: what a killed process deleted may not be deleted on the disk.
    for (const name of disk.names(erasing)) disk.remove(join(erasing, name))
    disk.sync(erasing)
    for (const name of disk.names(sessions)) if (name.startsWith('.new-')) removeDurably(disk, join(sessions, name))
  } catch (error) {
    unlock()
    throw error
  }
  let erased = 0
  /** Folders whose names changed since they were synced. */
  const unsynced = new Set<string>()
  const finishErasing = (): void => {
    if (unsynced.size === 0) return
    for (const name of disk.names(erasing)) disk.remove(join(erasing, name))
    for (const folder of unsynced) {
      // One that is gone by now went with all its names.
      if (disk.stat(folder)) disk.sync(folder)
      unsynced.delete(folder)
    }
  }

  return {
    ...places,
    disk,
    wasShared,
    sessionIds: () => disk.names(sessions).filter(isId),
    backedUpIds: () => disk.names(join(sessions, 'backups')).filter(isId),
    outboxIds: () => disk.names(outboxes).flatMap((name) => (name.endsWith('.json') && isId(name.slice(0, -5)) ? [name.slice(0, -5)] : [])),
    erase(from) {
      if (!disk.stat(from)) return
      erased += 1
      disk.rename(from, join(erasing, String(erased)))
      unsynced.add(dirname(from))
      unsynced.add(erasing)
      disk.sync(dirname(from))
      unsynced.delete(dirname(from))
      finishErasing()
    },
    finishErasing,
    asides(id) {
      const end = checkedId(id)
      const names = disk.names(sessions).filter((name) => name.startsWith('.new-') && name.endsWith(end))
      return names.map((name) => join(sessions, name))
    },
    confirmInstance: (instanceId) => confirmInstance(disk, root, instanceId),
    isClaimed: () => typeof readInstance(disk, root)?.instance_id === 'string',
    claim(instanceId) {
      if (readInstance(disk, root)?.instance_id) return
      writeDurably(disk, join(root, 'instance.json'), JSON.stringify({ instance_id: instanceId, realm, store }))
    },
    close: unlock,
  }
}

/** Takes the data folder for this process; throws when another holds it. */
export function lockFolder(disk: Disk, root: string): () => void {
  try {
    return disk.lock(join(root, LOCK))
  } catch (error) {
    throw new Error(`Another worker uses the data folder ${root}. Two workers must never share one.`, { cause: error })
  }
}

/** Throws when the folder belongs to another database. */
export function confirmInstance(disk: Disk, root: string, instanceId: string): void {
  const known = readInstance(disk, root)
  if (known?.instance_id && known.instance_id !== instanceId) {
    throw new Error(`The database is instance ${instanceId}, the data folder belongs to ${known.instance_id}: nothing is changed.`)
  }
}

/** Says where the sessions of a data folder are at home from now on. Durable when it returns. */
export function changeStore(disk: Disk, root: string, store: WorkerStore): void {
  writeDurably(disk, join(root, 'instance.json'), JSON.stringify({ ...readInstance(disk, root), store }))
}

/** Whose a data folder is; `null`: it is none. Throws where that cannot be read. */
export function readInstance(disk: Disk, root: string): z.infer<typeof Instance> | null {
  const text = disk.read(join(root, 'instance.json'))
  if (text === null) return null
  try {
    return Instance.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${join(root, 'instance.json')} is damaged.`, { cause: error })
  }
}

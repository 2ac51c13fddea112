import { dirname, join } from 'node:path'
import * as z from 'zod'
import { SessionId } from '#domain/session.ts'
import type { Disk } from './disk.ts'
import { removeDurably, writeDurably } from './durable-file.ts'

const Instance = z.object({ instance_id: z.nullable(z.uuid()), realm: z.enum(['demo', 'live']) })
type Realm = z.infer<typeof Instance>['realm']

/** The worker's folder: where everything lies, whose it is, and that nobody else uses it. */
export type DataFolder = {
  readonly disk: Disk
  readonly sessions: string
  readonly quarantine: string
  readonly tombstones: string
  /** A session's credentials and keys. */
  session(id: string): string
  /** Snapshots of a session for recovery, one folder each. */
  backups(id: string): string
  /** A session's messages that wait to be sent. */
  outbox(id: string): string
  /** Ids of the sessions that have a folder. Names that are no session's id are none of ours and left alone. */
  sessionIds(): string[]
  /** Renames `from` into a place from which nothing is ever read, then deletes it. Nothing there is fine. */
  erase(from: string): void
  /** Throws when this folder belongs to another database. */
  confirmInstance(instanceId: string): void
  /** Whether it belongs to a database yet. */
  isClaimed(): boolean
  /** Makes a new folder this database's. */
  claim(instanceId: string): void
  close(): void
}

/** Opens (and on first use makes) the data folder. Throws when another worker holds it or when it is of another realm. */
export function openDataFolder(disk: Disk, root: string, realm: Realm): DataFolder {
  const sessions = join(root, 'sessions')
  const erasing = join(root, 'erasing')
  const quarantine = join(root, 'quarantine')
  const tombstones = join(root, 'tombstones')
  const outbox = join(root, 'whatsapp', 'outbox')
  const folders = [sessions, join(sessions, 'backups'), outbox, tombstones, quarantine, erasing]
  for (const folder of folders) disk.makeFolder(folder)
  for (const parent of new Set(folders.map((folder) => dirname(folder)))) disk.sync(parent)
  const unlock = lockFolder(disk, root)
  try {
    const known = readInstance(disk, root)
    if (known && known.realm !== realm) {
      throw new Error(`The data folder ${root} belongs to the realm "${known.realm}", this worker to "${realm}".`)
    }
    if (!known) writeDurably(disk, join(root, 'instance.json'), JSON.stringify({ instance_id: null, realm }))
    // What an interrupted erase or an interrupted first write left behind belongs to nobody.
    for (const name of disk.names(erasing)) removeDurably(disk, join(erasing, name))
    for (const name of disk.names(sessions)) if (name.startsWith('.new-')) removeDurably(disk, join(sessions, name))
  } catch (error) {
    unlock()
    throw error
  }
  let erased = 0

  return {
    disk,
    sessions,
    quarantine,
    tombstones,
    session: (id) => join(sessions, id),
    backups: (id) => join(sessions, 'backups', id),
    outbox: (id) => join(outbox, `${id}.json`),
    sessionIds: () => disk.names(sessions).filter((name) => SessionId.safeParse(name).success),
    erase(from) {
      erased += 1
      const to = join(erasing, String(erased))
      if (!disk.stat(from)) return
      disk.rename(from, to)
      disk.sync(dirname(from))
      removeDurably(disk, to)
    },
    confirmInstance(instanceId) {
      const known = readInstance(disk, root)
      if (known?.instance_id && known.instance_id !== instanceId) {
        throw new Error(`The database is instance ${instanceId}, the data folder belongs to ${known.instance_id}: nothing is changed.`)
      }
    },
    isClaimed: () => typeof readInstance(disk, root)?.instance_id === 'string',
    claim(instanceId) {
      if (readInstance(disk, root)?.instance_id) return
      writeDurably(disk, join(root, 'instance.json'), JSON.stringify({ instance_id: instanceId, realm }))
    },
    close: unlock,
  }
}

/** Takes the data folder for this process; throws when another holds it. */
function lockFolder(disk: Disk, root: string): () => void {
  try {
    return disk.lock(join(root, 'worker.lock'))
  } catch (error) {
    throw new Error(`Another worker uses the data folder ${root}. Two workers must never share one.`, { cause: error })
  }
}

function readInstance(disk: Disk, root: string): z.infer<typeof Instance> | null {
  const text = disk.read(join(root, 'instance.json'))
  if (text === null) return null
  try {
    return Instance.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${join(root, 'instance.json')} is damaged.`, { cause: error })
  }
}

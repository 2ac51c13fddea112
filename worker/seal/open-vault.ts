import { SessionId } from '#domain/session.ts'
import type { Log } from '../log.ts'
import { tooMany } from '../session/decide.ts'
import { isSealed } from '../store/credential-file.ts'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import type { Home } from '../store/home.ts'
import type { Tombstones } from '../store/tombstones.ts'
import { openKeyFiles } from './key-files.ts'
import type { KeyFiles } from './key-files.ts'
import type { MasterKeys } from './master-keys.ts'
import { createVault, rewrapAll } from './vault.ts'
import type { Vault } from './vault.ts'

type Options = {
  disk: Disk
  places: DataPlaces
  masterKeys: MasterKeys | null
  /** What a clear has left half done is sealed without a key, and is no surprise. */
  tombstones: Pick<Tombstones, 'all' | 'unreadable'>
  log: Log
  home: Home
}

/**
 * The vault of a worker that begins. Wraps by the first master key what an older one wraps (SEA-5). Throws where the folder is sealed and the
 * keys at hand do not fit: nothing of it is damaged then, and nothing may be judged so (SEA-3).
 */
export function openVault({ disk, places, masterKeys, tombstones, log, home }: Options): Vault {
  const files = openKeyFiles(disk, places)
  files.tidy()
  refuseUnknownMasters(files, places, masterKeys, log)
  refuseMissingKeys(disk, files, places, masterKeys, tombstones)
  if (masterKeys) {
    const { rewrapped, left } = rewrapAll(files, masterKeys)
    if (rewrapped > 0) log.info({ rewrapped, master: masterKeys[0].id }, 'keys were wrapped anew by the first master key')
    if (left.length > 0)
      log.error({ left: left.length, sessions: left.slice(0, SOME) }, 'keys are still under an older master key: keep it')
  } else log.warn({}, 'no master key was given: credentials lie on the disk in the clear')
  return createVault({ disk, places, masterKeys, home })
}

/** How many sessions a message names. */
const SOME = 5
const HOW = 'MASTER_KEYS, MASTER_KEYS_FILE or the systemd credential give it, the new one first; until then nothing is changed.'

function refuseUnknownMasters(files: KeyFiles, { keys: folder }: DataPlaces, masterKeys: MasterKeys | null, log: Log): void {
  const known = new Set(masterKeys?.map(({ id }) => id))
  const unknown = new Map<string, number>()
  const ids = files.ids()
  for (const session of ids) {
    try {
      const { keys } = files.read(session)
      if (!keys) log.error({ session }, 'the file of its keys is damaged: what they sealed cannot be opened')
      for (const { masterKey } of keys ?? []) if (!known.has(masterKey)) unknown.set(masterKey, (unknown.get(masterKey) ?? 0) + 1)
    } catch (error) {
      log.error({ session, error: (error as Error).message }, 'the file of its keys cannot be read')
    }
  }
  const [[id, count] = []] = [...unknown]
  if (id !== undefined) throw new Error(`${count} keys in ${folder} are wrapped by the master key ${id}, which was not given. ${HOW}`)
  if (!masterKeys && ids.length > 0) throw new Error(`There are keys in ${folder}, but no master key was given. ${HOW}`)
}

/** One that is missing is damage. Many are a folder that somebody forgot to bring along, and the sessions are well. */
function refuseMissingKeys(
  disk: Disk,
  files: KeyFiles,
  { sessions, keys: folder }: DataPlaces,
  masterKeys: MasterKeys | null,
  tombstones: Options['tombstones'],
): void {
  const ended = new Set(tombstones.all().map(({ order }) => order.session_id))
  const withKey = new Set(files.ids())
  const sealed = disk.names(sessions).filter((name) => {
    if (!SessionId.safeParse(name).success || ended.has(name)) return false
    try {
      return isSealed(disk, `${sessions}/${name}`)
    } catch {
      // What the system refuses to read is told when its session is looked at.
      return false
    }
  })
  if (!masterKeys && sealed.length > 0) {
    throw new Error(`${sealed.length} sessions in ${sessions} are sealed, but no master key was given. ${HOW}`)
  }
  const without = sealed.filter((id) => !withKey.has(id))
  if (tooMany(without.length, sealed.length)) {
    const words = `${without.length} of ${sealed.length} sealed sessions have no key in ${folder}`
    throw new Error(
      `${words}: was that folder left behind? Nothing is changed. Put it back, or take those sessions away: ${without.slice(0, SOME).join(', ')}`,
    )
  }
}

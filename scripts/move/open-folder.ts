import { systemClock } from '../../worker/clock.ts'
import { eraseBroughtBack } from '../../worker/clear/erase-brought-back.ts'
import type { Places } from '../../worker/clear/erase.ts'
import type { Log } from '../../worker/log.ts'
import { keyFileIds } from '../../worker/seal/key-files.ts'
import type { MasterKeys } from '../../worker/seal/master-keys.ts'
import { openVault } from '../../worker/seal/open-vault.ts'
import { sealAll } from '../../worker/seal/seal-all.ts'
import { openBackups } from '../../worker/store/backups.ts'
import { inspectCredentials } from '../../worker/store/credential-store.ts'
import { lockFolder, openDataFolder, readInstance } from '../../worker/store/data-folder.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { IN_THE_FOLDER } from '../../worker/store/home.ts'
import { ledgerFileAt, ledgerPath, openLedger, withLedger } from '../../worker/store/ledger.ts'
import { openNames } from '../../worker/store/names.ts'
import { openOutbox } from '../../worker/store/outbox.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { openTombstones } from '../../worker/store/tombstones.ts'
import { StartError } from '../stack/start-error.ts'
import type { Stored } from './plan.ts'
import type { MoveSettings } from './settings.ts'

export type Opened = {
  places: Places
  /** What lies here of each session, but for what was set aside. */
  stored(): Map<string, Stored>
  /** The database that it belongs to. */
  instanceId: string
  /** How many things were set aside. */
  asides: number
}

/**
 * Opens the folder of a stopped worker just as the worker would: locked, keys wrapped by the first master key, all sealed, and what an old copy
 * brought back erased. Throws where the worker would refuse to start, and where this is no folder of a worker with `WORKER_STORE=disk`.
 */
export function openToMove(disk: Disk, root: string, settings: MoveSettings, masterKeys: MasterKeys, log: Log): Opened {
  const instanceId = instanceOf(disk, root, settings)
  const maxPages = settings.CREDENTIAL_MAX_PAGES
  const data = openDataFolder(disk, root, settings.WORKER_REALM)
  try {
    const ledger = openLedger(ledgerFileAt(ledgerPath(root, settings.WORKER_LEDGER)))
    const quarantine = openQuarantine(data, systemClock)
    const tombstones = withLedger(openTombstones(data, log), ledger)
    const vault = openVault({ disk, places: data, masterKeys, tombstones, log, home: IN_THE_FOLDER })
    const outbox = openOutbox(data, vault)
    const places: Places = { data, vault, quarantine, backups: openBackups(data, vault, systemClock, maxPages), outbox, maxPages }
    eraseBroughtBack(places, ledger, log)
    sealAll({ data, vault, names: openNames({ disk, places: data, vault }), outbox, quarantine, maxPages, log })

    const storedOf = (id: string): Stored => {
      const found = inspectCredentials(data.session(id), { disk, vault, sessionId: id, maxPages })
      if (found.state === 'absent') return { state: 'damaged', reason: 'there are only parts of it' }
      if (found.state !== 'whole') return found
      const { generation } = found
      const queue = outbox.bindingOf(id)
      const isMine = queue === null || (queue !== 'damaged' && queue.generation === generation)
      return { state: 'whole', generation, forbidden: tombstones.forbids(id, generation), outbox: isMine }
    }
    return {
      places,
      instanceId,
      asides: quarantine.entries().length,
      stored() {
        const ids = [...data.sessionIds(), ...data.backedUpIds(), ...data.outboxIds(), ...keyFileIds(disk, data.keys)]
        return new Map([...new Set(ids)].map((id) => [id, storedOf(id)]))
      },
    }
  } catch (error) {
    data.close()
    throw error
  }
}

/** Which database a folder belongs to. Throws `StartError` where the folder itself says something against a move. */
function instanceOf(disk: Disk, root: string, { WORKER_REALM }: MoveSettings): string {
  const instance = readInstance(disk, root)
  if (!instance?.instance_id) throw new StartError(`${root} is no folder that a worker has used: --data is what its WORKER_DATA is.`)
  if (instance.store === 'database') throw new StartError(`${root} is of WORKER_STORE=database already: there is nothing to move.`)
  if (instance.realm !== WORKER_REALM)
    throw new StartError(`${root} is of WORKER_REALM=${instance.realm}, and here WORKER_REALM is ${WORKER_REALM}: nothing is changed.`)
  try {
    lockFolder(disk, root)()
  } catch (error) {
    throw new StartError(`A worker uses ${root} (its WORKER_DATA): stop it first, and leave it stopped.`, { cause: error })
  }
  return instance.instance_id
}

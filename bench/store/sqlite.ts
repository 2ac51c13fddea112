import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import type { MasterKeys } from '../../worker/seal/master-keys.ts'
import { createVault } from '../../worker/seal/vault.ts'
import { createCredentials } from '../../worker/store/credential-store.ts'
import { placesOf } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { removeDurably } from '../../worker/store/durable-file.ts'
import { IDENTITY } from './identity.ts'
import type { Contender, OpenContender } from './contender.ts'

const MASTER_KEYS = readMasterKeys({ MASTER_KEYS: randomBytes(32).toString('base64') })

/** The worker's own store, as it runs: with a master key, and without one. */
export const openSealed: OpenContender = (folder, sessionId) => openStore(folder, sessionId, MASTER_KEYS)
export const openInTheClear: OpenContender = (folder, sessionId) => openStore(folder, sessionId, null)

function openStore(folder: string, sessionId: string, masterKeys: MasterKeys | null): Contender {
  const places = placesOf(dirname(folder))
  const vault = createVault({ disk: systemDisk, places, masterKeys })
  if (vault.seals) systemDisk.makeFolder(places.keys)
  const store = createCredentials(folder, 1, IDENTITY, { disk: systemDisk, vault, sessionId, maxPages: 100_000 })
  const access = store.access()
  return {
    put: (type, values) => access.writeKeys(Object.entries(values).map(([id, value]) => ({ type, id, value }))),
    get: (type, id) => access.readKeys(type, [id]).get(id) ?? null,
    clear() {
      store.dispose()
      vault.destroy(sessionId, 1, true)
      removeDurably(systemDisk, folder)
      if (systemDisk.names(places.keys).length === 0) removeDurably(systemDisk, places.keys)
    },
  }
}

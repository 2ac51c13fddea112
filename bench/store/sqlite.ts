import { createCredentials } from '../../worker/store/credential-store.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { removeDurably } from '../../worker/store/durable-file.ts'
import { IDENTITY } from './identity.ts'
import type { Contender } from './contender.ts'

/** The worker's own store, as it runs. */
export function openSqlite(folder: string, sessionId: string): Contender {
  const store = createCredentials(folder, 1, IDENTITY, { disk: systemDisk, sessionId, maxPages: 100_000 })
  const access = store.access()
  return {
    put: (type, values) => access.writeKeys(Object.entries(values).map(([id, value]) => ({ type, id, value }))),
    get: (type, id) => access.readKeys(type, [id]).get(id) ?? null,
    clear() {
      store.dispose()
      removeDurably(systemDisk, folder)
    },
  }
}

import { join } from 'node:path'
import type { Log } from '../log.ts'
import { sealFile } from '../store/credential-file.ts'
import type { DataFolder } from '../store/data-folder.ts'
import { NAMES_FILE } from '../store/names.ts'
import type { NamesFile } from '../store/names.ts'
import type { Outbox } from '../store/outbox.ts'
import type { Quarantine } from '../store/quarantine.ts'
import { asStorageError } from '../store/storage-error.ts'
import type { Vault } from './vault.ts'

type Options = {
  data: DataFolder
  vault: Vault
  names: NamesFile
  outbox: Outbox
  quarantine: Quarantine
  maxPages: number
  log: Log
}

/** How a JSON file of ours begins that is from before there was a master key; looked at instead of reading a thousand files whole. */
const IN_THE_CLEAR = '{"version":1'

/**
 * Seals what lies in the data folder in the clear (SEA-6): credentials, snapshots, texts and names, and copies of them that were set aside.
 * Each by itself, so that a kill costs nothing but the rest, which the next start takes up. What is damaged stays what it is; what the disk
 * refuses is told, and sealed before its session runs.
 */
export function sealAll({ data, vault, names, outbox, quarantine, maxPages, log }: Options): void {
  if (!vault.seals) return
  const { disk } = data
  let sealed = 0
  const attempt = (sessionId: string, work: () => boolean): void => {
    try {
      if (work()) sealed += 1
    } catch (error) {
      const { kind, message } = asStorageError(error)
      if (kind !== 'damaged') log.error({ session: sessionId, error: message }, 'what lies there in the clear could not be sealed yet')
    }
  }
  const isClear = (path: string): boolean =>
    disk.stat(path)?.isFolder === false && disk.readStart(path, IN_THE_CLEAR.length).toString('latin1') === IN_THE_CLEAR
  const sealCredentials = (folder: string, sessionId: string): void =>
    attempt(sessionId, () => sealFile(folder, { disk, vault, sessionId, maxPages }, join(data.sessions, `.new-${sessionId}`)))
  const sealFolder = (folder: string, sessionId: string): void => {
    sealCredentials(folder, sessionId)
    attempt(sessionId, () => isClear(join(folder, NAMES_FILE)) && names.seal(folder, sessionId))
  }
  const sealOutbox = (path: string, sessionId: string): void => attempt(sessionId, () => isClear(path) && outbox.seal(path, sessionId))

  for (const id of data.sessionIds()) sealFolder(data.session(id), id)
  for (const id of data.backedUpIds()) {
    for (const name of disk.names(data.backups(id))) sealCredentials(join(data.backups(id), name), id)
  }
  for (const id of data.outboxIds()) sealOutbox(data.outbox(id), id)
  for (const { name, sessionId } of quarantine.entries()) {
    const folder = join(data.quarantine, name)
    sealFolder(join(folder, 'session'), sessionId)
    sealCredentials(join(folder, 'backup'), sessionId)
    sealOutbox(join(folder, 'outbox.json'), sessionId)
  }
  if (sealed > 0) log.info({ sealed }, 'what lay there in the clear was sealed')
}

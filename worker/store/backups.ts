import { join } from 'node:path'
import { inspectCredentials } from './credential-store.ts'
import type { DataFolder } from './data-folder.ts'
import { addSizes, removeDurably, sizeOf } from './durable-file.ts'
import type { Size } from './durable-file.ts'

/** Snapshots of a session's credentials. A clear erases those up to its generation; one that cannot be read counts as covered. */
export type Backups = {
  measure(sessionId: string, maxGeneration: number): Size
  erase(sessionId: string, maxGeneration: number): void
}

export function openBackups(data: DataFolder, maxPages: number): Backups {
  const { disk } = data
  const covered = (sessionId: string, maxGeneration: number): string[] => {
    const folder = data.backups(sessionId)
    return disk
      .names(folder)
      .map((name) => join(folder, name))
      .filter((backup) => {
        const found = inspectCredentials(backup, { disk, sessionId, maxPages })
        return found.state !== 'whole' || found.generation <= maxGeneration
      })
  }
  return {
    measure: (sessionId, maxGeneration) =>
      covered(sessionId, maxGeneration)
        .map((backup) => sizeOf(disk, backup))
        .reduce(addSizes, { files: 0, bytes: 0 }),
    erase(sessionId, maxGeneration) {
      for (const backup of covered(sessionId, maxGeneration)) data.erase(backup)
      const folder = data.backups(sessionId)
      if (disk.stat(folder) && disk.names(folder).length === 0) removeDurably(disk, folder)
    },
  }
}

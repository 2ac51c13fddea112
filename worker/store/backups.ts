import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { inspectCredentials } from './credential-store.ts'
import type { DataFolder } from './data-folder.ts'
import { addSizes, namesIn, removeDurably, sizeOf } from './durable-file.ts'
import type { Size } from './durable-file.ts'

/** Snapshots of a session's credentials. A clear erases those up to its generation; one that cannot be read counts as covered. */
export type Backups = {
  measure(sessionId: string, maxGeneration: number): Size
  erase(sessionId: string, maxGeneration: number): void
}

export function openBackups(data: DataFolder, maxPages: number): Backups {
  const covered = (sessionId: string, maxGeneration: number): string[] => {
    const folder = data.backups(sessionId)
    return namesIn(folder)
      .map((name) => join(folder, name))
      .filter((backup) => {
        const found = inspectCredentials(backup, { sessionId, maxPages })
        return found.state !== 'whole' || found.generation <= maxGeneration
      })
  }
  return {
    measure: (sessionId, maxGeneration) => covered(sessionId, maxGeneration).map(sizeOf).reduce(addSizes, { files: 0, bytes: 0 }),
    erase(sessionId, maxGeneration) {
      for (const backup of covered(sessionId, maxGeneration)) data.erase(backup)
      const folder = data.backups(sessionId)
      if (existsSync(folder) && namesIn(folder).length === 0) removeDurably(folder)
    },
  }
}

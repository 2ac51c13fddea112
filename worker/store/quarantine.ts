import { join } from 'node:path'
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import type { DataFolder } from './data-folder.ts'
import type { Disk } from './disk.ts'
import { addSizes, sizeOf, writeDurably } from './durable-file.ts'
import type { Size } from './durable-file.ts'

/** How long a quarantined folder is kept, days. */
const KEEP_DAYS = 30

const Why = z.object({
  session_id: z.uuid(),
  generation: z.int().nullable(),
  reason: z.string(),
  since: z.string(),
  keep_until: z.string(),
})
export type Why = z.infer<typeof Why>

/**
 * Folders that are nobody's, are damaged, or are of another generation: set aside with the reason, never adopted, never started. An
 * order erases those of its session; time erases the rest.
 */
export type Quarantine = {
  /** Moves a session's folder here. Returns whether there was one. */
  take(sessionId: string, generation: number | null, reason: string): boolean
  /** What an order for generations up to `maxGeneration` would erase; unknown generations are included. */
  measure(sessionId: string, maxGeneration: number): Size
  erase(sessionId: string, maxGeneration: number): void
  /** Erases what was kept long enough; returns how many. */
  expire(): number
}

export function openQuarantine(data: DataFolder, clock: Clock): Quarantine {
  const { disk } = data
  const entries = (): { folder: string; why: Why | null; sessionId: string }[] =>
    disk.names(data.quarantine).map((name) => {
      const folder = join(data.quarantine, name)
      return { folder, why: readWhy(disk, folder), sessionId: name.split('.')[0] ?? '' }
    })
  const covered = (sessionId: string, maxGeneration: number): string[] =>
    entries()
      .filter((entry) => entry.sessionId === sessionId && (entry.why?.generation ?? 0) <= maxGeneration)
      .map((entry) => entry.folder)

  return {
    take(sessionId, generation, reason) {
      const from = data.session(sessionId)
      if (!disk.stat(from)) return false
      const now = clock.now()
      let to = join(data.quarantine, `${sessionId}.${now}`)
      for (let copy = 1; disk.stat(to); copy += 1) to = join(data.quarantine, `${sessionId}.${now}-${copy}`)
      const why: Why = {
        session_id: sessionId,
        generation,
        reason,
        since: new Date(now).toISOString(),
        keep_until: new Date(now + KEEP_DAYS * 86_400_000).toISOString(),
      }
      disk.makeFolder(to)
      disk.sync(data.quarantine)
      writeDurably(disk, join(to, 'why.json'), JSON.stringify(why))
      disk.rename(from, join(to, 'session'))
      disk.sync(to)
      disk.sync(data.sessions)
      return true
    },
    measure: (sessionId, maxGeneration) =>
      covered(sessionId, maxGeneration)
        .map((folder) => sizeOf(disk, folder))
        .reduce(addSizes, { files: 0, bytes: 0 }),
    erase(sessionId, maxGeneration) {
      for (const folder of covered(sessionId, maxGeneration)) data.erase(folder)
    },
    expire() {
      const over = entries().filter(({ why }) => why && Date.parse(why.keep_until) < clock.now())
      for (const { folder } of over) data.erase(folder)
      return over.length
    },
  }
}

function readWhy(disk: Disk, folder: string): Why | null {
  try {
    return Why.parse(JSON.parse(disk.read(join(folder, 'why.json')) ?? ''))
  } catch {
    return null
  }
}

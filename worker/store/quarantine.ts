import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import type { DataFolder } from './data-folder.ts'
import type { Disk } from './disk.ts'
import { addSizes, removeDurably, sizeOf, writeDurably } from './durable-file.ts'
import type { Size } from './durable-file.ts'

/** How long something is kept in quarantine, days. */
const KEEP_DAYS = 30
const KEEP_MS = KEEP_DAYS * 86_400_000

export const QUARANTINED = ['credentials', 'backup', 'outbox'] as const

const Why = z.object({
  session_id: z.uuid(),
  /** Entries from before there was more than credentials to set aside say nothing. */
  what: z.enum(QUARANTINED).default('credentials'),
  generation: z.int().nullable(),
  reason: z.string(),
  since: z.string(),
  keep_until: z.string(),
})
type Why = z.infer<typeof Why>

/** `why: null`: the machine stopped before it was written, or it is damaged. `keepUntil`: milliseconds since the epoch. */
export type QuarantineEntry = { name: string; sessionId: string; why: Why | null; keepUntil: number | null }

/**
 * What is nobody's, is damaged, or is of another generation: set aside with the reason, never adopted, never started. An order erases
 * what is of its session; time erases the rest. Each thing is an entry of its own, so that an order erases no newer generation with it.
 */
export type Quarantine = {
  /** Moves a session's folder here. Returns whether there was one. */
  take(sessionId: string, generation: number | null, reason: string): boolean
  /** Moves one snapshot of a session here, by its name. Returns whether there was one. */
  takeBackup(sessionId: string, name: string, generation: number | null, reason: string): boolean
  /** Moves the messages of a session that wait to be sent here. Returns whether there were any. */
  takeOutbox(sessionId: string, generation: number | null, reason: string): boolean
  /** What an order for generations up to `maxGeneration` would erase; unknown generations are included. */
  measure(sessionId: string, maxGeneration: number): Size
  erase(sessionId: string, maxGeneration: number): void
  /** Erases what is known to be of generations up to `maxGeneration`; returns how many entries. */
  eraseKnown(sessionId: string, maxGeneration: number): number
  /** Whether credentials of a session were set aside of which nobody can tell whether a phone was linked. */
  holdsUnknown(sessionId: string): boolean
  /** All that is here. */
  entries(): QuarantineEntry[]
  /** Erases what was kept long enough; returns how many. */
  expire(): number
}

export function openQuarantine(data: DataFolder, clock: Clock): Quarantine {
  const { disk } = data
  dropEmptyEntries(disk, data.quarantine)
  const covered = (sessionId: string, maxGeneration: number): string[] =>
    quarantineEntries(disk, data.quarantine)
      .filter((entry) => entry.sessionId === sessionId && (entry.why?.generation ?? 0) <= maxGeneration)
      .map((entry) => join(data.quarantine, entry.name))

  /**
   * The reason is on disk before anything moves, and the new name before the old one's absence: wherever the power is cut, the thing is
   * in one of the two places, and what is here says why.
   */
  const move = (from: string, as: string, facts: Pick<Why, 'session_id' | 'what' | 'generation' | 'reason'>): boolean => {
    if (!disk.stat(from)) return false
    const now = clock.now()
    const first = join(data.quarantine, `${facts.session_id}.${now}`)
    let to = first
    for (let copy = 1; disk.stat(to); copy += 1) to = `${first}-${copy}`
    const why: Why = { ...facts, since: new Date(now).toISOString(), keep_until: new Date(now + KEEP_MS).toISOString() }
    disk.makeFolder(to)
    disk.sync(data.quarantine)
    writeDurably(disk, join(to, 'why.json'), JSON.stringify(why))
    disk.rename(from, join(to, as))
    disk.sync(to)
    disk.sync(dirname(from))
    return true
  }

  return {
    take: (session_id, generation, reason) =>
      move(data.session(session_id), 'session', { session_id, what: 'credentials', generation, reason }),
    takeBackup(session_id, name, generation, reason) {
      const folder = data.backups(session_id)
      if (name === '' || name.startsWith('.') || basename(name) !== name) throw new Error('not the name of a snapshot')
      const moved = move(join(folder, name), 'backup', { session_id, what: 'backup', generation, reason })
      if (moved && disk.names(folder).length === 0) removeDurably(disk, folder)
      return moved
    },
    takeOutbox: (session_id, generation, reason) =>
      move(data.outbox(session_id), 'outbox.json', { session_id, what: 'outbox', generation, reason }),
    measure: (sessionId, maxGeneration) =>
      covered(sessionId, maxGeneration)
        .map((folder) => sizeOf(disk, folder))
        .reduce(addSizes, { files: 0, bytes: 0 }),
    erase(sessionId, maxGeneration) {
      for (const folder of covered(sessionId, maxGeneration)) data.erase(folder)
    },
    eraseKnown(sessionId, maxGeneration) {
      const known = quarantineEntries(disk, data.quarantine).filter(
        (entry) => entry.sessionId === sessionId && (entry.why?.generation ?? Infinity) <= maxGeneration,
      )
      for (const { name } of known) data.erase(join(data.quarantine, name))
      return known.length
    },
    holdsUnknown: (sessionId) =>
      quarantineEntries(disk, data.quarantine).some(
        ({ name, why, ...entry }) =>
          entry.sessionId === sessionId && (why?.generation ?? null) === null && disk.stat(join(data.quarantine, name, 'session')) !== null,
      ),
    entries: () => quarantineEntries(disk, data.quarantine),
    expire() {
      const over = quarantineEntries(disk, data.quarantine).filter(({ keepUntil }) => keepUntil !== null && keepUntil < clock.now())
      for (const { name } of over) data.erase(join(data.quarantine, name))
      return over.length
    },
  }
}

/** Where the process ended before the reason was written, nothing had moved yet: the entry is empty and means nothing. */
function dropEmptyEntries(disk: Disk, quarantine: string): void {
  for (const name of disk.names(quarantine)) {
    const entry = join(quarantine, name)
    if (disk.stat(entry)?.isFolder && disk.names(entry).every((one) => one.endsWith('.tmp'))) removeDurably(disk, entry)
  }
}

/** All that is in quarantine; looking makes nothing. What has lost its reason is kept as long, by the time in its name. */
export function quarantineEntries(disk: Disk, quarantine: string): QuarantineEntry[] {
  return disk.names(quarantine).map((name) => {
    const [sessionId = '', since = ''] = name.split('.')
    const why = readWhy(disk, join(quarantine, name))
    const taken = Number.parseInt(since, 10)
    const keepUntil = why ? Date.parse(why.keep_until) : taken + KEEP_MS
    return { name, sessionId, why, keepUntil: Number.isNaN(keepUntil) ? null : keepUntil }
  })
}

function readWhy(disk: Disk, folder: string): Why | null {
  try {
    return Why.parse(JSON.parse(disk.read(join(folder, 'why.json')) ?? ''))
  } catch {
    return null
  }
}

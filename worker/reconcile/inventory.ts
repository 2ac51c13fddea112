import { join } from 'node:path'
import type { ClearOrder } from '#domain/clearance.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import { reasonOf } from '../log.ts'
import { keyFileIds } from '../seal/key-files.ts'
import type { Vault } from '../seal/vault.ts'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { quarantineEntries } from '../store/quarantine.ts'
import type { QuarantineEntry } from '../store/quarantine.ts'
import { sessionIn } from '../store/tombstones.ts'
import type { Tombstone } from '../store/tombstones.ts'
import type { Inventory, MemoryFacts, SessionFacts, StoredFacts } from './facts.ts'
import { readKeys, readOutbox, readStored, versionOf } from './stored.ts'
import type { StoredReader } from './stored.ts'
import { findStrays, isSessionId } from './strays.ts'

/** What a worker holds in memory. */
export type Memory = {
  /** Of all sessions that run. */
  ids(): string[]
  of(sessionId: string): MemoryFacts | null
  /** Another number after each change of the session here. */
  changeOf(sessionId: string): number
  /** What lies on disk for it was changed from outside: it has to be looked at anew. */
  touched(sessionId: string): void
}

/** What was read of the database; `null`: it could not be. `isHearsay`: whether a session changed here since. */
export type DatabaseView = {
  sessions: readonly SessionIntent[]
  orders: readonly ClearOrder[]
  isHearsay(sessionId: string): boolean
} | null

export type Sources = {
  disk: Disk
  places: DataPlaces
  vault: Vault
  memory: Memory
  tombstones: { all(): Tombstone[]; unreadable(): string[] }
  stored: StoredReader
  /** Bounds each file of credentials, in pages of 4 KiB. */
  maxPages: number
  /** Whether the data folder is known to be this database's. */
  isClaimed(): boolean
}

/**
 * What is where, for every session that anybody knows. Changes nothing and opens no file that a running session holds. Throws where a
 * folder cannot be listed: what was not seen must not be called absent.
 */
export function takeInventory(sources: Sources, database: DatabaseView): Inventory {
  const { disk, places, memory, tombstones, stored } = sources
  const rows = new Map(database?.sessions.map((row) => [row.id, row]))
  const orders = groupBy(database?.orders ?? [], (order) => order.session_id)
  const stones = groupBy(tombstones.all(), ({ order }) => order.session_id)
  const fenced = new Set(tombstones.unreadable().map(sessionIn))
  const aside = groupBy(quarantineEntries(disk, places.quarantine), (entry) => entry.sessionId)
  const folders = new Set(disk.names(places.sessions).filter(isSessionId))
  const snapshots = new Set(disk.names(join(places.sessions, 'backups')).filter(isSessionId))
  const outboxes = new Set(disk.names(places.outboxes).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : [])))

  const keys = new Set(keyFileIds(disk, places.keys))
  const known = [rows, orders, stones, fenced, folders, snapshots, outboxes, aside, keys].flatMap((ids) => Array.from(ids.keys()))
  const ids = [...new Set([...known, ...memory.ids()])].filter(isSessionId).toSorted()
  const sessions = ids.map((id) =>
    factsOf(sources, id, {
      database: database && { row: rows.get(id) ?? null, orders: orders.get(id) ?? [], isHearsay: database.isHearsay(id) },
      hasFolder: folders.has(id),
      hasBackups: snapshots.has(id),
      hasOutbox: outboxes.has(id),
      hasKeys: keys.has(id),
      aside: aside.get(id) ?? [],
      stones: stones.get(id) ?? [],
      fenced: fenced.has(id),
      read: (folder, change) => stored.read(folder, id, `${change}.${versionOf(disk, folder)}`),
    }),
  )
  stored.sweep()
  return { sessions, strays: findStrays(disk, places, tombstones.unreadable()) }
}

/** The same of one session, each file read anew: what is about to be moved is looked at, not remembered. */
export function inspectSession(sources: Sources, id: string, database: NonNullable<Seen['database']>): SessionFacts {
  const { disk, places, vault, tombstones, maxPages } = sources
  return factsOf(sources, id, {
    database,
    hasFolder: disk.stat(places.session(id)) !== null,
    hasBackups: true,
    hasOutbox: true,
    hasKeys: true,
    aside: quarantineEntries(disk, places.quarantine).filter(({ sessionId }) => sessionId === id),
    stones: tombstones.all().filter(({ order }) => order.session_id === id),
    fenced: tombstones.unreadable().some((name) => sessionIn(name) === id),
    read: (folder) => readStored({ disk, vault, sessionId: id, maxPages }, folder),
  })
}

/** What was listed of one session before any of its files is opened. */
type Seen = {
  database: { row: SessionIntent | null; orders: readonly ClearOrder[]; isHearsay: boolean } | null
  hasFolder: boolean
  hasBackups: boolean
  hasOutbox: boolean
  hasKeys: boolean
  aside: readonly QuarantineEntry[]
  stones: readonly Tombstone[]
  fenced: boolean
  read(folder: string, change: number): StoredFacts
}

function factsOf({ disk, places, vault, memory }: Sources, sessionId: string, seen: Seen): SessionFacts {
  const running = memory.of(sessionId)
  const folder = places.session(sessionId)
  const backups = places.backups(sessionId)
  const { row, orders } = seen.database ?? { row: null, orders: [] }
  const atRest = (): StoredFacts => (running ? { state: 'in_use' } : seen.read(folder, memory.changeOf(sessionId)))
  const readBackups = (): SessionFacts['backups'] => {
    try {
      return disk.names(backups).map((name) => ({ name, stored: seen.read(join(backups, name), 0) }))
    } catch (error) {
      return [{ name: '', stored: { state: 'unreadable', reason: reasonOf(error) } }]
    }
  }
  return {
    sessionId,
    database: seen.database && {
      row: row && { status: row.status, desired: row.desired, generation: row.generation },
      orders: orders.map(({ id, max_generation, reason }) => ({ id, maxGeneration: max_generation, reason })),
    },
    hearsay: seen.database?.isHearsay ?? false,
    credentials: seen.hasFolder ? atRest() : { state: 'absent' },
    backups: seen.hasBackups ? readBackups() : [],
    outbox: seen.hasOutbox ? readOutbox(disk, places.outbox(sessionId)) : { state: 'absent' },
    keys: seen.hasKeys ? readKeys(vault, sessionId) : { state: 'whole', generations: [], old: 0 },
    quarantine: seen.aside.map(({ name, why, keepUntil }) => ({
      name,
      what: why?.what ?? null,
      generation: why?.generation ?? null,
      reason: why?.reason ?? null,
      keepUntil: keepUntil === null ? null : new Date(keepUntil).toISOString(),
    })),
    memory: running,
    tombstones: seen.stones.map(({ order, receipt, remoteUnlink }) => ({
      orderId: order.id,
      maxGeneration: order.max_generation,
      step: receipt ? 'receipt' : remoteUnlink ? 'unlinked' : 'erased',
    })),
    fenced: seen.fenced,
  }
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}

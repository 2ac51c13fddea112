import { join } from 'node:path'
import * as z from 'zod'
import { ClearOrder, Receipt, RemoteUnlink } from '#domain/clearance.ts'
import type { Log } from '../log.ts'
import { removeDurably, writeDurably } from './durable-file.ts'
import type { DataFolder } from './data-folder.ts'

const Size = z.object({ files: z.int(), bytes: z.int() })

/** What a clear found before it erased anything. `linked: null`: the credentials were damaged, nobody can tell. */
export const Findings = z.object({
  linked: z.boolean().nullable(),
  generations: z.array(z.int()),
  removed: z.object({
    credentials: Size,
    backups: Size,
    outbox: z.object({ messages: z.int() }),
    names: z.int(),
    quarantine: Size,
  }),
})
export type Findings = z.infer<typeof Findings>

/**
 * An order to stay gone, on disk before anything is erased, until the database holds the receipt. It also keeps how far the clear came,
 * so that a resumed one claims nothing it did not see.
 */
export const Tombstone = z.object({
  version: z.literal(1),
  order: ClearOrder,
  startedAt: z.string(),
  findings: Findings,
  remoteUnlink: z.nullable(RemoteUnlink),
  receipt: z.nullable(Receipt),
})
export type Tombstone = z.infer<typeof Tombstone>

export type Tombstones = {
  get(orderId: string): Tombstone | null
  all(): Tombstone[]
  /** Returns once it is on disk. */
  put(tombstone: Tombstone): void
  remove(tombstone: Tombstone): void
  /** Whether a generation of a session must stay gone. */
  forbids(sessionId: string, generation: number): boolean
}

/** Reads the tombstones. One that cannot be read still forbids every generation of the session in its name. */
export function openTombstones(data: DataFolder, log: Log): Tombstones {
  const { disk } = data
  const byOrder = new Map<string, Tombstone>()
  const unreadable = new Set<string>()
  const pathOf = (tombstone: Tombstone): string => join(data.tombstones, `${tombstone.order.session_id}.${tombstone.order.id}.json`)

  for (const name of disk.names(data.tombstones)) {
    const path = join(data.tombstones, name)
    if (name.endsWith('.tmp')) {
      removeDurably(disk, path)
      continue
    }
    try {
      const tombstone = Tombstone.parse(JSON.parse(disk.read(path) ?? ''))
      byOrder.set(tombstone.order.id, tombstone)
    } catch {
      unreadable.add(name.split('.')[0] ?? name)
      log.error({ file: name }, 'a tombstone is damaged: its session stays fenced until somebody looks')
    }
  }

  return {
    get: (orderId) => byOrder.get(orderId) ?? null,
    all: () => [...byOrder.values()],
    put(tombstone) {
      writeDurably(disk, pathOf(tombstone), JSON.stringify(tombstone))
      byOrder.set(tombstone.order.id, tombstone)
    },
    remove(tombstone) {
      removeDurably(disk, pathOf(tombstone))
      byOrder.delete(tombstone.order.id)
    },
    forbids: (sessionId, generation) =>
      unreadable.has(sessionId) ||
      [...byOrder.values()].some(({ order }) => order.session_id === sessionId && order.max_generation >= generation),
  }
}

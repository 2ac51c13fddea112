import { join } from 'node:path'
import * as z from 'zod'
import { ClearOrder, Receipt, RemoteUnlink } from '#domain/clearance.ts'
import type { Log } from '../log.ts'
import { removeDurably, writeDurably } from './durable-file.ts'
import type { DataFolder } from './data-folder.ts'
import { openReserve } from './reserve.ts'
import type { Disk } from './disk.ts'

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
  /** Names of files that cannot be read. */
  unreadable(): string[]
  /** Whether a generation of a session must stay gone. */
  forbids(sessionId: string, generation: number): boolean
}

/** Reads the tombstones. One that cannot be read still forbids every generation of the session in its name. */
export function openTombstones(data: DataFolder, log: Log): Tombstones {
  const { disk } = data
  const reserve = openReserve(data)
  for (const name of disk.names(data.tombstones)) if (name.endsWith('.tmp')) removeDurably(disk, join(data.tombstones, name))
  const { whole, unreadable } = readTombstones(disk, data.tombstones)
  const byOrder = new Map(whole.map((tombstone) => [tombstone.order.id, tombstone]))
  const fenced = new Set(unreadable.map(sessionIn))
  for (const name of unreadable) log.error({ file: name }, 'a tombstone is damaged: its session stays fenced until somebody looks')
  const pathOf = (tombstone: Tombstone): string => join(data.tombstones, `${tombstone.order.session_id}.${tombstone.order.id}.json`)

  return {
    get: (orderId) => byOrder.get(orderId) ?? null,
    all: () => [...byOrder.values()],
    put(tombstone) {
      reserve.spend(() => writeDurably(disk, pathOf(tombstone), JSON.stringify(tombstone)))
      byOrder.set(tombstone.order.id, tombstone)
    },
    remove(tombstone) {
      removeDurably(disk, pathOf(tombstone))
      byOrder.delete(tombstone.order.id)
      reserve.refill()
    },
    unreadable: () => unreadable,
    forbids: (sessionId, generation) =>
      fenced.has(sessionId) ||
      [...byOrder.values()].some(({ order }) => order.session_id === sessionId && order.max_generation >= generation),
  }
}

/** What lies in the folder of tombstones, temporary files apart; looking makes nothing. */
export function readTombstones(disk: Disk, folder: string): { whole: Tombstone[]; unreadable: string[] } {
  const whole: Tombstone[] = []
  const unreadable: string[] = []
  for (const name of disk.names(folder).filter((one) => !one.endsWith('.tmp'))) {
    try {
      whole.push(Tombstone.parse(JSON.parse(disk.read(join(folder, name)) ?? '')))
    } catch {
      unreadable.push(name)
    }
  }
  return { whole, unreadable }
}

/** The session that a tombstone's name tells of. */
export function sessionIn(name: string): string {
  return name.split('.')[0] ?? name
}

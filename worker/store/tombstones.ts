import { join } from 'node:path'
import * as z from 'zod'
import { ClearOrder, Receipt, RemoteUnlink } from '#domain/clearance.ts'
import { OnDisk } from '#domain/holdings.ts'
import type { Log } from '../log.ts'
import { removeDurably, writeDurably } from './durable-file.ts'
import { checkedId } from './data-folder.ts'
import type { DataFolder } from './data-folder.ts'
import { openReserve } from './reserve.ts'
import type { Disk } from './disk.ts'

/** What a clear found before it erased anything. `linked: null`: the credentials were damaged, nobody can tell. */
export const Findings = z.object({
  linked: z.boolean().nullable(),
  /** Credentials of nobody knows which link were set aside before: whatever is unlinked now, another phone may stay linked. */
  othersAside: z.boolean().default(false),
  generations: z.array(z.int()),
  removed: OnDisk,
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
  /** Tries those again: a disk that could not read may only have had a bad moment. */
  reread(): void
  /** Whether a generation of a session must stay gone. */
  forbids(sessionId: string, generation: number): boolean
}

/** Reads the tombstones. One that cannot be read still forbids every generation of the session in its name. */
export function openTombstones(data: DataFolder, log: Log): Tombstones {
  const { disk } = data
  const reserve = openReserve(data)
  for (const name of disk.names(data.tombstones)) if (name.endsWith('.tmp')) removeDurably(disk, join(data.tombstones, name))
  const { whole, unreadable: atFirst } = readTombstones(disk, data.tombstones)
  const byOrder = new Map(whole.map((tombstone) => [tombstone.order.id, tombstone]))
  let unreadable = atFirst
  for (const name of unreadable) log.error({ file: name }, 'a tombstone is damaged: its session stays fenced until somebody looks')
  const pathOf = ({ order }: Tombstone): string => join(data.tombstones, `${checkedId(order.session_id)}.${checkedId(order.id)}.json`)

  return {
    get: (orderId) => byOrder.get(orderId) ?? null,
    all: () => [...byOrder.values()],
    put(tombstone) {
      reserve.spend(() => writeDurably(disk, pathOf(tombstone), JSON.stringify(tombstone)))
      byOrder.set(tombstone.order.id, tombstone)
      // Written anew, it is no longer the one that cannot be read.
      unreadable = unreadable.filter((name) => join(data.tombstones, name) !== pathOf(tombstone))
    },
    remove(tombstone) {
      removeDurably(disk, pathOf(tombstone))
      byOrder.delete(tombstone.order.id)
      reserve.refill()
    },
    unreadable: () => unreadable,
    reread() {
      unreadable = unreadable.filter((name) => {
        const tombstone = readTombstone(disk, join(data.tombstones, name))
        if (tombstone && !byOrder.has(tombstone.order.id)) byOrder.set(tombstone.order.id, tombstone)
        return tombstone === null
      })
    },
    forbids: (sessionId, generation) =>
      unreadable.some((name) => sessionIn(name) === sessionId) ||
      [...byOrder.values()].some(({ order }) => order.session_id === sessionId && order.max_generation >= generation),
  }
}

/** What lies in the folder of tombstones, temporary files apart; looking makes nothing. */
export function readTombstones(disk: Disk, folder: string): { whole: Tombstone[]; unreadable: string[] } {
  const whole: Tombstone[] = []
  const unreadable: string[] = []
  for (const name of disk.names(folder).filter((one) => !one.endsWith('.tmp'))) {
    const tombstone = readTombstone(disk, join(folder, name))
    if (tombstone) whole.push(tombstone)
    else unreadable.push(name)
  }
  return { whole, unreadable }
}

function readTombstone(disk: Disk, path: string): Tombstone | null {
  try {
    return Tombstone.parse(JSON.parse(disk.read(path) ?? ''))
  } catch {
    return null
  }
}

/** The session that a tombstone's name tells of. */
export function sessionIn(name: string): string {
  return name.split('.')[0] ?? name
}

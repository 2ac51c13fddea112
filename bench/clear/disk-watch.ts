import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

/** When a clear was seen on disk: `performance.now()` of this process. */
export type Seen = {
  /** Its tombstone is in place. */
  tombstone: Promise<number>
  /** Tombstone in place, and nothing left of credentials, backups and outbox, nor of what is on its way out. */
  gone: Promise<number>
}

type Waiting = {
  orderSeen: boolean
  /** What was on its way out when the session's own places were first seen empty: its last remains are among it. */
  leaving: string[] | null
  tombstone: (at: number) => void
  gone: (at: number) => void
}

/**
 * Looks at the worker's data folder from outside, without asking the worker anything: the system tells of each change in a
 * folder, and only then is it looked at. What is seen is as late as this process is busy, never early.
 */
export function watchDisk(data: string) {
  const sessions = join(data, 'sessions')
  const backups = join(sessions, 'backups')
  const outbox = join(data, 'whatsapp/outbox')
  const erasing = join(data, 'erasing')
  const waiting = new Map<string, Waiting>()

  const look = (): void => {
    for (const [id, one] of waiting) {
      if (!one.orderSeen || [join(sessions, id), join(backups, id), join(outbox, `${id}.json`)].some((path) => existsSync(path))) continue
      const onTheWay = new Set(readdirSync(erasing))
      one.leaving ??= [...onTheWay]
      if (one.leaving.some((name) => onTheWay.has(name))) continue
      one.gone(performance.now())
      waiting.delete(id)
    }
  }
  const watchers: FSWatcher[] = [
    watch(join(data, 'tombstones'), (_event, name) => {
      const [id = '', , kind] = (name ?? '').split('.')
      const one = kind === 'json' && !name?.endsWith('.tmp') ? waiting.get(id) : undefined
      if (one && !one.orderSeen) {
        one.orderSeen = true
        one.tombstone(performance.now())
      }
      look()
    }),
    ...[sessions, backups, outbox, erasing].map((folder) => watch(folder, look)),
  ]

  return {
    /** To be called before the order is given. */
    await(id: string): Seen {
      const tombstone = Promise.withResolvers<number>()
      const gone = Promise.withResolvers<number>()
      waiting.set(id, { orderSeen: false, leaving: null, tombstone: tombstone.resolve, gone: gone.resolve })
      return { tombstone: tombstone.promise, gone: gone.promise }
    },
    close(): void {
      for (const one of watchers) one.close()
    },
  }
}

export type DiskWatch = ReturnType<typeof watchDisk>

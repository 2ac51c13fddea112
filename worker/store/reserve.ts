import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import { removeDurably, writeDurably } from './durable-file.ts'
import { isFull } from './storage-error.ts'

/** Room for some dozens of tombstones, bytes. */
const BYTES = 64 * 1024

/**
 * Room on the disk that is kept for orders to be gone: they must be taken even when nothing else can be stored, since what they erase is
 * what makes room again (CLR-11).
 */
export type Reserve = {
  /** Does `work`, and once more on the room of the reserve when the disk is full. */
  spend(work: () => void): void
  /** Sets the room aside, or does nothing where there is none to be had. */
  refill(): void
}

export function openReserve(data: DataFolder): Reserve {
  const path = join(data.tombstones, '..', 'reserve')
  const refill = (): void => {
    if (data.disk.stat(path)) return
    try {
      writeDurably(data.disk, path, 'x'.repeat(BYTES))
    } catch {
      // A disk without room now may have some after the next clear.
    }
  }
  refill()
  return {
    spend(work) {
      try {
        work()
      } catch (error) {
        if (!isFull((error as NodeJS.ErrnoException).code) || !data.disk.stat(path)) throw error
        removeDurably(data.disk, path)
        work()
      }
    },
    refill,
  }
}

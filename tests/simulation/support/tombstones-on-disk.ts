import { Tombstone } from '../../../worker/store/tombstones.ts'
import type { SimulatedDisk } from './disk/simulated-disk.ts'

/** The tombstones that would survive a power cut, by order. One that cannot be read says nothing here; the worker fences its session. */
export function readTombstones(disk: SimulatedDisk): Map<string, { sessionId: string; maxGeneration: number }> {
  const found = new Map<string, { sessionId: string; maxGeneration: number }>()
  for (const { path, node } of disk.files('durable')) {
    if (!path.startsWith('/data/tombstones/') || path.endsWith('.tmp')) continue
    try {
      const { order } = Tombstone.parse(JSON.parse(node.durable))
      found.set(order.id, { sessionId: order.session_id, maxGeneration: order.max_generation })
    } catch {
      continue
    }
  }
  return found
}

import * as z from 'zod'
import type { DataFolder } from './data-folder.ts'

const Queue = z.looseObject({ generation: z.int().optional(), messages: z.array(z.unknown()) })

/** The messages of a session that wait to be sent: one file, erased whole. */
export type Outbox = {
  /** How many messages a clear up to `maxGeneration` would erase. A file that cannot be read counts as none and is erased all the same. */
  measure(sessionId: string, maxGeneration: number): number
  erase(sessionId: string, maxGeneration: number): void
}

export function openOutbox(data: DataFolder): Outbox {
  const read = (sessionId: string): z.infer<typeof Queue> | null => {
    try {
      const value: unknown = JSON.parse(data.disk.read(data.outbox(sessionId)) ?? 'null')
      return Queue.parse(Array.isArray(value) ? { messages: value } : value)
    } catch {
      return null
    }
  }
  const isNewer = (queue: z.infer<typeof Queue> | null, maxGeneration: number): boolean => (queue?.generation ?? 0) > maxGeneration
  return {
    measure(sessionId, maxGeneration) {
      const queue = read(sessionId)
      return queue && !isNewer(queue, maxGeneration) ? queue.messages.length : 0
    },
    erase(sessionId, maxGeneration) {
      if (!isNewer(read(sessionId), maxGeneration)) data.erase(data.outbox(sessionId))
    },
  }
}

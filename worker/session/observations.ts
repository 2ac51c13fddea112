import type { Clock } from '../clock.ts'
import { pause } from '../clock.ts'
import type { Database, Observation } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'

/**
 * Reports what is observed to the database, in order for each session, the latest word only, for as long as it takes: a session that
 * dropped and came back during an outage is reported once, as connected.
 */
export type Observations = {
  report(observation: Observation): void
  /** Whether a session's last word is not stored yet: its row is hearsay until then. */
  isPending(sessionId: string): boolean
  /** Forgets what was not reported of generations up to `maxGeneration`. */
  drop(sessionId: string, maxGeneration: number): void
  close(): void
}

const RETRY_MS = 1000
const RETRY_MAX_MS = 15_000

/** `onStored` is called when the database has a word: a row that was read before that is hearsay. `onGone`: no row has that generation any more. */
export function createObservations(options: {
  database: Database
  clock: Clock
  log: Log
  onStored: (sessionId: string) => void
  onGone: (sessionId: string) => void
}): Observations {
  const { database, clock, log, onStored, onGone } = options
  const waiting = new Map<string, Observation>()
  const sending = new Set<string>()
  const life = { closed: false }

  const send = async (sessionId: string): Promise<void> => {
    if (sending.has(sessionId)) return
    sending.add(sessionId)
    let wait = RETRY_MS
    for (let next = waiting.get(sessionId); next && !life.closed; next = waiting.get(sessionId)) {
      try {
        const stored = await database.observe(next)
        if (waiting.get(sessionId) === next) waiting.delete(sessionId)
        if (stored) onStored(sessionId)
        else onGone(sessionId)
        wait = RETRY_MS
      } catch (error) {
        log.warn({ session: sessionId, status: next.status, error: reasonOf(error) }, 'the database did not take an observation')
        await pause(clock, wait)
        wait = Math.min(wait * 2, RETRY_MAX_MS)
      }
    }
    sending.delete(sessionId)
  }

  return {
    report(observation) {
      if (life.closed) return
      waiting.set(observation.sessionId, observation)
      void send(observation.sessionId)
    },
    isPending: (sessionId) => waiting.has(sessionId),
    drop(sessionId, maxGeneration) {
      const next = waiting.get(sessionId)
      if (next && next.generation <= maxGeneration) waiting.delete(sessionId)
    },
    close() {
      life.closed = true
    },
  }
}

import type { Clock } from '../clock.ts'
import { pause } from '../clock.ts'
import type { Database, NumberedObservation, Observation } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'

/**
 * Reports what is observed to the database, in order for each session, the latest word only, for as long as it takes: a session that
 * dropped and came back during an outage is reported once, as connected. Each observation is numbered once, however often it is sent:
 * the answer to one may be lost, and people may change the row before it is sent again.
 */
export type Observations = {
  report(observation: Observation): void
  /** A session's last word, as long as it is not stored yet: its row is hearsay until then. */
  waiting(sessionId: string): Observation | null
  /** Forgets what was not reported of generations up to `maxGeneration`. */
  drop(sessionId: string, maxGeneration: number): void
  close(): void
}

/** Words under way at once. A start has two for each session: those that wait for a place are overtaken by the next, which is all that counts. */
const AT_ONCE = 16
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
  const waiting = new Map<string, NumberedObservation>()
  const sending = new Set<string>()
  const life = { closed: false, boot: newBootId(clock), sequence: 0 }

  const places = createPlaces(AT_ONCE)

  const tell = async (observation: NumberedObservation): Promise<boolean> => {
    try {
      return await database.observe(observation)
    } finally {
      places.leave()
    }
  }
  const send = async (sessionId: string): Promise<void> => {
    if (sending.has(sessionId)) return
    sending.add(sessionId)
    let wait = RETRY_MS
    while (waiting.has(sessionId) && !life.closed) {
      const turn = places.enter()
      if (turn) await turn
      const next = waiting.get(sessionId)
      if (!next || life.closed) {
        places.leave()
        break
      }
      try {
        const stored = await tell(next)
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
      life.sequence += 1
      waiting.set(observation.sessionId, { ...observation, boot: life.boot, sequence: life.sequence })
      void send(observation.sessionId)
    },
    waiting: (sessionId) => waiting.get(sessionId) ?? null,
    drop(sessionId, maxGeneration) {
      const next = waiting.get(sessionId)
      if (next && next.generation <= maxGeneration) waiting.delete(sessionId)
    },
    close() {
      life.closed = true
    },
  }
}

/** So many places, first come, first served. `enter` is `null` where there is one now, so that nobody waits who need not. */
function createPlaces(count: number): { enter(): Promise<void> | null; leave(): void } {
  const queue: (() => void)[] = []
  let free = count
  return {
    enter() {
      if (free === 0) return new Promise((resolve) => void queue.push(resolve))
      free -= 1
      return null
    },
    leave() {
      const next = queue.shift()
      if (next) next()
      else free += 1
    },
  }
}

/** A name for this life of the process. The time is in it, so that a source of chance that repeats itself does not repeat a name. */
export function newBootId(clock: Clock): string {
  const chance = Array.from({ length: 3 }, () => Math.floor(clock.random() * 2 ** 32).toString(36))
  return [clock.now().toString(36), ...chance].join('-')
}
